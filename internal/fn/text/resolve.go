package text

import (
	"fmt"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Types that stand in many signatures.
var (
	tString  = types.Of(types.String)
	tBinary  = types.Of(types.Binary)
	tInt     = types.Of(types.Int)
	tLong    = types.Of(types.Long)
	tDouble  = types.Of(types.Double)
	tBoolean = types.Of(types.Boolean)
)

type resolver = func(*expr.Resolver, []expr.Expr) (expr.Resolution, error)

// fixed is expr.Fixed, whose column is named after the arguments as written.
func fixed(name string, result types.Type, params ...types.Type) resolver {
	return withDefaults(name, len(params), result, params, nil)
}

// nullable is fixed for a function that may give null of arguments that are not.
func nullable(name string, result types.Type, params ...types.Type) resolver {
	resolve := fixed(name, result, params...)
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		res, err := resolve(r, args)
		res.Nullable = true
		return res, err
	}
}

// withDefaults is fixed for a function of which arguments may be missing at the
// end, for which defaults stand in: the last of params.
func withDefaults(name string, least int, result types.Type, params []types.Type, defaults []expr.Expr) resolver {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) < least || len(args) > len(params) {
			want := fmt.Sprint(len(params))
			if least < len(params) {
				want = fmt.Sprintf("%d to %d", least, len(params))
			}
			return expr.Resolution{}, expr.WrongCount(name, want, len(args))
		}
		all := append([]expr.Expr(nil), args...)
		if n := len(params) - len(args); n > 0 {
			all = append(all, defaults[len(defaults)-n:]...)
		}
		cast, err := r.Params(name, len(all), all, params...)
		return expr.Resolution{Args: cast, Type: result, Nullable: expr.AnyNullable(cast...),
			Text: expr.CallText(name, all)}, err
	}
}

// likeFirst is fixed for a function over text or bytes: where the first argument
// is binary, the first count of them stay so, and so does the result if it is a
// string.
func likeFirst(name string, count int, result types.Type, params ...types.Type) resolver {
	return func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 0 || args[0].Type().Kind != types.Binary {
			return fixed(name, result, params...)(r, args)
		}
		binary := append([]types.Type(nil), params...)
		for i := range count {
			binary[i] = tBinary
		}
		out := result
		if out.Kind == types.String {
			out = tBinary
		}
		return fixed(name, out, binary...)(r, args)
	}
}

func isBinary(c *expr.Call) bool { return c.Args[0].Type().Kind == types.Binary }

// literalText is the value of a string literal.
func literalText(e expr.Expr) (string, bool) {
	l, ok := e.(*expr.Literal)
	if !ok {
		return "", false
	}
	s, ok := l.Value.(string)
	return s, ok
}
