package logic

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// when is CASE: condition, value, …, and the value for all other rows.
var when = &expr.Function{
	Name: "when",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) < 2 {
			return expr.Resolution{}, expr.WrongCount("when", "at least 2", len(args))
		}
		res, err := resolveBranches(r, "casewhen", args)
		res.Text = caseText(args)
		return res, err
	},
	Compile: compileWhen,
}

// ifThenElse is if(condition, value, other).
var ifThenElse = &expr.Function{
	Name: "if",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("if", "3", len(args))
		}
		res, err := resolveBranches(r, "if", args)
		res.Text = "(IF(" + args[0].String() + ", " + args[1].String() + ", " + args[2].String() + "))"
		return res, err
	},
	Compile: compileWhen,
}

// nvl2 is nvl2(a, b, c): b where a is not null, else c.
var nvl2 = &expr.Function{
	Name: "nvl2",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("nvl2", "3", len(args))
		}
		there, err := call(r, IsNotNull, args[0])
		if err != nil {
			return expr.Resolution{}, err
		}
		res, err := resolveBranches(r, "nvl2", []expr.Expr{there, args[1], args[2]})
		res.Text = expr.CallText("nvl2", args)
		return res, err
	},
	Compile: compileWhen,
}

// Decode is decode(x, search, result, …, other): the result behind the first
// search that is x; null finds null.
var Decode = &expr.Function{
	Name: "decode",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) < 3 {
			return expr.Resolution{}, expr.WrongCount("decode", "at least 3", len(args))
		}
		var branches []expr.Expr
		for i := 1; i+1 < len(args); i += 2 {
			found, err := call(r, nullSafeEqual("<=>"), args[0], args[i])
			if err != nil {
				return expr.Resolution{}, err
			}
			branches = append(branches, found, args[i+1])
		}
		if len(args)%2 == 0 {
			branches = append(branches, args[len(args)-1])
		}
		res, err := resolveBranches(r, "decode", branches)
		res.Text = expr.CallText("decode", args)
		return res, err
	},
	Compile: compileWhen,
}

// nullIf is nullif(a, b): null where they are equal, else a.
var nullIf = &expr.Function{
	Name: "nullif",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("nullif", "2", len(args))
		}
		same, err := call(r, equal, args...)
		if err != nil {
			return expr.Resolution{}, err
		}
		res, err := resolveBranches(r, "nullif", []expr.Expr{same, &expr.Literal{Typ: args[0].Type()}, args[0]})
		res.Text = expr.CallText("nullif", args)
		return res, err
	},
	Compile: compileWhen,
}

// nullIfZero is nullifzero(a), zeroIfNull zeroifnull(a).
var nullIfZero = &expr.Function{
	Name: "nullifzero",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("nullifzero", "1", len(args))
		}
		res, err := nullIf.Resolve(r, []expr.Expr{args[0], expr.Int32(0)})
		res.Text = expr.CallText("nullifzero", args)
		return res, err
	},
	Compile: compileWhen,
}

// call is a resolved call of fn.
func call(r *expr.Resolver, fn *expr.Function, args ...expr.Expr) (expr.Expr, error) {
	res, err := fn.Resolve(r, args)
	if err != nil {
		return nil, err
	}
	return &expr.Call{Fn: fn, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}, nil
}

// resolveBranches makes booleans of the conditions and one type of the values.
func resolveBranches(r *expr.Resolver, name string, args []expr.Expr) (expr.Resolution, error) {
	out := make([]expr.Expr, len(args))
	var values []expr.Expr
	for i, a := range args {
		if i%2 == 1 || i == len(args)-1 {
			values = append(values, a)
			continue
		}
		cond, ok := r.Arg(a, types.Of(types.Boolean))
		if !ok {
			return expr.Resolution{}, expr.Unexpected(name, i, "\"BOOLEAN\"", a)
		}
		out[i] = cond
	}
	cast, t, err := r.UnifyFor(name, values)
	if err != nil {
		return expr.Resolution{}, err
	}
	for i := range args {
		if i%2 == 1 || i == len(args)-1 {
			out[i], cast = cast[0], cast[1:]
		}
	}
	nullable := len(args)%2 == 0
	for _, v := range values {
		nullable = nullable || v.Nullable()
	}
	return expr.Resolution{Args: out, Type: t, Nullable: nullable}, nil
}

