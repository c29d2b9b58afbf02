package sketch

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// histogram is histogram_numeric(value, bins): bins of x, its centre, and y, how
// many values. Where there are too many the two nearest become one.
var histogram = &expr.Aggregate{
	Name: "histogram_numeric",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("histogram_numeric", "2", len(args))
		}
		t := args[0].Type()
		switch {
		case t.Kind == types.Null:
			t = types.Of(types.Double)
		case t.Numeric(), t.Datetime(), t.Kind == types.YearMonthInterval, t.Kind == types.DayTimeInterval:
		default:
			return expr.Resolution{}, expr.Unexpected("histogram_numeric", 0,
				"(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL\")", args[0])
		}
		if l, ok := args[1].(*expr.Literal); !ok || l.Typ.Kind != types.Int {
			return expr.Resolution{}, expr.Unexpected("histogram_numeric", 1, "\"INT\"", args[1])
		}
		bin := types.StructOf(types.Field{Name: "x", Type: t, Nullable: true},
			types.Field{Name: "y", Type: types.Of(types.Double), Nullable: true})
		return expr.Resolution{Args: []expr.Expr{expr.CastTo(args[0], t), args[1]}, Type: types.ArrayOf(bin), Nullable: true,
			Text: expr.CallText("histogram_numeric", args)}, nil
	},
	Partial: saved,
	New: accumulate(func(c *expr.AggregateCall) func() state {
		t := c.Args[0].Type()
		most, _ := c.Args[1].(*expr.Literal).Value.(int32)
		return func() state { return &bins{typ: t, most: int(max(most, 2)), random: newRandom(31183)} }
	}),
}

type bin struct{ x, y float64 }

type bins struct {
	typ    types.Type
	most   int
	of     []bin // by x
	random *random
}

func (b *bins) add(args []*batch.Column, row int) error {
	x := asFloat(args[0], row)
	at, found := slices.BinarySearchFunc(b.of, x, func(o bin, x float64) int {
		switch {
		case o.x < x:
			return -1
		case o.x > x:
			return 1
		}
		return 0
	})
	if found {
		b.of[at].y++
		return nil
	}
	b.of = slices.Insert(b.of, at, bin{x, 1})
	b.trim()
	return nil
}

// trim joins nearest bins; of several equally near ones by lot.
func (b *bins) trim() {
	for len(b.of) > b.most {
		least, at, equal := b.of[1].x-b.of[0].x, 0, 1
		for i := 1; i < len(b.of)-1; i++ {
			switch d := b.of[i+1].x - b.of[i].x; {
			case d < least:
				least, at, equal = d, i, 1
			case d == least:
				equal++
				if b.random.float64() <= 1/float64(equal) {
					at = i
				}
			}
		}
		y := b.of[at].y + b.of[at+1].y
		b.of[at].x = b.of[at].x*(b.of[at].y/y) + b.of[at+1].x/y*b.of[at+1].y
		b.of[at].y = y
		b.of = slices.Delete(b.of, at+1, at+2)
	}
}

func (b *bins) save() []byte {
	var out []byte
	for _, o := range b.of {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(o.x))
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(o.y))
	}
	return out
}

func (b *bins) load(saved string) {
	for s := []byte(saved); len(s) >= 16; s = s[16:] {
		b.of = append(b.of, bin{math.Float64frombits(binary.LittleEndian.Uint64(s)),
			math.Float64frombits(binary.LittleEndian.Uint64(s[8:]))})
	}
	slices.SortStableFunc(b.of, func(p, q bin) int {
		switch {
		case p.x < q.x:
			return -1
		case p.x > q.x:
			return 1
		}
		return 0
	})
	b.trim()
}

func (b *bins) result() any {
	if len(b.of) == 0 {
		return nil
	}
	out := make([]any, len(b.of))
	for i, o := range b.of {
		out[i] = []any{ofFloat(b.typ, o.x), o.y}
	}
	return out
}

// asFloat is a number, date, time or interval as a double.
func asFloat(c *batch.Column, row int) float64 {
	if c.Const {
		row = 0
	}
	switch v := expr.ValueAt(c, row).(type) {
	case int8:
		return float64(v)
	case int16:
		return float64(v)
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case float32:
		return float64(v)
	case float64:
		return v
	case types.Decimal:
		return v.Float64(c.Type.Scale)
	}
	return 0
}

// ofFloat undoes asFloat.
func ofFloat(t types.Type, x float64) any {
	switch t.Kind {
	case types.Byte:
		return int8(x)
	case types.Short:
		return int16(x)
	case types.Int, types.Date, types.YearMonthInterval:
		return int32(x)
	case types.Long, types.Timestamp, types.TimestampNTZ, types.DayTimeInterval:
		return int64(x)
	case types.Float:
		return float32(x)
	case types.Decimal128:
		d, err := types.ParseDecimal(string(types.AppendDouble(nil, x)), t.Precision, t.Scale)
		if err != nil {
			return nil
		}
		return d
	}
	return x
}
