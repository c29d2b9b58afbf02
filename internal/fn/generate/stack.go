package generate

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// stack is stack(n, value, …): the values in n rows, row by row, in the columns
// col0, col1, …; places left over are null.
var stack = &expr.Generator{
	Name:    "stack",
	Resolve: resolveStack,
	New: func(c *expr.GeneratorCall, _ *expr.Env) (expr.Generate, error) {
		s := &stacker{n: int(c.Args[0].(*expr.Literal).Value.(int32))}
		for _, f := range c.Fields {
			s.cells = append(s.cells, batch.NewColumn(f.Type, 0))
		}
		return s.generate, nil
	},
}

func resolveStack(r *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
	if len(args) < 2 {
		return nil, nil, expr.WrongCount("stack", "at least 2", len(args))
	}
	n, err := stackRows(args[0])
	if err != nil {
		return nil, nil, err
	}
	values := args[1:]
	columns := (len(values) + n - 1) / n
	made := make([]types.Field, columns)
	out := append([]expr.Expr{expr.Int32(int32(n))}, values...)
	for k := range columns {
		var t types.Type
		for i := k; i < len(values); i += columns {
			have := values[i].Type()
			switch {
			case t.Kind == types.Null:
				t = have
			case have.Kind == types.Null:
			case !t.SameIgnoringNullability(have):
				return nil, nil, fault.New(fault.StackColumnDiffTypes,
					"column %d of stack must be of one type, not %s and %s", k, t.SQL(), have.SQL()).
					With("columnIndex", fmt.Sprint(k))
			}
		}
		for i := k; i < len(values); i += columns {
			out[1+i] = expr.CastTo(values[i], t)
		}
		made[k] = types.Field{Name: fmt.Sprintf("col%d", k), Type: t, Nullable: true}
	}
	return out, made, nil
}

// stackRows is the literal number of rows.
func stackRows(e expr.Expr) (int, error) {
	for {
		c, ok := e.(*expr.Cast)
		if !ok {
			break
		}
		e = c.Child
	}
	l, ok := e.(*expr.Literal)
	if !ok {
		return 0, expr.Unexpected("stack", 0, `"INT" that is a literal`, e)
	}
	var n int64
	switch v := l.Value.(type) {
	case nil:
	case int8:
		n = int64(v)
	case int16:
		n = int64(v)
	case int32:
		n = int64(v)
	default:
		return 0, expr.Unexpected("stack", 0, `"INT"`, e)
	}
	if n <= 0 {
		return 0, fault.New(fault.ValueOutOfRange, "the number of rows of stack must be positive, not %s", e)
	}
	return int(n), nil
}

// stacker lays values out in rows.
type stacker struct {
	n     int
	cells []*batch.Column // scratch: all values of a column, the rows of each stacked row together
	order []int32
}

// generate is the [expr.Generate] of stack. Its rows are the same however many
// values there are, so that outer makes no difference.
func (s *stacker) generate(out, args []*batch.Column, rows int, sel []int32, _ bool, parents []int32) ([]int32, error) {
	sel = expr.Rows(rows, sel)
	values := args[1:]
	s.order = s.order[:0]
	for k, r := range sel {
		for i := range s.n {
			s.order = append(s.order, int32(i*len(sel)+k))
			parents = append(parents, r)
		}
	}
	for k, c := range out {
		s.cells[k].Resize(0)
		for i := k; i < len(values); i += len(out) {
			s.cells[k].AppendRows(values[i], sel, nil)
		}
		have := s.cells[k].Len()
		if have < s.n*len(sel) {
			s.cells[k].Extend(s.n*len(sel) - have)
			for i := have; i < s.n*len(sel); i++ {
				s.cells[k].SetNull(i)
			}
		}
		c.AppendRows(s.cells[k], s.order, nil)
	}
	return parents, nil
}
