package batch

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/weirstream/weir/internal/invariant"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")

func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("-seed %d", s)
	return rand.New(rand.NewPCG(s, 1))
}

// cell is row i of c as text: "null", "3", "[a b]", "{1 x}", "[k:v]".
func cell(c *Column, i int) string {
	if c.Null(i) {
		return "null"
	}
	if c.Const {
		i = 0
	}
	switch physical(c.Type.Kind) {
	case physBool:
		return fmt.Sprint(Values[bool](c)[i])
	case physInt8:
		return fmt.Sprint(Values[int8](c)[i])
	case physInt16:
		return fmt.Sprint(Values[int16](c)[i])
	case physInt32:
		return fmt.Sprint(Values[int32](c)[i])
	case physInt64:
		return fmt.Sprint(Values[int64](c)[i])
	case physFloat32:
		return fmt.Sprint(Values[float32](c)[i])
	case physFloat64:
		return fmt.Sprint(Values[float64](c)[i])
	case physDecimal:
		return Values[types.Decimal](c)[i].String()
	case physInterval:
		return fmt.Sprint(Values[types.Interval](c)[i])
	case physString:
		return strings.Clone(Values[string](c)[i])
	}
	var parts []string
	switch c.Type.Kind {
	case types.Struct:
		for _, child := range c.Children {
			parts = append(parts, cell(child, i))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case types.Array, types.Map:
		for k := int(c.Offsets[i]); k < int(c.Offsets[i+1]); k++ {
			var one []string
			for _, child := range c.Children {
				one = append(one, cell(child, k))
			}
			parts = append(parts, strings.Join(one, ":"))
		}
	}
	return "[" + strings.Join(parts, " ") + "]"
}

func cells(c *Column) []string {
	list := make([]string, c.Len())
	for i := range list {
		list[i] = cell(c, i)
	}
	return list
}

// fill gives row i of c a random value, which may be null. The children of
// arrays and maps grow.
func fill(r *rand.Rand, c *Column, i int) {
	if c.Type.Kind != types.Null && r.IntN(5) == 0 {
		c.SetNull(i)
		if c.Type.Kind != types.Struct && c.Type.Kind != types.Array && c.Type.Kind != types.Map {
			return
		}
	}
	n := r.Int64N(1000)
	switch physical(c.Type.Kind) {
	case physBool:
		Values[bool](c)[i] = n&1 == 0
	case physInt8:
		Values[int8](c)[i] = int8(n)
	case physInt16:
		Values[int16](c)[i] = int16(n)
	case physInt32:
		Values[int32](c)[i] = int32(n)
	case physInt64:
		Values[int64](c)[i] = n
	case physFloat32:
		Values[float32](c)[i] = float32(n) / 4
	case physFloat64:
		Values[float64](c)[i] = float64(n) / 8
	case physDecimal:
		Values[types.Decimal](c)[i] = types.DecimalFromInt64(-n)
	case physInterval:
		Values[types.Interval](c)[i] = types.Interval{Months: int32(n), Days: 1, Micros: -n}
	case physString:
		Values[string](c)[i] = strings.Repeat("s", r.IntN(9)) + fmt.Sprint(n)
	}
	switch c.Type.Kind {
	case types.Struct:
		for _, child := range c.Children {
			fill(r, child, i)
		}
	case types.Array, types.Map:
		n := r.IntN(4)
		c.Offsets[i+1] = c.Offsets[i] + int32(n)
		for nth, child := range c.Children {
			start := child.Len()
			child.Extend(n)
			for k := range n {
				fill(r, child, start+k)
				if c.Type.Kind == types.Map && nth == 0 {
					child.SetNotNull(start + k) // keys are not null
				}
			}
		}
	}
}

// made is a random column of this type with n rows.
func made(r *rand.Rand, t types.Type, n int) *Column {
	c := NewColumn(t, 0)
	c.Resize(n)
	for i := range n {
		fill(r, c, i)
	}
	if n == 1 && r.IntN(2) == 0 {
		c.Const = true
	}
	return c
}

func allTypes() []types.Type {
	var list []types.Type
	for k := types.Null; k <= types.CalendarInterval; k++ {
		list = append(list, types.Of(k))
	}
	st := func(inner ...types.Type) types.Type {
		t := types.Type{Kind: types.Struct}
		for i, f := range inner {
			t.Fields = append(t.Fields, types.Field{Name: fmt.Sprint("f", i), Type: f, Nullable: true})
		}
		return t
	}
	integer, text := types.Of(types.Int), types.Of(types.String)
	return append(list, types.Of(types.Variant), types.ArrayOf(integer), types.ArrayOf(types.ArrayOf(text)),
		types.MapOf(text, types.Of(types.Decimal128)), st(), st(integer, text, types.Of(types.Null)),
		types.ArrayOf(st(text, types.ArrayOf(types.Of(types.Double)))),
		st(types.MapOf(integer, st(types.Of(types.Boolean))), types.ArrayOf(text)))
}

// TestColumnsEqualAModel does random things to columns of every type and to a
// list of the texts of their rows, and compares.
func TestColumnsEqualAModel(t *testing.T) {
	r := random(t)
	for _, typ := range allTypes() {
		for range 60 {
			x := &steps{r: r, t: t, c: NewColumn(typ, r.IntN(5))}
			for range 12 {
				x.step()
				if got := cells(x.c); strings.Join(got, ",") != strings.Join(x.want, ",") {
					t.Fatalf("%s after %s:\ngot  %q\nwant %q", typ, strings.Join(x.log, ", "), got, x.want)
				}
				for k, lent := range x.lent {
					if got := strings.Join(cells(lent), ","); got != x.lentWant[k] {
						t.Fatalf("%s after %s: a column that was shared changed:\ngot  %s\nwant %s", typ,
							strings.Join(x.log, ", "), got, x.lentWant[k])
					}
				}
			}
		}
	}
}

type steps struct {
	r        *rand.Rand
	t        *testing.T
	c        *Column
	want     []string
	lent     []*Column // columns that c has shared: they must not change
	lentWant []string
	log      []string
}

func (x *steps) step() {
	r, c := x.r, x.c
	op := r.IntN(9)
	x.log = append(x.log, [...]string{"append", "take", "extend", "resize", "setNull", "truncate", "share", "flat",
		"append null column"}[op])
	switch op {
	case 0, 1:
		n := 1 + r.IntN(80)
		src := made(r, c.Type, n)
		if n > 1 && r.IntN(4) == 0 {
			src = made(r, c.Type, 1)
			src.Const = true
		}
		var rows []int32
		for range r.IntN(100) {
			rows = append(rows, int32(r.IntN(n+1)-1))
		}
		if op == 1 {
			c.Take(src, rows)
			x.want = nil
		} else {
			c.AppendRows(src, rows, nil)
		}
		for _, row := range rows {
			if row < 0 {
				x.want = append(x.want, "null")
			} else {
				x.want = append(x.want, cell(src, int(row)))
			}
		}
	case 2, 3:
		n := r.IntN(90)
		start := c.Len()
		if op == 2 {
			c.Extend(n)
		} else {
			c.Resize(n)
			start, x.want = 0, nil
		}
		for i := start; i < c.Len(); i++ {
			fill(r, c, i)
			x.want = append(x.want, cell(c, i))
		}
	case 4:
		if c.Len() > 0 && !c.Const {
			i := r.IntN(c.Len())
			c.SetNull(i)
			x.want[i] = "null"
		}
	case 5:
		if !c.Const {
			n := r.IntN(c.Len() + 1)
			c.Truncate(n)
			x.want = x.want[:n]
		}
	case 6:
		src := made(r, c.Type, r.IntN(70))
		src.Const = false
		c.Share(src)
		x.want = cells(src)
		x.lent, x.lentWant = append(x.lent, src), append(x.lentWant, strings.Join(x.want, ","))
	case 7:
		if c.Len() > 0 {
			one := NewColumn(c.Type, 0)
			one.Take(c, []int32{int32(c.Len() - 1)})
			one.Const = true
			x.want = nil
			for range 70 {
				x.want = append(x.want, cell(one, 0))
			}
			x.c = one.Flat(70, c)
		}
	case 8:
		null := NewColumn(types.Of(types.Null), 3)
		null.Resize(3)
		c.AppendRows(null, []int32{0, 2, 1, -1}, nil)
		x.want = append(x.want, "null", "null", "null", "null")
	}
}

func TestArenaKeepsStringsWhoseBufferIsReused(t *testing.T) {
	buffer := []byte("hello world")
	src := Wrap(types.Of(types.String), []string{View(buffer[:5]), View(buffer[6:]), ""}, nil)
	src.SetNull(2)
	Values[string](src)[2] = View(buffer)
	list := NewColumn(types.ArrayOf(types.Of(types.String)), 0)
	list.Resize(1)
	list.Children[0].Share(src)
	list.Offsets[1] = 3

	var arena Arena
	kept, nested := NewColumn(src.Type, 0), NewColumn(list.Type, 0)
	kept.Append(src, nil, 3, &arena)
	nested.AppendRows(list, []int32{0}, &arena)
	if n := src.TextBytes(nil); n != 10 {
		t.Errorf("TextBytes() = %d, want 10", n)
	}
	if n := list.TextBytes([]int32{0}); n != 10 {
		t.Errorf("TextBytes() of the list = %d, want 10", n)
	}
	copy(buffer, "XXXXXXXXXXX")
	if got := strings.Join(cells(kept), ","); got != "hello,world,null" {
		t.Errorf("kept %s", got)
	}
	if got := cell(nested, 0); got != "[hello world null]" {
		t.Errorf("kept %s", got)
	}
}

func TestArenaGrowsAndIsReused(t *testing.T) {
	var a Arena
	var kept []string
	for i := range 20000 {
		kept = append(kept, a.Copy(fmt.Sprint("string ", i)))
	}
	kept = append(kept, a.Copy(strings.Repeat("x", 3<<20)), a.Copy("behind"))
	for i := range 20000 {
		if kept[i] != fmt.Sprint("string ", i) {
			t.Fatalf("string %d is %q", i, kept[i])
		}
	}
	if kept[20001] != "behind" || len(kept[20000]) != 3<<20 {
		t.Error("the large string and the one behind it are lost")
	}
	if a.Bytes() < 3<<20 {
		t.Errorf("%d bytes", a.Bytes())
	}
	a.Reset()
	if n := testing.AllocsPerRun(10, func() { a.Copy("again"); a.Reset() }); n != 0 {
		t.Errorf("%v allocations after Reset", n)
	}
}

func TestValidityIsCopiedBeforeItIsWritten(t *testing.T) {
	shared := []uint64{0b1011}
	c := Wrap(types.Of(types.Int), []int32{1, 2, 3, 4}, shared)
	c.SetNull(0)
	c.SetNotNull(2)
	if shared[0] != 0b1011 {
		t.Errorf("the shared bitmap is %b", shared[0])
	}
	if got := strings.Join(cells(c), ","); got != "null,2,3,4" {
		t.Errorf("%s", got)
	}
	d := NewColumn(types.Of(types.Int), 4)
	d.Resize(4)
	d.CopyValid(c)
	e := Wrap(types.Of(types.Int), []int32{1}, []uint64{0})
	e.Const = true
	d.AndValid(Wrap(types.Of(types.Int), []int32{0, 0, 0, 0}, []uint64{0b0101}))
	if d.Null(2) || !d.Null(0) || !d.Null(1) || !d.Null(3) || c.Null(1) {
		t.Error("AndValid is not the and of both")
	}
	d.AndValid(e)
	if !d.Null(2) {
		t.Error("a null constant does not make all rows null")
	}
	d.CopyValid(Wrap(types.Of(types.Int), []int32{0, 0, 0, 0}, nil))
	if d.HasNulls() {
		t.Error("CopyValid of a column without nulls left some")
	}
}

func TestReusedColumnsDoNotAllocate(t *testing.T) {
	src := made(random(t), types.ArrayOf(types.Of(types.String)), 500)
	src.SetNull(3)
	c, view := NewColumn(src.Type, 0), NewColumn(types.Of(types.Int), 0)
	values, rows := make([]int32, 100), Identity(500)
	n := testing.AllocsPerRun(20, func() {
		c.Take(src, rows)
		c.Share(src)
		Reset(view, values, nil)
		view.Resize(90)
		view.SetNull(3)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestManySmallExtendsStaySmall(t *testing.T) {
	for _, typ := range allTypes() {
		c := NewColumn(typ, 0)
		for range 300 {
			c.Extend(3)
			c.SetNull(c.Len() - 1)
		}
		if n := c.Bytes(); n > 200_000 {
			t.Errorf("%s: 900 rows hold %d bytes", typ, n)
		}
	}
}

func TestBatchRowsAndBytes(t *testing.T) {
	b := New(types.NewSchema(types.Field{Name: "a", Type: types.Of(types.Long)}, types.Field{Name: "b", Type: types.Of(types.String)}))
	b.Resize(100)
	if b.Len() != 100 || b.Row(7) != 7 || b.Bytes() < 100*(8+16) {
		t.Errorf("%d rows, row 7 is %d, %d bytes", b.Len(), b.Row(7), b.Bytes())
	}
	b.Sel = []int32{5, 9}
	if b.Len() != 2 || b.Row(1) != 9 {
		t.Errorf("%d rows, row 1 is %d", b.Len(), b.Row(1))
	}
}

func TestPoison(t *testing.T) {
	r := random(t)
	for _, typ := range allTypes() {
		c := made(r, typ, 40)
		c.Const = false
		before := strings.Join(cells(c), ",")
		shown := NewColumn(typ, 0)
		shown.Share(c)
		shown.Poison()
		if got := strings.Join(cells(c), ","); got != before {
			t.Fatalf("%s: poison reached what is only shared", typ)
		}
		b := Batch{Columns: []*Column{c}, Rows: 40}
		b.Poison()
		if !invariant.Enabled {
			if got := strings.Join(cells(c), ","); got != before {
				t.Fatalf("%s: poisoned in a build without invariants", typ)
			}
			continue
		}
		if typ.Kind == types.String && cell(c, 2) != poisonText {
			t.Errorf("%s", cell(c, 2))
		}
		if typ.Kind == types.Long && Values[int64](c)[1] != -0x3333_3333_3333_3334 {
			t.Errorf("%x", Values[int64](c)[1])
		}
		c.Resize(5)
		for i := range 5 {
			fill(r, c, i)
		}
		cells(c)
	}
	var a Arena
	s := a.Copy("kept too long")
	a.Reset()
	if poisoned := s != "kept too long"; poisoned != invariant.Enabled {
		t.Errorf("the arena's string is %q", s)
	}
}

func TestPhysicalWidths(t *testing.T) {
	if unsafe.Sizeof(types.Decimal{}) != 16 || unsafe.Sizeof(types.Interval{}) != 16 || unsafe.Sizeof("") != 16 {
		t.Error("a width is not what the table says")
	}
	for k := types.Null; k <= types.Variant; k++ {
		if int(k) >= len(physicalOfKind) {
			t.Errorf("kind %d has no physical type", k)
		}
	}
}
