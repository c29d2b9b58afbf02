package json

import (
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/csvtext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// fromJSON is from_json(text, schema[, options]).
var fromJSON = &expr.Function{
	Name: "from_json",
	Resolve: resolveFrom("from_json", func(t types.Type) error {
		switch t.Kind {
		case types.Struct, types.Array, types.Map, types.Variant:
			return checkKeys(t)
		}
		return notNested("from_json", t)
	}),
	NullSafe: true,
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := jsontext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		decoder, err := jsontext.NewValueDecoder(c.Typ, o)
		if err != nil {
			return nil, err
		}
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			texts := textsOf(args[0])
			decoder.Begin()
			err := eachRow(rows, sel, func(i int32, asked bool) error {
				if s, ok := texts.at(i); ok && asked {
					return decoder.Append(s)
				}
				decoder.AppendNull()
				return nil
			})
			if err == nil {
				out.Share(decoder.Column())
			}
			return err
		}, nil
	},
}

// fromCSV is from_csv(text, schema[, options]).
var fromCSV = &expr.Function{
	Name: "from_csv",
	Resolve: resolveFrom("from_csv", func(t types.Type) error {
		if t.Kind != types.Struct {
			return fault.New(notStruct, "the schema of from_csv must be of columns, not %s", t.SQL()).With("dataType", t.SQL())
		}
		for _, f := range t.Fields {
			if f.Type.Nested() || f.Type.Kind == types.CalendarInterval {
				return fault.New(fault.UnsupportedDataType, "from_csv cannot read the column %s of type %s", f.Name, f.Type.SQL()).
					With("typeName", f.Type.SQL())
			}
		}
		return nil
	}),
	NullSafe: true,
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := csvtext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		schema := types.Schema{Fields: c.Typ.Fields}
		decoder, err := csvtext.NewDecoder(schema, schema, o)
		if err != nil {
			return nil, err
		}
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			texts := textsOf(args[0])
			decoder.Begin()
			err := eachRow(rows, sel, func(i int32, asked bool) error {
				s, ok := texts.at(i)
				if !ok {
					out.SetNull(int(i))
				}
				if ok && asked {
					return decoder.Record(s)
				}
				decoder.AppendNull()
				return nil
			})
			if err != nil {
				return err
			}
			for k, column := range decoder.Batch().Columns {
				out.Children[k].Share(column)
			}
			return nil
		}, nil
	},
}

// notNested is the error for a type that is none of JSON's at the outermost.
func notNested(name string, t types.Type) error {
	return fault.New(badSchema, "%s takes a struct, an array, a map or a variant, not %s", name, t.SQL()).With("schema", t.SQL())
}

// checkKeys looks for a map whose keys are no strings.
func checkKeys(t types.Type) error {
	if t.Kind == types.Map && t.Key.Kind != types.String {
		return fault.New(badKey, "the keys of %s must be of type STRING, as JSON has no others", t.SQL()).With("schema", t.SQL())
	}
	inner := slices.Clone(t.Fields)
	if t.Elem != nil {
		inner = append(inner, types.Field{Type: *t.Elem})
	}
	for _, f := range inner {
		if err := checkKeys(f.Type); err != nil {
			return err
		}
	}
	return nil
}

// resolveFrom resolves name(text, schema[, options]) for the types that check
// lets pass.
func resolveFrom(name string, check func(types.Type) error) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(r *expr.Resolver, args []expr.Expr) (res expr.Resolution, err error) {
		if len(args) != 2 && len(args) != 3 {
			return res, expr.WrongCount(name, "2 or 3", len(args))
		}
		text, err := textArg(name, args, 0)
		if err != nil {
			return res, err
		}
		if args[1].Type().Kind != types.String {
			return res, fault.New(notString, "the schema of %s must be a constant text, and %s is of type %s", name, args[1],
				args[1].Type().SQL()).With("inputSchema", args[1].String())
		}
		ddl, err := constantText(name, r, args[1])
		if err != nil {
			return res, err
		}
		t, err := schemaType(ddl)
		if err != nil {
			return res, err
		}
		if err := check(t); err != nil {
			return res, err
		}
		var o options
		if len(args) == 3 {
			if o, err = optionsOf(args[2]); err != nil {
				return res, err
			}
		}
		if err := checkMode(name, o); err != nil {
			return res, err
		}
		t = nullable(t)
		return expr.Resolution{
			Args: []expr.Expr{text, o.literal(), &expr.Literal{Value: t.SQL(), Typ: types.Of(types.String)}},
			Type: t, Nullable: true, Text: expr.CallText(name, args[:1]),
		}, nil
	}
}

// textArg is an argument that must be a text: nothing else is cast to one.
func textArg(name string, args []expr.Expr, i int) (expr.Expr, error) {
	switch args[i].Type().Kind {
	case types.String, types.Null:
		return expr.CastTo(args[i], types.Of(types.String)), nil
	}
	return nil, expr.Unexpected(name, i, `"STRING"`, args[i])
}

// texts are a column's rows.
type texts struct {
	column *batch.Column
	arg    expr.Arg[string]
}

func textsOf(c *batch.Column) texts { return texts{c, expr.ArgOf[string](c)} }

// at is the text of a row; false where it is null.
func (t texts) at(i int32) (string, bool) {
	if t.column.Null(int(i)) {
		return "", false
	}
	return t.arg.At(i), true
}

// eachRow calls do for every row in order, and says whether it is asked for.
func eachRow(rows int, sel []int32, do func(i int32, asked bool) error) error {
	k := 0
	for i := range int32(rows) {
		asked := sel == nil || k < len(sel) && sel[k] == i
		if asked {
			k++
		}
		if err := do(i, asked); err != nil {
			return err
		}
	}
	return nil
}

// oneRow is a batch of one row without columns.
func oneRow() *batch.Batch { return &batch.Batch{Rows: 1} }
