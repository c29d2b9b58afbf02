package keytable

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "the seed of random tests; 0 takes a new one")

// random is a source of random numbers; its seed is in the test's log.
func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

var simpleKinds = []types.Kind{types.Null, types.Boolean, types.Byte, types.Short, types.Int, types.Long,
	types.Float, types.Double, types.Decimal128, types.String, types.Binary, types.Date, types.Time,
	types.Timestamp, types.TimestampNTZ, types.YearMonthInterval, types.DayTimeInterval, types.CalendarInterval}

func randomType(r *rand.Rand, depth int) types.Type {
	switch n := r.IntN(20); {
	case n == 0 && depth > 0:
		return types.ArrayOf(randomType(r, depth-1))
	case n <= 2 && depth > 0:
		var fields []types.Field
		for i := range 1 + r.IntN(3) {
			fields = append(fields, types.Field{Name: fmt.Sprint("f", i), Type: randomType(r, depth-1), Nullable: true})
		}
		return types.StructOf(fields...)
	default:
		return types.Of(simpleKinds[r.IntN(len(simpleKinds))])
	}
}

// fill gives column c n random rows out of few values, so that keys repeat.
func fill(r *rand.Rand, c *batch.Column, n, domain int) {
	c.Resize(n)
	fillMore(r, c, 0, n, domain)
}

func fillMore(r *rand.Rand, c *batch.Column, from, n, domain int) {
	for i := from; i < n; i++ {
		v := r.IntN(domain)
		switch c.Type.Kind {
		case types.Null:
			continue
		case types.Boolean:
			batch.Values[bool](c)[i] = v&1 == 0
		case types.Byte:
			batch.Values[int8](c)[i] = int8(v - domain/2)
		case types.Short:
			batch.Values[int16](c)[i] = int16(v-domain/2) * 7
		case types.Int, types.Date, types.YearMonthInterval:
			batch.Values[int32](c)[i] = int32(v-domain/2) * 1001
		case types.Float:
			batch.Values[float32](c)[i] = float32(randomFloat(r, v))
		case types.Double:
			batch.Values[float64](c)[i] = randomFloat(r, v)
		case types.Decimal128:
			batch.Values[types.Decimal](c)[i] = types.Decimal{Lo: uint64(v) << 60, Hi: int64(v) >> 4}
		case types.CalendarInterval:
			batch.Values[types.Interval](c)[i] = types.Interval{Months: int32(v & 1), Days: int32(v >> 1 & 3), Micros: int64(v >> 3)}
		case types.String, types.Binary, types.Variant:
			batch.Values[string](c)[i] = randomText(v)
		case types.Struct:
		case types.Array:
			k := r.IntN(3)
			child := c.Children[0]
			from := child.Len()
			child.Extend(k)
			fillMore(r, child, from, from+k, 3)
			c.Offsets[i+1] = c.Offsets[i] + int32(k)
		default:
			batch.Values[int64](c)[i] = int64(v-domain/2) * 600_000_000
		}
	}
	if c.Type.Kind == types.Struct {
		for _, child := range c.Children {
			fillMore(r, child, from, n, max(2, domain/2))
		}
	}
	if c.Type.Kind != types.Null && r.IntN(3) == 0 {
		for i := from; i < n; i++ {
			if r.IntN(4) == 0 {
				c.SetNull(i)
			}
		}
	}
}

func randomFloat(r *rand.Rand, v int) float64 {
	switch v {
	case 0:
		return math.Copysign(0, float64(r.IntN(2))-0.5)
	case 1:
		if r.IntN(2) == 0 {
			return math.NaN()
		}
		return math.Float64frombits(0xFFF8000000000001 + r.Uint64N(9))
	default:
		return float64(v) / 4
	}
}

// randomText has all lengths around those that the table treats differently.
func randomText(v int) string {
	const text = "the quick brown fox jumps over the lazy dog"
	if v%3 == 0 {
		return text[:v%len(text)]
	}
	return fmt.Sprintf("%s%d", text[:v%29], v)
}

// show is a value as a text that equals another's if and only if GROUP BY holds
// the values equal.
func show(b *strings.Builder, c *batch.Column, i int) {
	if c.Const {
		i = 0
	}
	if c.Null(i) {
		b.WriteString("null")
		return
	}
	switch c.Type.Kind {
	case types.Boolean:
		fmt.Fprint(b, batch.Values[bool](c)[i])
	case types.Byte:
		fmt.Fprint(b, batch.Values[int8](c)[i])
	case types.Short:
		fmt.Fprint(b, batch.Values[int16](c)[i])
	case types.Int, types.Date, types.YearMonthInterval:
		fmt.Fprint(b, batch.Values[int32](c)[i])
	case types.Float:
		fmt.Fprint(b, batch.Values[float32](c)[i]+0)
	case types.Double:
		fmt.Fprint(b, batch.Values[float64](c)[i]+0)
	case types.Decimal128:
		fmt.Fprint(b, batch.Values[types.Decimal](c)[i])
	case types.CalendarInterval:
		fmt.Fprint(b, batch.Values[types.Interval](c)[i])
	case types.String, types.Binary, types.Variant:
		fmt.Fprintf(b, "%q", batch.Values[string](c)[i])
	case types.Struct:
		b.WriteByte('{')
		for _, child := range c.Children {
			show(b, child, i)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case types.Array:
		b.WriteByte('[')
		for k := c.Offsets[i]; k < c.Offsets[i+1]; k++ {
			show(b, c.Children[0], int(k))
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		fmt.Fprint(b, batch.Values[int64](c)[i])
	}
}

func showRow(keys []*batch.Column, i int) string {
	var b strings.Builder
	b.WriteByte('(')
	for _, c := range keys {
		show(&b, c, i)
		b.WriteByte(';')
	}
	return b.String()
}

// randomBatch has rows of these types, some columns constants, and a selection.
func randomBatch(r *rand.Rand, ts []types.Type) (keys []*batch.Column, rows int, sel []int32) {
	rows = r.IntN(3) * r.IntN(1500)
	domain := []int{2, 20, 100, 2000}[r.IntN(4)]
	for _, typ := range ts {
		c := batch.NewColumn(typ, 0)
		if r.IntN(6) == 0 {
			fill(r, c, 1, domain)
			c.Const = true
		} else {
			fill(r, c, rows, domain)
		}
		keys = append(keys, c)
	}
	if r.IntN(2) == 0 {
		sel = []int32{}
		for i := range int32(rows) {
			if r.IntN(3) > 0 {
				sel = append(sel, i)
			}
		}
	}
	return keys, rows, sel
}
