package cast

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Functions are the functions that are named after the type they cast to, such
// as int(x). A column made by one is named like its argument.
var Functions = []*expr.Function{
	named("boolean", types.Of(types.Boolean)),
	named("tinyint", types.Of(types.Byte)),
	named("smallint", types.Of(types.Short)),
	named("int", types.Of(types.Int)),
	named("bigint", types.Of(types.Long)),
	named("float", types.Of(types.Float)),
	named("double", types.Of(types.Double)),
	named("decimal", types.Of(types.Decimal128)),
	named("string", types.Of(types.String)),
	named("binary", types.Of(types.Binary)),
	named("date", types.Of(types.Date)),
	named("timestamp", types.Of(types.Timestamp)),
	named("time", types.Of(types.Time)),
}

func named(name string, to types.Type) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			if err := Check(args[0], to, r.ANSI); err != nil {
				return expr.Resolution{}, err
			}
			e := expr.CastTo(args[0], to)
			return expr.Resolution{Args: []expr.Expr{e}, Type: to, Nullable: e.Nullable(), Text: args[0].String()}, nil
		},
		Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) { return args[0], nil },
	}
}
