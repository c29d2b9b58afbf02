package aggregate

import (
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// percentile is percentile(value, fraction or array of fractions): the value at
// that place of the sorted values, between two of them by their distance. With a
// third argument each value counts as often as that says.
var percentile = &expr.Aggregate{
	Name: "percentile",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 && len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("percentile", "2 or 3", len(args))
		}
		at, err := fractionsOf("percentile", args[1])
		if err != nil {
			return expr.Resolution{}, err
		}
		if len(args) == 2 {
			return interpolated(r, "percentile", append(args[:2:2], expr.Int32(1)), at)
		}
		res, err := interpolated(r, "percentile", args, at)
		if err == nil {
			res.Args, err = weighted(res.Args, args[2])
		}
		return res, err
	},
	Partial: listOfArgument,
	New:     newPercentile(true),
}

// median is percentile(value, 0.5).
var median = &expr.Aggregate{
	Name: "median",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("median", "1", len(args))
		}
		return interpolated(r, "median", args, expr.Lit(0.5))
	},
	Partial: listOfArgument,
	New:     newPercentile(true),
}

// percentileApprox is percentile_approx under one of its names: the least value
// that has at least that share of the values at or below it. It is exact; the
// accuracy, a third argument, has no effect.
func percentileApprox(name string) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 && len(args) != 3 {
				return expr.Resolution{}, expr.WrongCount(name, "2 or 3", len(args))
			}
			if len(args) == 2 {
				args = append(args[:2:2], expr.Int32(10000))
			} else if _, err := integer(name, 2, args); err != nil {
				return expr.Resolution{}, err
			}
			at, err := fractionsOf(name, args[1])
			if err != nil {
				return expr.Resolution{}, err
			}
			value := args[0]
			switch t := value.Type(); {
			case t.Kind == types.String || t.Kind == types.Null:
				value = expr.CastTo(value, types.Of(types.Double))
			case t.Numeric(), t.Datetime(), t.Kind == types.YearMonthInterval, t.Kind == types.DayTimeInterval:
			default:
				return expr.Resolution{}, expr.Unexpected(name, 0, `"NUMERIC", "DATE", "TIMESTAMP" or "ANSI INTERVAL"`, value)
			}
			return expr.Resolution{Args: []expr.Expr{value, at}, Type: likeFractions(at, value.Type()),
				Nullable: true, Text: expr.CallText(name, args)}, nil
		},
		Partial: listOfArgument,
		New:     newPercentile(false),
	}
}

// interpolated resolves percentile and median, whose values are doubles or
// intervals.
func interpolated(r *expr.Resolver, name string, args []expr.Expr, at *expr.Literal) (expr.Resolution, error) {
	value := args[0]
	if k := value.Type().Kind; k != types.YearMonthInterval && k != types.DayTimeInterval {
		cast, err := numbers(r, name, args[:1], []types.Type{types.Of(types.Double)})
		if err != nil {
			return expr.Resolution{}, err
		}
		value = cast[0]
	}
	return expr.Resolution{Args: []expr.Expr{value, at}, Type: likeFractions(at, value.Type()),
		Nullable: true, Text: expr.CallText(name, args)}, nil
}

// likeFractions is t, or an array of it where the fractions are one.
func likeFractions(at *expr.Literal, t types.Type) types.Type {
	if at.Typ.Kind == types.Array {
		return arrayOf(t)
	}
	return t
}

// fractionsOf reads the fractions of a percentile: a literal double, or one of an
// array of doubles.
func fractionsOf(name string, e expr.Expr) (*expr.Literal, error) {
	list := []expr.Expr{e}
	call, isArray := e.(*expr.Call)
	if isArray = isArray && call.Fn.Name == "array"; isArray {
		list = call.Args
	}
	if l, ok := e.(*expr.Literal); ok && l.Typ.Kind == types.Array {
		isArray, list = true, nil
		values, _ := l.Value.([]any)
		for _, v := range values {
			list = append(list, &expr.Literal{Value: v, Typ: *l.Typ.Elem})
		}
	}
	var values []any
	for _, item := range list {
		l, ok := innermost(item).(*expr.Literal)
		if !ok {
			return nil, expr.Unexpected(name, 1, `"DOUBLE" that is a literal`, e)
		}
		f, ok := fraction(l.Value, l.Typ)
		if !ok || f < 0 || f > 1 {
			return nil, fault.New(fault.ValueOutOfRange, "the percentage of %s must be between 0.0 and 1.0, not %s", name, item)
		}
		values = append(values, f)
	}
	if isArray {
		return &expr.Literal{Value: values, Typ: arrayOf(types.Of(types.Double))}, nil
	}
	return &expr.Literal{Value: values[0], Typ: types.Of(types.Double)}, nil
}

