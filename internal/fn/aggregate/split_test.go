package aggregate

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes the clock's")

func random(t *testing.T) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

// someTypes are the types that arguments are of in random tests.
var someTypes = []types.Type{
	types.Of(types.Boolean), types.Of(types.Byte), types.Of(types.Short), types.Of(types.Int), types.Of(types.Long),
	types.Of(types.Float), types.Of(types.Double), types.DecimalOf(12, 3), types.DecimalOf(38, 2), types.Of(types.String),
	types.Of(types.Binary), types.Of(types.Timestamp), types.Of(types.Date), types.Of(types.DayTimeInterval),
	types.ArrayOf(types.Of(types.Int)),
	types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int), Nullable: true}, types.Field{Name: "b", Type: types.Of(types.String)}),
}

// someValue is a value of t, one in ten null.
func someValue(r *rand.Rand, t types.Type) any {
	if r.IntN(10) == 0 {
		return nil
	}
	n := r.IntN(40) - 20
	switch t.Kind {
	case types.Boolean:
		return n > 0
	case types.Byte:
		return int8(n)
	case types.Short:
		return int16(n)
	case types.Int, types.Date:
		return int32(n)
	case types.Long, types.Timestamp, types.DayTimeInterval:
		return int64(n)
	case types.Float:
		return float32(n) / 4
	case types.Double:
		if r.IntN(200) == 0 {
			return math.NaN()
		}
		return float64(n) / 4
	case types.Decimal128:
		return dec(int64(n))
	case types.String, types.Binary:
		return fmt.Sprintf("%d text longer than a word", n)[:r.IntN(20)]
	case types.Array:
		v := []any{}
		for range r.IntN(3) {
			v = append(v, someValue(r, *t.Elem))
		}
		return v
	default:
		return []any{someValue(r, t.Fields[0].Type), fmt.Sprint(n)}
	}
}

func someColumn(r *rand.Rand, t types.Type, rows int) *batch.Column {
	if r.IntN(12) == 0 {
		c := column(t, someValue(r, t))
		c.Const = true
		return c
	}
	c := batch.NewColumn(t, rows)
	for range rows {
		expr.AppendValue(c, someValue(r, t))
	}
	return c
}

// Any split of the rows, each part saved and merged in order, gives what one
// pass gives; and so do groups that had other rows before they were reset.
func TestSplitsMerge(t *testing.T) {
	r := random(t)
	for _, fn := range Functions {
		if fn.Name == "percentile" || fn.Name == "percentile_approx" || fn.Name == "approx_percentile" {
			continue // as median, with one more argument
		}
		tested := 0
		for try := 0; try < 40 || tested == 0 && try < 4000; try++ { // some take one type of all
			rows := r.IntN(60)
			b := newBench(t, someColumn(r, someTypes[r.IntN(len(someTypes))], rows), someColumn(r, someTypes[r.IntN(len(someTypes))], rows))
			b.batch.Rows = rows
			c, err := b.call(fn.Name, 1)
			if err != nil {
				if c, err = b.call(fn.Name, 2); err != nil {
					continue // not for these types
				}
			}
			if rows > 0 {
				checkSplit(b, r, c, rows)
			}
			tested++
		}
		if tested == 0 {
			t.Errorf("%s was never tested", fn.Name)
		}
	}
}

func checkSplit(b *bench, r *rand.Rand, c *expr.AggregateCall, rows int) {
	b.Helper()
	const groups = 5
	args, err := b.tryArgs(c)
	if err != nil {
		return // a text that is no number
	}
	var sel []int32
	var ids []int32
	for i := range rows {
		if r.IntN(3) > 0 {
			sel, ids = append(sel, int32(i)), append(ids, int32(r.IntN(groups)))
		}
	}
	if len(sel) == rows && r.IntN(2) == 0 {
		sel = nil
	}
	everySel, everyID := sel, ids
	all := batch.Identity(groups)
	once := b.accumulator(c)
	if r.IntN(2) == 0 { // groups that were something else before
		once.Reset(0, groups-2)
		others := make([]int32, rows)
		if err := once.Update(others, args, nil); err != nil {
			return // an overflow
		}
		once.Reset(groups-2, groups)
		once.Reset(0, groups-2)
	} else {
		once.Reset(0, groups)
	}
	if err := once.Update(ids, args, sel); err != nil {
		return
	}
	want, err := b.texts(c, once, all)
	if err != nil {
		return // an overflow
	}
	merged := b.accumulator(c)
	merged.Reset(0, groups)
	for len(ids) > 0 {
		n := 1 + r.IntN(len(ids))
		part := b.accumulator(c)
		part.Reset(0, groups)
		var partSel []int32
		if partSel = sel; sel != nil {
			partSel = sel[:n]
		}
		if sel == nil {
			n = len(ids)
		}
		if err := part.Update(ids[:n], args, partSel); err != nil {
			b.Fatal(err)
		}
		if sel != nil {
			sel = sel[n:]
		}
		ids = ids[n:]
		if err := merged.Merge(all, b.saved(c, part, all), nil); err != nil {
			b.Fatal(err)
		}
	}
	got, err := b.texts(c, merged, all)
	if err != nil {
		b.Fatal(err)
	}
	for g := range got {
		if divides[c.Fn.Name] && !spread(args, everyID, everySel, int32(g)) {
			continue
		}
		if !same(got[g], want[g]) {
			b.Errorf("%s over %s: group %d merged is %s, in one pass %s", c, b.refs[0].Typ, g, got[g], want[g])
		}
	}
}

