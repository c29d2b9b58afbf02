package json

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/csvtext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// toJSON is to_json(value[, options]) of a struct, an array or a map.
var toJSON = &expr.Function{
	Name: "to_json",
	Resolve: resolveTo("to_json", func(e expr.Expr) error {
		switch t := e.Type(); t.Kind {
		case types.Struct, types.Array, types.Map, types.Variant, types.Null:
			return nil
		}
		return notNested("to_json", e.Type())
	}),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := jsontext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		t := c.Args[0].Type()
		encoder := jsontext.NewEncoder(types.NewSchema(types.Field{Name: "value", Type: t, Nullable: true}), o)
		return written(func(to []byte, c *batch.Column, row int) []byte { return encoder.AppendValue(to, 0, c, row) }), nil
	},
}

// toCSV is to_csv(struct[, options]).
var toCSV = &expr.Function{
	Name: "to_csv",
	Resolve: resolveTo("to_csv", func(e expr.Expr) error {
		t := e.Type()
		if t.Kind != types.Struct && t.Kind != types.Null {
			return fault.New(badType, "to_csv takes a struct, not %s", t.SQL()).With("dataType", t.SQL())
		}
		for _, f := range t.Fields {
			if f.Type.Kind == types.Variant {
				return fault.New(badType, "to_csv cannot write the field %s of type %s", f.Name, f.Type.SQL()).
					With("dataType", f.Type.SQL())
			}
		}
		return nil
	}),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := csvtext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		encoder := csvtext.NewEncoder(types.Schema{Fields: c.Args[0].Type().Fields}, o)
		var fields batch.Batch
		return written(func(to []byte, c *batch.Column, row int) []byte {
			fields.Columns = c.Children
			return encoder.AppendRow(to, &fields, row)
		}), nil
	},
}

// resolveTo resolves name(value[, options]).
func resolveTo(name string, check func(expr.Expr) error) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(_ *expr.Resolver, args []expr.Expr) (res expr.Resolution, err error) {
		if len(args) != 1 && len(args) != 2 {
			return res, expr.WrongCount(name, "1 or 2", len(args))
		}
		if err := check(args[0]); err != nil {
			return res, err
		}
		var o options
		if len(args) == 2 {
			if o, err = optionsOf(args[1]); err != nil {
				return res, err
			}
		}
		return expr.Resolution{
			Args: []expr.Expr{args[0], o.literal()}, Type: types.Of(types.String),
			Nullable: true, Text: expr.CallText(name, args[:1]),
		}, nil
	}
}

// written is the kernel of a function that writes a text for each row.
func written(write func(to []byte, c *batch.Column, row int) []byte) expr.Kernel {
	var buf []byte
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		buf = buf[:0]
		to, value := batch.Values[string](out), args[0]
		for _, i := range expr.Rows(rows, sel) {
			row, start := int(i), len(buf)
			if value.Const {
				row = 0
			}
			if buf = write(buf, value, row); len(buf) == start {
				out.SetNull(int(i)) // to_csv of one null
			}
			to[i] = batch.View(buf[start:])
		}
		return nil
	}
}