// listOfArgument is the Partial of functions that keep all values.
func listOfArgument(c *expr.AggregateCall) []types.Type {
	if hasWeights(c) {
		return []types.Type{arrayOf(c.Args[0].Type()), arrayOf(types.Of(types.Long))}
	}
	return []types.Type{arrayOf(c.Args[0].Type())}
}

func newPercentile(between bool) func(*expr.AggregateCall, *expr.Env) (expr.Accumulator, error) {
	return func(c *expr.AggregateCall, _ *expr.Env) (expr.Accumulator, error) {
		t := c.Args[0].Type()
		p := &percentileOf{listOf: listOf{values: newLists(t)}, order: expr.OrderOf(t), between: between}
		switch {
		case hasWeights(c):
			p.weights = newLists(types.Of(types.Long))
		case len(c.Args) > 2:
			p.descending, _ = c.Args[2].(*expr.Literal).Value.(bool)
		}
		switch v := c.Args[1].(*expr.Literal).Value.(type) {
		case float64:
			p.fractions = []float64{v}
		case []any:
			p.array = true
			for _, f := range v {
				p.fractions = append(p.fractions, f.(float64))
			}
		}
		if p.weights != nil {
			return &weightedPercentile{percentileOf: *p}, nil
		}
		return p, nil
	}
}

// percentileOf keeps all values, and sorts those of a group for its result.
type percentileOf struct {
	listOf
	order     expr.Order
	fractions []float64
	array     bool
	between   bool // values between two of the list are made
	// descending is the order in which the fractions count.
	descending bool
	picks      []int32
	// weights are how often each of the values counts; nil: once.
	weights *lists
}

func (p *percentileOf) Result(groups []int32, out *batch.Column) error {
	values := p.values.column
	for _, g := range groups {
		rows := p.values.rowsIn(g)
		if len(rows) == 0 {
			nulls([]int32{g}, []*batch.Column{out})
			continue
		}
		slices.SortStableFunc(rows, func(a, b int32) int { return p.order(values, int(a), values, int(b)) })
		if p.descending {
			slices.Reverse(rows)
		}
		p.emit(out, func(to *batch.Column, f float64) { p.append(to, rows, f) })
	}
	return nil
}

// emit appends what append gives for the fractions, as an array where they are one.
func (p *percentileOf) emit(out *batch.Column, append func(to *batch.Column, f float64)) {
	to := out
	if p.array {
		to = out.Children[0]
		to.Truncate(int(out.Offsets[out.Len()]))
	}
	for _, f := range p.fractions {
		append(to, f)
	}
	if p.array {
		n := out.Len()
		out.Extend(1)
		out.Offsets[n+1] = int32(to.Len())
	}
}

// append appends the value at a fraction of sorted rows.
func (p *percentileOf) append(out *batch.Column, rows []int32, f float64) {
	values := p.values.column
	if !p.between {
		at := max(int(math.Ceil(f*float64(len(rows))))-1, 0)
		p.picks = append(p.picks[:0], rows[at])
		out.AppendRows(values, p.picks, nil)
		return
	}
	at := f * float64(len(rows)-1)
	p.mix(out, [2]int32{rows[int(math.Floor(at))], rows[int(math.Ceil(at))]}, at)
}

// mix appends what lies between the values at two rows, the places below and above
// at, by its distance from them.
func (p *percentileOf) mix(out *batch.Column, rows [2]int32, at float64) {
	low, high := math.Floor(at), math.Ceil(at)
	v := number(p.values.column, rows[0])
	if w := number(p.values.column, rows[1]); low != high && v != w {
		v = float64((high-at)*v) + float64((at-low)*w)
	}
	n := out.Len()
	out.Extend(1)
	switch out.Type.Kind {
	case types.YearMonthInterval:
		batch.Values[int32](out)[n] = int32(v)
	case types.DayTimeInterval:
		batch.Values[int64](out)[n] = int64(v)
	default:
		batch.Values[float64](out)[n] = v
	}
}

// number is a row of a column of doubles or intervals as a double.
func number(c *batch.Column, row int32) float64 {
	switch c.Type.Kind {
	case types.YearMonthInterval:
		return float64(batch.Values[int32](c)[row])
	case types.DayTimeInterval:
		return float64(batch.Values[int64](c)[row])
	default:
		return batch.Values[float64](c)[row]
	}
}