func caseText(args []expr.Expr) string {
	var b strings.Builder
	b.WriteString("CASE")
	for i := 0; i+1 < len(args); i += 2 {
		b.WriteString(" WHEN " + args[i].String() + " THEN " + args[i+1].String())
	}
	if len(args)%2 == 1 {
		b.WriteString(" ELSE " + args[len(args)-1].String())
	}
	b.WriteString(" END")
	return b.String()
}

// choice is a compiled CASE.
type choice struct {
	conditions []*condition
	values     []expr.Eval
	other      expr.Eval // nil: null
	shared     []*shared // keys that several conditions compare
	merged     *merger
	hits, rest []int32
	spare      []int32
}

func compileWhen(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
	w := &choice{merged: newMerger(c.Typ)}
	for i := 0; i+1 < len(args); i += 2 {
		w.conditions = append(w.conditions, newCondition(args[i]))
		w.values = append(w.values, args[i+1])
	}
	if len(args)%2 == 1 {
		w.other = args[len(args)-1]
	}
	w.share(c.Args)
	return w, nil
}

// share makes the conditions of CASE key WHEN … evaluate the key once: where
// several compare the same expression, they read one cached column. So do values
// that are the key, as that of nullif.
func (w *choice) share(args []expr.Expr) {
	var key expr.Expr
	var cache *shared
	value := func(i int, to *expr.Eval) {
		if key != nil && expr.Same(key, args[i]) {
			*to = cache
		}
	}
	for i, cond := range w.conditions {
		c, ok := args[2*i].(*expr.Call)
		e, isCompare := cond.eval.(*compare)
		if ok && isCompare && len(c.Args) == 2 {
			if _, plain := c.Args[0].(*expr.Ref); !plain {
				if key == nil || !expr.Same(key, c.Args[0]) {
					key, cache = c.Args[0], &shared{child: e.a}
					w.shared = append(w.shared, cache)
				}
				e.a = cache
			}
		}
		value(2*i+1, &w.values[i])
	}
	if w.other != nil {
		value(len(args)-1, &w.other)
	}
}

// shared evaluates its child once for all conditions of a CASE. The first that
// asks has the widest selection.
type shared struct {
	child expr.Eval
	col   *batch.Column
}

func (s *shared) Eval(b *batch.Batch, sel []int32) (_ *batch.Column, err error) {
	if s.col == nil {
		s.col, err = s.child.Eval(b, sel)
	}
	return s.col, err
}

func (w *choice) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	for _, s := range w.shared {
		s.col = nil
	}
	rest := expr.Rows(b.Rows, sel)
	w.merged.start(b.Rows)
	for i, cond := range w.conditions {
		if len(rest) == 0 {
			break
		}
		var err error
		if w.hits, err = cond.choose(b, rest, w.hits[:0]); err != nil {
			return nil, err
		}
		if len(w.hits) == 0 {
			continue
		}
		v, err := w.values[i].Eval(b, w.hits)
		if err != nil {
			return nil, err
		}
		w.merged.add(v, w.hits)
		w.spare = without(w.spare[:0], rest, w.hits)
		w.rest, w.spare = w.spare, w.rest
		rest = w.rest
	}
	if len(rest) > 0 {
		var v *batch.Column
		if w.other != nil {
			var err error
			if v, err = w.other.Eval(b, rest); err != nil {
				return nil, err
			}
		}
		w.merged.add(v, rest)
	}
	return w.merged.finish(), nil
}
