package json

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// resolveText resolves name(text) with a result that may be null.
func resolveText(name string, result types.Type) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(_ *expr.Resolver, args []expr.Expr) (res expr.Resolution, err error) {
		if len(args) != 1 {
			return res, expr.WrongCount(name, "1", len(args))
		}
		e, err := textArg(name, args, 0)
		return expr.Resolution{Args: []expr.Expr{e}, Type: result, Nullable: true, Text: expr.CallText(name, args)}, err
	}
}

// arrayLength is json_array_length(text).
var arrayLength = &expr.Function{
	Name:    "json_array_length",
	Resolve: resolveText("json_array_length", types.Of(types.Int)),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		doc := jsontext.NewDocument()
		return expr.UnaryOK(func(text string) (n int32, ok bool) {
			if !doc.Parse(text) || doc.Elements[0].Kind != jsontext.ArrayElement {
				return 0, false
			}
			for k := doc.Elements[0].First; k != 0; k = doc.Elements[k].Next {
				n++
			}
			return n, true
		}), nil
	},
}

// objectKeys is json_object_keys(text): an array of the names of the outermost
// object.
var objectKeys = &expr.Function{
	Name:     "json_object_keys",
	Resolve:  resolveText("json_object_keys", types.ArrayOf(types.Of(types.String))),
	NullSafe: true,
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		doc := jsontext.NewDocument()
		var arena batch.Arena
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			arena.Reset()
			from, names := textsOf(args[0]), out.Children[0]
			names.Resize(0)
			return eachRow(rows, sel, func(i int32, asked bool) error {
				text, ok := from.at(i)
				if ok = ok && asked && doc.Parse(text) && doc.Elements[0].Kind == jsontext.ObjectElement; ok {
					for k := doc.Elements[0].First; k != 0; k = doc.Elements[k].Next {
						names.Extend(1)
						batch.Values[string](names)[names.Len()-1] = arena.Copy(doc.Elements[k].Name)
					}
				} else {
					out.SetNull(int(i))
				}
				out.Offsets[i+1] = int32(names.Len())
				return nil
			})
		}, nil
	},
}

// tuple is json_tuple(text, name, …): a row with the members of these names, as
// texts, in the columns c0, c1, ….
var tuple = &expr.Generator{
	Name: "json_tuple",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
		if len(args) < 2 {
			return nil, nil, expr.WrongCount("json_tuple", "> 1", len(args))
		}
		cast := make([]expr.Expr, len(args))
		var made []types.Field
		for i, a := range args {
			if a.Type().Kind != types.String {
				return nil, nil, fault.New(fault.Condition{Name: "DATATYPE_MISMATCH.NON_STRING_TYPE", SQLState: "42K09"},
					"all arguments of json_tuple must be texts, and %s is of type %s", a, a.Type().SQL()).
					With("funcName", "`json_tuple`")
			}
			if cast[i] = a; i > 0 {
				made = append(made, types.Field{Name: fmt.Sprintf("c%d", i-1), Type: types.Of(types.String), Nullable: true})
			}
		}
		return cast, made, nil
	},
	New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
		t := &tupler{doc: jsontext.NewDocument()}
		return t.generate, nil
	},
}

// tupler picks members out of texts.
type tupler struct {
	doc   *jsontext.Document
	arena batch.Arena
	buf   []byte
}

// generate is the [expr.Generate] of json_tuple, which gives a row for each: outer
// makes no difference.
func (t *tupler) generate(out, args []*batch.Column, rows int, sel []int32, _ bool, parents []int32) ([]int32, error) {
	t.arena.Reset()
	from := textsOf(args[0])
	for _, r := range expr.Rows(rows, sel) {
		parents = append(parents, r)
		text, ok := from.at(r)
		ok = ok && t.doc.Parse(text) && t.doc.Elements[0].Kind == jsontext.ObjectElement
		for k, c := range out {
			row := c.Len()
			c.Extend(1)
			c.SetNull(row)
			if name, named := textsOf(args[k+1]).at(r); ok && named {
				if value, found := t.member(name); found {
					batch.Values[string](c)[row] = value
					c.SetNotNull(row)
				}
			}
		}
	}
	return parents, nil
}

// member is the text of the last member of a name that is not null.
func (t *tupler) member(name string) (string, bool) {
	at := int32(0)
	for k := t.doc.Elements[0].First; k != 0; k = t.doc.Elements[k].Next {
		if e := &t.doc.Elements[k]; e.Name == name && e.Kind != jsontext.NullElement {
			at = k
		}
	}
	if at == 0 {
		return "", false
	}
	if e := &t.doc.Elements[at]; e.Kind == jsontext.StringElement {
		return t.arena.Copy(e.Text), true
	}
	t.buf = t.doc.Append(t.buf[:0], at)
	return t.arena.Copy(batch.View(t.buf)), true
}
