package batch

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirstream/weir/types"
)

// TestPages takes random rows of pages and of the same rows in one column.
func TestPages(t *testing.T) {
	long := types.Of(types.Long)
	for _, typ := range []types.Type{
		types.Of(types.Boolean), types.Of(types.Short), types.Of(types.Int), long, types.Of(types.Double),
		types.Of(types.String), types.DecimalOf(38, 2), types.ArrayOf(long),
		types.StructOf(types.Field{Name: "a", Type: long, Nullable: true}),
	} {
		const n = 2*PageRows + 100
		whole := NewColumn(typ, 0)
		whole.Extend(n)
		for i := range n {
			switch typ.Kind {
			case types.Boolean:
				Values[bool](whole)[i] = i%3 == 0
			case types.Short:
				Values[int16](whole)[i] = int16(i)
			case types.Int:
				Values[int32](whole)[i] = int32(i)
			case types.Long:
				Values[int64](whole)[i] = int64(i)
			case types.Double:
				Values[float64](whole)[i] = float64(i)
			case types.String:
				Values[string](whole)[i] = fmt.Sprint(i)
			case types.Decimal128:
				Values[types.Decimal](whole)[i] = types.Decimal{Lo: uint64(i)}
			case types.Struct:
				Values[int64](whole.Children[0])[i] = int64(i)
			}
			if i > PageRows && i%7 == 0 {
				whole.SetNull(i)
			}
		}
		pages := make([]*Page, 4) // one of them is gone
		for k := range pages[:3] {
			pages[k] = NewPage(typ, 10, 10)
			pages[k].Append(whole, Range(0, 5)) // and forgotten
			pages[k].Reset()
			pages[k].Append(whole, Range(k*PageRows, min(PageRows, n-k*PageRows)))
		}
		rows := make([]int32, 500)
		for i := range rows {
			rows[i] = rand.Int32N(n)
		}
		rows = append(append(rows, Range(PageRows-100, 300)...), Range(n-30, 30)...) // in row, over a border
		got, want := NewColumn(typ, 0), NewColumn(typ, 0)
		got.TakePages(pages, rows)
		got.AppendPages(pages, rows)
		want.Take(whole, rows)
		want.AppendRows(whole, rows, nil)
		if g, w := fmt.Sprint(texts(got)), fmt.Sprint(texts(want)); g != w {
			t.Errorf("%s: rows of pages are\n%s\nwant\n%s", typ, g, w)
		}
		constant, flat := NewColumn(typ, 0), NewPage(typ, 0, 0)
		constant.Append(whole, []int32{PageRows + 1}, 1, nil)
		constant.Const = true
		flat.Append(constant, []int32{0, 5, 7})
		flat.Append(NewColumn(types.Of(types.Null), 1), []int32{0})
		got.TakePages([]*Page{flat}, []int32{0, 1, 2, 3})
		want.Take(whole, []int32{PageRows + 1, PageRows + 1, PageRows + 1, -1})
		if g, w := fmt.Sprint(texts(got)), fmt.Sprint(texts(want)); g != w {
			t.Errorf("%s: rows of a constant and nulls are\n%s\nwant\n%s", typ, g, w)
		}
	}
}

// texts are the values of a column.
func texts(c *Column) (list []string) {
	for i := range c.Len() {
		switch {
		case c.Null(i):
			list = append(list, "null")
		case c.Type.Kind == types.Boolean:
			list = append(list, fmt.Sprint(Values[bool](c)[i]))
		case c.Type.Kind == types.Short:
			list = append(list, fmt.Sprint(Values[int16](c)[i]))
		case c.Type.Kind == types.Int:
			list = append(list, fmt.Sprint(Values[int32](c)[i]))
		case c.Type.Kind == types.Long:
			list = append(list, fmt.Sprint(Values[int64](c)[i]))
		case c.Type.Kind == types.Double:
			list = append(list, fmt.Sprint(Values[float64](c)[i]))
		case c.Type.Kind == types.String:
			list = append(list, Values[string](c)[i])
		case c.Type.Kind == types.Decimal128:
			list = append(list, fmt.Sprint(Values[types.Decimal](c)[i]))
		case c.Type.Kind == types.Struct:
			list = append(list, fmt.Sprint(Values[int64](c.Children[0])[i]))
		default:
			list = append(list, fmt.Sprint(c.Offsets[i+1]-c.Offsets[i]))
		}
	}
	return list
}

// How fast rows come out of pages: in the order in which they lie, and in any.
func BenchmarkTakePages(b *testing.B) {
	for _, typ := range []types.Type{types.Of(types.Long), types.Of(types.String)} {
		src := NewColumn(typ, 0)
		src.Resize(PageRows)
		if typ.Kind == types.String {
			for i := range PageRows {
				Values[string](src)[i] = "a text of some bytes"
			}
		}
		p := NewPage(typ, 0, 0)
		p.Append(src, Identity(PageRows))
		apart := make([]int32, PageRows)
		for i := range apart {
			apart[i] = int32(i * 4099 % PageRows)
		}
		for name, rows := range map[string][]int32{"inRow": Identity(PageRows), "apart": apart} {
			b.Run(typ.String()+"/"+name, func(b *testing.B) {
				out := NewColumn(typ, 0)
				for b.Loop() {
					out.TakePages([]*Page{p}, rows)
				}
				b.ReportMetric(float64(PageRows)*float64(b.N)/1e6/b.Elapsed().Seconds(), "Mrows/s")
			})
		}
	}
}
