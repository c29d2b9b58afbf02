package gen

import (
	"fmt"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// SalesTables are the tables of a wholesale trader, by their names: the shape of the
// TPC-H benchmark's data with distributions of our own.
//
//	region ◀─ nation ◀─ customer ◀─ orders ◀─ lineitem ─▶ part
//	             ▲                                └─────▶ supplier
//	             └────── supplier ◀─ partsupp ─▶ part
var SalesTables = []string{"region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem"}

// Sales makes the records of one of the [SalesTables]. As with a [Generator], record
// n follows from the seed and n, and a Sales belongs to one goroutine.
type Sales struct {
	// Table is its name.
	Table string
	// Records is how many there are.
	Records int64

	size   salesSize
	key    uint64 // the draws of this table
	seed   uint64
	schema types.Schema
	fill   func(s *Sales, i int, n int64)
	out    *batch.Batch
	text   []byte
}

// salesSize is how many records the tables have that others refer to.
type salesSize struct{ suppliers, customers, parts, orders int64 }

const (
	linesPerBlock  = 28 // lines of seven orders, which have 1 to 7 of them
	ordersPerBlock = 7
	suppliersEach  = 4 // of a part
)

// The first and last day of orders, and the day on which the records were taken:
// what was not yet received then cannot have come back.
var (
	firstOrder = daysTo(1992, 1, 1)
	lastOrder  = daysTo(1998, 8, 2)
	taken      = daysTo(1995, 6, 17)
)

func daysTo(year, month, day int) int32 {
	return int32(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// NewSales makes the records of a table; a scale of 1 is six million lines.
func NewSales(table string, scale float64, seed uint64) (*Sales, error) {
	of := func(n int64) int64 { return max(int64(float64(n)*scale), 1) }
	s := &Sales{Table: table, seed: seed, size: salesSize{of(10_000), of(150_000), of(200_000), of(1_500_000)}}
	s.size.orders = (s.size.orders + ordersPerBlock - 1) / ordersPerBlock * ordersPerBlock
	for i, name := range SalesTables {
		if name == table {
			s.key = nexmark.Draw(seed, uint64(100+i))
		}
	}
	switch table {
	case "region":
		s.Records = int64(len(regions))
	case "nation":
		s.Records = int64(len(nations))
	case "supplier":
		s.Records = s.size.suppliers
	case "customer":
		s.Records = s.size.customers
	case "part":
		s.Records = s.size.parts
	case "partsupp":
		s.Records = s.size.parts * suppliersEach
	case "orders":
		s.Records = s.size.orders
	case "lineitem":
		s.Records = s.size.orders / ordersPerBlock * linesPerBlock
	default:
		return nil, fmt.Errorf("gen: no table %q; there are %v", table, SalesTables)
	}
	s.schema, s.fill = salesColumns(table)
	s.out = batch.New(s.schema)
	return s, nil
}

// Schema is what the records look like.
func (s *Sales) Schema() types.Schema { return s.schema }

// Fill gives the n records from number from on, at most 8,192. The batch is good
// until the next Fill.
func (s *Sales) Fill(from int64, n int) *connector.Batch {
	s.out.Resize(n)
	s.text = s.text[:0]
	for i := range n {
		s.fill(s, i, from+int64(i))
	}
	return s.out
}

func (s *Sales) long(column, i int, v int64) { batch.Values[int64](s.out.Columns[column])[i] = v }
func (s *Sales) int(column, i int, v int32)  { batch.Values[int32](s.out.Columns[column])[i] = v }
func (s *Sales) string(column, i int, v string) {
	batch.Values[string](s.out.Columns[column])[i] = v
}

// money puts hundredths.
func (s *Sales) money(column, i int, v int64) {
	batch.Values[types.Decimal](s.out.Columns[column])[i] = types.DecimalFromInt64(v)
}

// format puts a text made as by Sprintf.
func (s *Sales) format(column, i int, format string, args ...any) {
	at := len(s.text)
	s.text = fmt.Appendf(s.text, format, args...)
	s.string(column, i, batch.View(s.text[at:]))
}

// words puts words, the number of which is between least and most.
func (s *Sales) words(column, i int, h uint64, least, most int64) {
	at := len(s.text)
	for k := range least + nexmark.Below(h, most-least+1) {
		if k > 0 {
			s.text = append(s.text, ' ')
		}
		s.text = append(s.text, pickWord(tradeWords, nexmark.Draw(h, uint64(k)))...)
	}
	s.string(column, i, batch.View(s.text[at:]))
}

func pickWord(list []string, h uint64) string { return list[nexmark.Below(h, int64(len(list)))] }

// draw is a number below n, the k-th that record number draws.
func (s *Sales) draw(number int64, k uint64, n int64) int64 {
	return nexmark.Below(nexmark.Draw(nexmark.Draw(s.key, uint64(number)), k), n)
}

// orderDay is the day of an order, of which its lines know, too.
func (s *Sales) orderDay(order int64) int32 {
	h := nexmark.Draw(nexmark.Draw(s.seed, 77), uint64(order))
	return firstOrder + int32(nexmark.Below(h, int64(lastOrder-firstOrder+1)))
}

// orderKey leaves gaps: the keys of 8 orders lie within 32.
func orderKey(order int64) int64 { return order/8*32 + order%8 + 1 }

// lineOf is the order of a line and its place in it. The seven orders of a block
// have 1 to 7 lines, in an order that turns from block to block.
func lineOf(line int64) (order int64, place int32) {
	block, rest := line/linesPerBlock, int32(line%linesPerBlock)
	for k := range int64(ordersPerBlock) {
		count := int32((k*3+block)%ordersPerBlock) + 1
		if rest < count {
			return block*ordersPerBlock + k, rest
		}
		rest -= count
	}
	return 0, 0
}

// retail is the price of a part in hundredths.
func retail(part int64) int64 { return 90_000 + part/10%20_001 + 100*(part%1000) }

// supplierOf is the k-th supplier of a part.
func (s *Sales) supplierOf(part, k int64) int64 {
	n := s.size.suppliers
	return (part+k*(n/suppliersEach+part/n))%n + 1
}
