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