// divides are the statistics that divide by how far values lie apart. Where they are all
// equal that is 0, or what rounding has left of it, as in Spark, whose formulas these are:
// the mean of part of the values, divided and multiplied by their number, is not the mean.
// The quotient has no meaning then, and depends on the order.
var divides = map[string]bool{"corr": true, "regr_slope": true, "regr_intercept": true, "regr_r2": true,
	"skewness": true, "kurtosis": true}

// spread reports whether each of the arguments has two values in a group, over the rows at
// which none is null.
func spread(args []*batch.Column, ids, sel []int32, group int32) bool {
	for _, c := range args {
		values := make(map[float64]bool)
		for k, g := range ids {
			row := k
			if sel != nil {
				row = int(sel[k])
			}
			known := g == group
			for _, other := range args {
				known = known && !other.Null(row)
			}
			if known {
				values[expr.ArgOf[float64](c).At(int32(row))] = true
			}
		}
		if len(values) == 1 {
			return false
		}
	}
	return true
}

// same compares results, numbers with a little room.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && (math.Abs(x-y) <= 1e-6*max(1, math.Abs(x)) || x != x && y != y)
}

// A hundred thousand changes to a few groups leave little garbage behind.
func TestGarbageIsCollected(t *testing.T) {
	text := batch.NewColumn(types.Of(types.String), 0)
	number := batch.NewColumn(types.Of(types.Long), 0)
	for i := range 1000 {
		expr.AppendValue(text, fmt.Sprintf("%030d", i))
		expr.AppendValue(number, int64(i))
	}
	b := newBench(t, text, number)
	for _, name := range []string{"max", "last", "max_by", "collect_list", "collect_set", "mode"} {
		n := 1
		if name == "max_by" {
			n = 2
		}
		c, err := b.call(name, n)
		if err != nil {
			t.Fatal(err)
		}
		acc := b.accumulator(c)
		acc.Reset(0, 1000)
		groups := make([]int32, 1000)
		for i := range groups {
			groups[i] = int32(i)
		}
		args := b.args(c)
		for round := range 300 {
			if err := acc.Update(groups, args, nil); err != nil {
				t.Fatal(err)
			}
			if name != "max" && name != "last" && name != "max_by" || round%10 == 0 {
				acc.Reset(1, 1000)
			}
			if name == "collect_list" && round%50 == 0 {
				acc.Reset(0, 1)
			}
		}
		if used := footprint(acc); used > 1<<20 {
			t.Errorf("%s holds %d bytes for a thousand values", name, used)
		}
	}
}

func footprint(acc expr.Accumulator) int {
	switch a := acc.(type) {
	case *textExtreme:
		return a.arena.Bytes() + a.other.Bytes()
	case *positionOf:
		return paged(a.values)
	case *by:
		return paged(a.values)
	case *listOf:
		return a.values.arena.Bytes() + a.values.spare.Bytes()
	case *setOf:
		return a.values.lists.arena.Bytes() + a.values.lists.spare.Bytes()
	case *modeOf:
		return a.set.lists.arena.Bytes() + a.set.lists.spare.Bytes()
	}
	return 1 << 30
}

// paged is about what cells in pages hold.
func paged(c *pagedCells) int { return (len(c.store.leaf) + len(c.spare.leaf)) * batch.PageRows * 32 }

// TestPagesOfGroupsThatLeft: cells hold no more pages than those that are left fill, and
// as many again to move to, once groups have left.
func TestPagesOfGroupsThatLeft(t *testing.T) {
	const many, left = 40 * batch.PageRows, batch.PageRows
	text := types.Of(types.String)
	c := newPagedCells(types.StructOf(types.Field{Name: "a", Type: text}))
	c.reset(0, many)
	src := batch.NewColumn(c.store.kind, batch.Size)
	src.Resize(batch.Size)
	set := func(from, to int) {
		for at := from; at < to; at += batch.Size {
			c.set(batch.Range(at, batch.Size), src, batch.Identity(batch.Size))
		}
	}
	for range 3 {
		set(0, many)
	}
	c.reset(left, many)
	set(0, left)
	if got := len(c.store.fields[0].leaf) + len(c.spare.fields[0].leaf); got > 8 {
		t.Errorf("%d pages for the values of one", got)
	}
}
