package gen

import (
	"testing"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

// TestSalesFitTogether looks whether what a record refers to is there, and whether
// pieces are the whole.
func TestSalesFitTogether(t *testing.T) {
	const scale = 0.002
	keys := make(map[string]map[int64]bool)
	for table, column := range map[string]int{"orders": 0, "part": 0, "supplier": 0, "customer": 0} {
		s, err := NewSales(table, scale, 5)
		if err != nil {
			t.Fatal(err)
		}
		keys[table] = make(map[int64]bool)
		for _, k := range batch.Values[int64](s.Fill(0, int(s.Records)).Columns[column]) {
			keys[table][k] = true
		}
		if int64(len(keys[table])) != s.Records {
			t.Errorf("%s: %d keys of %d records", table, len(keys[table]), s.Records)
		}
	}
	lines, err := NewSales("lineitem", scale, 5)
	if err != nil {
		t.Fatal(err)
	}
	pairs := make(map[[2]int64]bool)
	supplies, _ := NewSales("partsupp", scale, 5)
	b := supplies.Fill(0, int(supplies.Records))
	for i := range b.Rows {
		pairs[[2]int64{batch.Values[int64](b.Columns[0])[i], batch.Values[int64](b.Columns[1])[i]}] = true
	}
	b = lines.Fill(0, 5000)
	for i := range b.Rows {
		order, part, supplier := batch.Values[int64](b.Columns[0])[i], batch.Values[int64](b.Columns[1])[i], batch.Values[int64](b.Columns[2])[i]
		if !keys["orders"][order] || !keys["part"][part] || !keys["supplier"][supplier] || !pairs[[2]int64{part, supplier}] {
			t.Fatalf("line %d: order %d, part %d, supplier %d: not all are there", i, order, part, supplier)
		}
	}
	whole := rowvalue.Rows(b)
	pieces, _ := NewSales("lineitem", scale, 5)
	for from := 0; from < 5000; from += 1000 {
		for i, row := range rowvalue.Rows(pieces.Fill(int64(from), 1000)) {
			for k, v := range row {
				if v != whole[from+i][k] {
					t.Fatalf("line %d, column %d: %v in a piece, %v in the whole", from+i, k, v, whole[from+i][k])
				}
			}
		}
	}
	if lines.Schema().Fields[4].Type.Kind != types.Decimal128 {
		t.Error("quantities are no decimals")
	}
}
