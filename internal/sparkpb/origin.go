package sparkpb

import "fmt"

// String is the place for people: the file and line that a Python client says, or the
// innermost call of the user's that a JVM client does.
func (o *Origin) String() string {
	switch {
	case o == nil:
		return ""
	case o.PythonOrigin != nil:
		if o.PythonOrigin.Fragment == "" {
			return o.PythonOrigin.CallSite
		}
		return o.PythonOrigin.Fragment + " at " + o.PythonOrigin.CallSite
	case o.JVMOrigin != nil && len(o.JVMOrigin.StackTrace) > 0:
		// The first frame is Spark's own function, the next the user's.
		frames := o.JVMOrigin.StackTrace
		f := frames[min(1, len(frames)-1)]
		file := ""
		if f.FileName != nil {
			file = *f.FileName
		}
		return fmt.Sprintf("%s at %s:%d", frames[0].MethodName, file, f.LineNumber)
	}
	return ""
}

// Origin is where in the user's program something was written.
type Origin struct {
	message
	PythonOrigin *PythonOrigin `pb:"1,oneof=function"`
	JVMOrigin    *JVMOrigin    `pb:"2,oneof=function"`
}

// PythonOrigin is a place in a Python program.
type PythonOrigin struct {
	message
	Fragment string `pb:"1"`
	CallSite string `pb:"2"`
}

// JVMOrigin is a place in a Scala or Java program, or in SQL text.
type JVMOrigin struct {
	message
	Line          *int32        `pb:"1"`
	StartPosition *int32        `pb:"2"`
	StartIndex    *int32        `pb:"3"`
	StopIndex     *int32        `pb:"4"`
	SQLText       *string       `pb:"5"`
	ObjectType    *string       `pb:"6"`
	ObjectName    *string       `pb:"7"`
	StackTrace    []*StackFrame `pb:"8"`
}

// StackFrame is a call on the stack of a program.
type StackFrame struct {
	message
	ClassLoaderName *string `pb:"1"`
	ModuleName      *string `pb:"2"`
	ModuleVersion   *string `pb:"3"`
	DeclaringClass  string  `pb:"4"`
	MethodName      string  `pb:"5"`
	FileName        *string `pb:"6"`
	LineNumber      int32   `pb:"7"`
}
