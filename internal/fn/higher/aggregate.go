package higher

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// aggregate is aggregate(array, start, (acc, x) -> acc, acc -> result).
func aggregate(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Lambda: func(_ *expr.Resolver, args []expr.Expr, k int) ([]types.Field, error) {
			a, err := arrayArg(name, args, 0)
			if err != nil {
				return nil, err
			}
			if len(args) < 3 || args[1] == nil {
				return nil, expr.WrongCount(name, "3 or 4", len(args))
			}
			acc := types.Field{Name: "acc", Type: args[1].Type(), Nullable: true}
			if k == 3 {
				return []types.Field{acc}, nil
			}
			return []types.Field{acc, {Name: "x", Type: *a.Type().Elem, Nullable: a.Type().ElemNullable}}, nil
		},
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 3 && len(args) != 4 {
				return expr.Resolution{}, expr.WrongCount(name, "3 or 4", len(args))
			}
			a, err := arrayArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			merge, err := body(name, args, 2)
			if err != nil {
				return expr.Resolution{}, err
			}
			zero := args[1].Type()
			if !merge.Type().SameIgnoringNullability(zero) {
				return expr.Resolution{}, expr.Unexpected(name, 2, "\""+zero.SQL()+"\"", merge.Body)
			}
			acc := &expr.LambdaVar{Name: "acc", ID: expr.NewID(), Typ: zero, Null: true}
			finish := &expr.BoundLambda{Params: []*expr.LambdaVar{acc}, Body: acc}
			text := append([]expr.Expr(nil), args...)
			if len(args) == 4 {
				if finish, err = body(name, args, 3); err != nil {
					return expr.Resolution{}, err
				}
			} else {
				text = append(text, finish)
			}
			return expr.Resolution{Args: []expr.Expr{a, args[1], merge, finish}, Type: finish.Type(), Nullable: true,
				Text: expr.CallText(name, text)}, nil
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			zero := c.Args[1].Type()
			return &foldLoop{array: args[0], zero: args[1], merge: lambdaOf(args, 2), finish: lambdaOf(args, 3),
				out: batch.NewColumn(c.Typ, 0), x: batch.NewColumn(*c.Args[0].Type().Elem, 0),
				acc: batch.NewColumn(zero, 0), next: batch.NewColumn(zero, 0), done: batch.NewColumn(zero, 0)}, nil
		},
	}
}

// foldLoop evaluates aggregate: in step n the n-th elements of all rows that have
// so many are merged at once.
type foldLoop struct {
	array, zero   expr.Eval
	merge, finish *expr.LambdaEval
	out           *batch.Column
	x, acc, next  *batch.Column
	done          *batch.Column // accumulators of the rows that are through, in order of live
	live, rows    []int32
	ended         []int32
	arenas        [2]batch.Arena
}

func (f *foldLoop) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	col, err := f.array.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	zero, err := f.zero.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	f.out.Resize(b.Rows)
	f.live, f.ended = f.live[:0], f.ended[:0]
	for _, i := range expr.Rows(b.Rows, sel) {
		if col.Null(int(i)) {
			f.out.SetNull(int(i))
		} else {
			f.live = append(f.live, i)
		}
	}
	f.acc.Resize(0)
	if zero.Const {
		f.acc.AppendRows(zero, make([]int32, len(f.live)), nil)
	} else {
		f.acc.AppendRows(zero, f.live, nil)
	}
	f.done.Resize(0)
	for k := range f.arenas {
		f.arenas[k].Reset()
	}
	for n := int32(0); len(f.live) > 0; n++ {
		if err := f.step(b, sel, col, n); err != nil {
			return nil, err
		}
	}
	res, err := f.finish.Apply(b, sel, f.ended, f.done)
	if err != nil {
		return nil, err
	}
	f.place(res, b.Rows)
	return f.out, nil
}

// step merges the elements at place n; rows without one are through.
func (f *foldLoop) step(b *batch.Batch, sel []int32, col *batch.Column, n int32) error {
	var through, on []int32
	f.rows = f.rows[:0]
	k := 0
	for at, i := range f.live {
		r := i
		if col.Const {
			r = 0
		}
		if col.Offsets[r]+n >= col.Offsets[r+1] {
			through = append(through, int32(at))
			f.ended = append(f.ended, i)
			continue
		}
		f.rows = append(f.rows, col.Offsets[r]+n)
		on = append(on, int32(at))
		f.live[k] = i
		k++
	}
	f.live = f.live[:k]
	f.done.AppendRows(f.acc, through, &f.arenas[0])
	if k == 0 {
		return nil
	}
	f.x.Take(col.Children[0], f.rows)
	f.next.Take(f.acc, on)
	res, err := f.merge.Apply(b, sel, f.live, f.next, f.x)
	if err != nil {
		return err
	}
	f.acc.Resize(0)
	if res.Const {
		f.acc.AppendRows(res, make([]int32, k), &f.arenas[1])
	} else {
		f.acc.AppendRows(res, batch.Range(0, k), &f.arenas[1])
	}
	return nil
}

// place puts the results, in the order in which rows ended, where their rows are.
func (f *foldLoop) place(res *batch.Column, rows int) {
	from := make([]int32, rows)
	for i := range from {
		from[i] = -1
	}
	for k, i := range f.ended {
		from[i] = int32(k)
		if res.Const {
			from[i] = 0
		}
	}
	f.out.Take(res, from)
}
