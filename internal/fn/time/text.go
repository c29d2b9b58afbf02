package time

import (
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// textPlusDays is a text and an interval of days and shorter: the text is read as a time
// in the session's zone, and the sum is a text again, as in Spark.
func textPlusDays(op string, sign int64) *expr.Function {
	return &expr.Function{
		Name: "text " + op + " days",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if !r.ANSI {
				return expr.Resolution{}, expr.Unexpected(op, 0, "\"TIMESTAMP\"", args[0])
			}
			return expr.Resolution{Args: args, Type: types.Of(types.String), Nullable: expr.AnyNullable(args...),
				Text: args[0].String() + " " + op + " " + args[1].String()}, nil
		},
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			zone := zoneOf(env)
			return expr.BinaryErr(func(text string, span int64) (string, error) {
				at, ok := datetime.ParseTimestamp(text, zone, int32(zone.ToLocal(env.Now)/datetime.MicrosPerDay))
				if !ok {
					return "", fault.New(fault.CastInvalidInput, "'%s' cannot be read as a TIMESTAMP; try_cast gives NULL instead", text).
						With("expression", "'"+text+"'").With("sourceType", "\"STRING\"").With("targetType", "\"TIMESTAMP\"")
				}
				sum := at + sign*span
				if (sum > at) != (sign*span > 0) && span != 0 {
					return "", outOfRange()
				}
				return string(celltext.AppendTimestamp(nil, sum, env.Zone())), nil
			}), nil
		},
	}
}
