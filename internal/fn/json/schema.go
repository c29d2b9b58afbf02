package json

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/csvtext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// schemaOfJSON is schema_of_json(text[, options]): the type of a constant text.
var schemaOfJSON = &expr.Function{
	Name:    "schema_of_json",
	Resolve: resolveSchemaOf("schema_of_json"),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := jsontext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		return perText(func(s string) (string, error) {
			t, ok := jsontext.NewInference(o).TypeOf(s)
			switch {
			case ok:
				return t.SQL(), nil
			case o.Mode == jsontext.FailFast:
				return "", fault.New(fault.MalformedRecord, "the text %.200q is no JSON", s).With("badRecord", s)
			}
			return types.Of(types.String).SQL(), nil
		}), nil
	},
}

// schemaOfCSV is schema_of_csv(text[, options]).
var schemaOfCSV = &expr.Function{
	Name:    "schema_of_csv",
	Resolve: resolveSchemaOf("schema_of_csv"),
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		o, err := csvtext.ParseOptions(optionsIn(c.Args[1]), zoneOf(env))
		if err != nil {
			return nil, err
		}
		o.Infer.Types, o.Header.Present = true, false
		return perText(func(s string) (string, error) {
			inference := csvtext.NewInference(o)
			err := inference.Add([]byte(s))
			return inference.Schema().AsStruct().SQL(), err
		}), nil
	},
}

// perText is the kernel of a function from a text to another.
func perText(f func(string) (string, error)) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
		from, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			if to[i], err = f(from.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

func resolveSchemaOf(name string) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(r *expr.Resolver, args []expr.Expr) (res expr.Resolution, err error) {
		if len(args) != 1 && len(args) != 2 {
			return res, expr.WrongCount(name, "1 or 2", len(args))
		}
		e, err := textArg(name, args, 0)
		if err != nil {
			return res, err
		}
		text, err := constantText(name, r, e)
		if err != nil {
			return res, err
		}
		var o options
		if len(args) == 2 {
			if o, err = optionsOf(args[1]); err != nil {
				return res, err
			}
		}
		return expr.Resolution{
			Args: []expr.Expr{&expr.Literal{Value: text, Typ: types.Of(types.String)}, o.literal()},
			Type: types.Of(types.String), Text: expr.CallText(name, args[:1]),
		}, nil
	}
}
