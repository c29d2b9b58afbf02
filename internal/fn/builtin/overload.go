package builtin

import (
	"slices"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/collection"
	"github.com/weirstream/weir/internal/fn/higher"
	"github.com/weirstream/weir/internal/fn/logic"
	"github.com/weirstream/weir/internal/fn/math"
	"github.com/weirstream/weir/internal/fn/text"
	"github.com/weirstream/weir/internal/fn/time"
	"github.com/weirstream/weir/types"
)

// overload is one name for several functions, of which the arguments choose one:
// before they are resolved, and once more, resolved, when a call is compiled. So
// choose must give the same answer for what Resolve makes of the arguments.
func overload(name string, choose func(args []expr.Expr) *expr.Function) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			return choose(args).Resolve(r, args)
		},
		Compile: func(c *expr.Call, args []expr.Eval, env *expr.Env) (expr.Eval, error) {
			return expr.CompileCall(choose(c.Args), c, args, env)
		},
		Together: func(calls []*expr.Call, first expr.Eval, env *expr.Env) []expr.Eval {
			meant := choose(calls[0].Args)
			for _, c := range calls {
				if choose(c.Args) != meant {
					return nil
				}
			}
			if meant.Together == nil {
				return nil
			}
			return meant.Together(calls, first, env)
		},
	}
}

// anyOf reports whether an argument is of one of these kinds.
func anyOf(args []expr.Expr, kinds ...types.Kind) bool {
	for _, a := range args {
		for _, k := range kinds {
			if a.Type().Kind == k {
				return true
			}
		}
	}
	return false
}

// byArray takes arrays for one function and all else for the other.
func byArray(arrays, others *expr.Function) func([]expr.Expr) *expr.Function {
	return func(args []expr.Expr) *expr.Function {
		if anyOf(args, types.Array) {
			return arrays
		}
		return others
	}
}

// named finds a function in a table.
func named(table []*expr.Function, name string) *expr.Function {
	return table[slices.IndexFunc(table, func(f *expr.Function) bool { return f.Name == name })]
}

// arithmetic is an operator on numbers that has a meaning for times and
// intervals too.
func arithmetic(name, op string) *expr.Function {
	numbers := named(math.Functions, name)
	return overload(name, func(args []expr.Expr) *expr.Function {
		if f := time.Operator(op, args); f != nil {
			return f
		}
		return numbers
	})
}

// overloads are the names that themes share.
func overloads() []*expr.Function {
	sort := named(collection.Functions, "array_sort")
	sorting := overload("array_sort", func(args []expr.Expr) *expr.Function {
		if len(args) > 1 {
			return higher.SortWith
		}
		return sort
	})
	sorting.Lambda = higher.SortWith.Lambda
	dateFormat := named(time.Functions, "date_format")
	toChar := func(args []expr.Expr) *expr.Function {
		switch {
		case len(args) > 0 && args[0].Type().Datetime():
			return dateFormat
		case len(args) > 0 && args[0].Type().Kind == types.Binary:
			return text.BinaryToChar
		}
		return text.NumberToChar
	}
	subscript, decode := named(collection.Functions, "[]"), named(text.Functions, "decode")
	return []*expr.Function{
		sorting, overload("to_char", toChar), overload("to_varchar", toChar),
		arithmetic("+", "+"), arithmetic("-", "-"), arithmetic("*", "*"), arithmetic("/", "/"),
		tryArithmetic("try_add", "+"), tryArithmetic("try_subtract", "-"),
		tryArithmetic("try_multiply", "*"), tryArithmetic("try_divide", "/"),
		overload("concat", byArray(collection.Concat("concat"), text.Concat("concat"))),
		overload("||", byArray(collection.Concat("||"), text.Concat("||"))),
		overload("reverse", byArray(collection.Reverse, text.Reverse)),
		overload("[]", func(args []expr.Expr) *expr.Function {
			if len(args) == 3 || text.IsPiece(args) { // resolved, a piece has three arguments
				return text.Piece
			}
			return subscript
		}),
		overload("decode", func(args []expr.Expr) *expr.Function {
			if len(args) > 2 || len(args) > 0 && anyOf(args[:1], types.Boolean) {
				return logic.Decode
			}
			return decode
		}),
	}
}
