package logic

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/kernel"
	"github.com/weirstream/weir/types"
)

// What other functions are made of.
var (
	equal   = comparison("=", "=", kernel.Equal)
	atLeast = comparison(">=", ">=", kernel.GreaterEqual)
	atMost  = comparison("<=", "<=", kernel.LessEqual)
)

// IsNotNull is IS NOT NULL, for whoever makes conditions.
var IsNotNull = nullness("isnotnull", "IS NOT NULL", false)

// And is AND, for whoever joins conditions.
var And = connective("and", "AND", false)

// Or is OR, likewise.
var Or = connective("or", "OR", true)

// Functions is the theme's table.
var Functions = []*expr.Function{
	equal, atLeast, atMost, IsNotNull,
	comparison("==", "=", kernel.Equal),
	comparison("<>", "=", kernel.NotEqual),
	comparison("!=", "=", kernel.NotEqual),
	comparison("<", "<", kernel.Less),
	comparison(">", ">", kernel.Greater),
	nullSafeEqual("<=>"),
	nullSafeEqual("equal_null"),
	And,
	Or,
	negation("not"),
	negation("!"),
	nullness("isnull", "IS NULL", true),
	isNaN, nanvl,
	in, between,
	when, ifThenElse, nvl2, nullIf, nullIfZero, zeroIfNull,
	coalesce("coalesce", 1, 0),
	coalesce("nvl", 2, 2),
	coalesce("ifnull", 2, 2),
	extreme("greatest", 1),
	extreme("least", -1),
	typeOf, raiseError, assertTrue,
}

// typeOf is typeof(x): the name of its type.
var typeOf = &expr.Function{
	Name: "typeof",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("typeof", "1", len(args))
		}
		return expr.Resolution{Args: args, Type: types.Of(types.String)}, nil
	},
	Compile: func(c *expr.Call, _ []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		col := batch.NewColumn(types.Of(types.String), 1)
		expr.AppendValue(col, c.Args[0].Type().String())
		col.Const = true
		return fixed{col}, nil
	},
}

// fixed is an Eval that gives a constant.
type fixed struct{ col *batch.Column }

func (f fixed) Eval(*batch.Batch, []int32) (*batch.Column, error) { return f.col, nil }

// raiseError is raise_error(message): it fails on every row it is asked for.
var raiseError = &expr.Function{
	Name: "raise_error",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		cast, err := r.Params("raise_error", 1, args, types.Of(types.String))
		return expr.Resolution{Args: cast, Nullable: true, Text: expr.CallText("raise_error", args)}, err
	},
	Volatile: true,
	NullSafe: true,
	Kernel: expr.Static(func(_ *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		for _, r := range expr.Rows(rows, sel) {
			return raised(args[0], r)
		}
		return nil
	}),
}

func raised(message *batch.Column, row int32) error {
	text := "null"
	if !message.Null(int(row)) {
		text = strings.Clone(expr.ArgOf[string](message).At(row))
	}
	return fault.New(fault.RaisedByUser, "%s", text).With("errorMessage", text)
}

// assertTrue is assert_true(condition, message): null, or an error.
var assertTrue = &expr.Function{
	Name: "assert_true",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 {
			args = []expr.Expr{args[0], expr.Lit("'" + args[0].String() + "' is not true!")}
		}
		cast, err := r.Params("assert_true", 2, args, types.Of(types.Boolean), types.Of(types.String))
		return expr.Resolution{Args: cast, Nullable: true, Text: expr.CallText("assert_true", args)}, err
	},
	Volatile: true,
	NullSafe: true,
	Kernel: expr.Static(func(_ *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		for _, r := range expr.Rows(rows, sel) {
			if args[0].Null(int(r)) || !expr.ArgOf[bool](args[0]).At(r) {
				return raised(args[1], r)
			}
		}
		return nil
	}),
}
