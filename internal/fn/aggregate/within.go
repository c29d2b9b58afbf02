package aggregate

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// orderedFunctions are those that take WITHIN GROUP (ORDER BY …): the keys stand
// behind the other arguments, as SortOrders.
var orderedFunctions = []*expr.Aggregate{
	listAgg("listagg"), listAgg("string_agg"),
	percentileWithin("percentile_cont", true), percentileWithin("percentile_disc", false),
}

// parted takes the keys of WITHIN GROUP from the arguments before them.
func parted(args []expr.Expr) (plain []expr.Expr, keys []*expr.SortOrder) {
	for _, a := range args {
		if o, ok := a.(*expr.SortOrder); ok {
			keys = append(keys, o)
		} else {
			plain = append(plain, a)
		}
	}
	return plain, keys
}

func within(keys []*expr.SortOrder) string {
	if len(keys) == 0 {
		return ""
	}
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k.String()
	}
	return " WITHIN GROUP (ORDER BY " + strings.Join(parts, ", ") + ")"
}

// listAgg is listagg(value, delimiter): the texts that are not null, joined.
func listAgg(name string) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Ordered: true,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			plain, keys := parted(args)
			if len(plain) != 1 && len(plain) != 2 {
				return expr.Resolution{}, expr.WrongCount(name, "1 or 2", len(plain))
			}
			if len(plain) == 1 {
				plain = append(plain[:1:1], &expr.Literal{})
			}
			t := types.Of(types.String)
			if plain[0].Type().Kind == types.Binary {
				t = types.Of(types.Binary)
			}
			value, ok := r.Arg(plain[0], t)
			if !ok {
				return expr.Resolution{}, expr.Unexpected(name, 0, "(\"STRING\" or \"BINARY\")", plain[0])
			}
			delim, ok := plain[1].(*expr.Literal)
			if !ok || delim.Value != nil && delim.Typ.Kind != t.Kind {
				return expr.Resolution{}, fault.New(fault.NonFoldable, "the delimiter of %s must be a constant", name).
					With("inputName", "`delimiter`")
			}
			between, _ := delim.Value.(string)
			flags := make([]byte, len(keys))
			out := []expr.Expr{value, expr.Lit(between), nil}
			for i, k := range keys {
				flags[i] = 'a'
				if k.Descending {
					flags[i]++
				}
				if k.NullsFirst {
					flags[i] += 2
				}
				out = append(out, k.Child)
			}
			out[2] = expr.Lit(string(flags))
			return expr.Resolution{Args: out, Type: t, Nullable: true, Text: listText(name, plain, keys)}, nil
		},
		Partial: func(c *expr.AggregateCall) []types.Type { return []types.Type{arrayOf(rowOf(c))} },
		New: func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
			t := &textList{listOf: listOf{values: newLists(rowOf(c))}, row: batch.NewColumn(rowOf(c), 0),
				delim: c.Args[1].(*expr.Literal).Value.(string), flags: c.Args[2].(*expr.Literal).Value.(string)}
			for _, k := range c.Args[3:] {
				t.orders = append(t.orders, expr.OrderOf(k.Type()))
			}
			for _, f := range rowOf(c).Fields {
				t.flat = append(t.flat, batch.NewColumn(f.Type, 0))
			}
			return t, nil
		},
	}
}

// listText is the name of the column: with an order it is listagg's, whatever was
// written.
func listText(name string, plain []expr.Expr, keys []*expr.SortOrder) string {
	if len(keys) > 0 {
		name = "listagg"
	}
	return expr.CallText(name, plain) + within(keys)
}

// rowOf is what listagg keeps of a row: the value and the keys.
func rowOf(c *expr.AggregateCall) types.Type {
	fields := []types.Field{{Name: "v", Type: c.Args[0].Type(), Nullable: true}}
	for _, k := range c.Args[3:] {
		fields = append(fields, types.Field{Name: "k", Type: k.Type(), Nullable: true})
	}
	return types.StructOf(fields...)
}

// textList keeps values with their keys, and sorts those of a group for its result.
type textList struct {
	listOf
	row    *batch.Column
	flat   []*batch.Column
	delim  string
	flags  string // by key: 'a' ascending, 'b' descending; 'c' and 'd' with nulls first
	orders []expr.Order
	buf    []byte
}

func (t *textList) Update(groups []int32, args []*batch.Column, sel []int32) error {
	n := 0
	for _, r := range rowsOf(groups, sel) {
		n = max(n, int(r)+1)
	}
	if args[0].Const && args[0].Null(0) {
		return nil
	}
	t.row.ShareStruct(n, args[0].Valid())
	for i := range t.row.Children {
		arg := i
		if i > 0 {
			arg = i + 2
		}
		t.row.Children[i] = args[arg].Flat(n, t.flat[i])
	}
	if args[0].Const {
		t.row.SetValid(nil)
	}
	keys, narrowed := t.rows.narrow(groups, t.row, sel)
	t.values.add(keys, t.row, rowsOf(keys, narrowed))
	return nil
}

func (t *textList) Result(groups []int32, out *batch.Column) error {
	row := t.values.column
	t.buf = t.buf[:0]
	for _, g := range groups {
		rows := t.values.rowsIn(g)
		n := out.Len()
		out.Extend(1)
		if len(rows) == 0 {
			out.SetNull(n)
			continue
		}
		if len(t.orders) > 0 {
			slices.SortStableFunc(rows, func(a, b int32) int { return t.compare(row, int(a), int(b)) })
		}
		start := len(t.buf)
		for i, r := range rows {
			if i > 0 {
				t.buf = append(t.buf, t.delim...)
			}
			t.buf = append(t.buf, batch.Values[string](row.Children[0])[r]...)
		}
		batch.Values[string](out)[n] = string(t.buf[start:])
	}
	return nil
}

// Save saves the rows, not their text.
func (t *textList) Save(groups []int32, partial []*batch.Column) error {
	t.values.append(partial[0], groups)
	return nil
}

func (t *textList) compare(row *batch.Column, a, b int) int {
	for i, order := range t.orders {
		key, flag := row.Children[i+1], t.flags[i]-'a'
		p, q, n := key.Null(a), key.Null(b), 0
		switch {
		case p && q:
		case p || q:
			if n = 1; p == (flag&2 != 0) {
				n = -1
			}
		default:
			if n = order(key, a, key, b); flag&1 != 0 {
				n = -n
			}
		}
		if n != 0 {
			return n
		}
	}
	return 0
}

// percentileWithin is percentile_cont(fraction) WITHIN GROUP (ORDER BY value), or
// percentile_disc, which gives one of the values.
func percentileWithin(name string, between bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name:    name,
		Ordered: true,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			plain, keys := parted(args)
			if len(keys) != 1 {
				return expr.Resolution{}, fault.New(fault.WithinGroup, "%s needs WITHIN GROUP (ORDER BY one value)", name).
					With("funcName", "`"+name+"`")
			}
			if len(plain) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(plain))
			}
			at, err := fractionsOf(name, plain[0])
			if err != nil {
				return expr.Resolution{}, err
			}
			res, err := interpolated(r, name, []expr.Expr{keys[0].Child}, at)
			if err != nil {
				return expr.Resolution{}, err
			}
			res.Args = append(res.Args, expr.Lit(keys[0].Descending))
			res.Text = expr.CallText(name, plain) + " WITHIN GROUP (ORDER BY " + keys[0].Child.String()
			if keys[0].Descending {
				res.Text += " DESC"
			}
			res.Text += ")"
			return res, nil
		},
		Partial: listOfArgument,
		New:     newPercentile(between),
	}
}
