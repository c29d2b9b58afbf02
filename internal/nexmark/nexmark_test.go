package nexmark

import (
	"flag"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/rowvalue"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the random tests")

func filler(t testing.TB, g *Generator, s types.Schema) *Filler {
	t.Helper()
	f, err := g.Filler(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func rows(t testing.TB, g *Generator, from int64, n int) [][]any {
	t.Helper()
	var all [][]any
	f := filler(t, g, Schema())
	for n > 0 {
		k := min(n, batch.Size)
		all = append(all, rowvalue.Rows(f.Fill(from, k))...)
		from, n = from+int64(k), n-k
	}
	return all
}

func TestAnyRangeIsPartOfTheWhole(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	g := New(Options{Seed: *seed})
	whole := rows(t, g, 0, 20_000)
	f := filler(t, New(Options{Seed: *seed}), Schema())
	for range 60 {
		from, n := r.IntN(len(whole)-1), 1+r.IntN(300)
		n = min(n, len(whole)-from)
		if got := rowvalue.Rows(f.Fill(int64(from), n)); !reflect.DeepEqual(got, whole[from:from+n]) {
			t.Fatalf("events %d to %d differ from those of the whole", from, from+n-1)
		}
	}
	if again := rows(t, New(Options{Seed: *seed + 1}), 0, 200); reflect.DeepEqual(again, whole[:200]) {
		t.Error("another seed gives the same events")
	}
}

// Every field alone is the same as with all others.
func TestPrunedColumns(t *testing.T) {
	g := New(Options{Seed: 3})
	const from, n = 1_000_013, 500
	whole := rows(t, g, from, n)
	for i, column := range Schema().Fields {
		inner := column.Type.Fields
		if inner == nil {
			inner = []types.Field{column}
		}
		for k := range inner {
			pruned := column
			if column.Type.Kind == types.Struct {
				pruned.Type.Fields = inner[k : k+1]
			}
			for r, got := range rowvalue.Rows(filler(t, g, types.NewSchema(pruned)).Fill(from, n)) {
				want := whole[r][i]
				if fields, ok := want.([]any); ok {
					want = []any{fields[k]}
				}
				if !reflect.DeepEqual(got[0], want) {
					t.Fatalf("%s.%s of event %d alone is %v, want %v", column.Name, inner[k].Name, from+r, got[0], want)
				}
			}
		}
	}
}

func TestUnknownColumns(t *testing.T) {
	g := New(Options{})
	for _, f := range []types.Field{field("offer", types.Of(types.Int)), field("bid", types.Of(types.Int)),
		field("bid", types.StructOf(field("prize", types.Of(types.Long))))} {
		if _, err := g.Filler(types.NewSchema(f)); err == nil {
			t.Errorf("%s was taken", f.Name)
		}
	}
}

// share reports a share that is more than a tenth off.
func share(t *testing.T, name string, part, of int, want float64) {
	t.Helper()
	if got := float64(part) / float64(of); math.Abs(got-want) > want/10 {
		t.Errorf("%s: %.4f, want about %.4f", name, got, want)
	}
}

// The figures are those of spec/benchmarks.md, section 4.2, taken from another
// implementation of the same facts.
func TestShares(t *testing.T) {
	const n = 400_000
	g := New(Options{Seed: 42})
	f := filler(t, g, Schema())
	var count, bytes [3]int
	var q2, q14, hotChannel, withID, hotBidder, category10, hotSeller int
	auctions := make(map[int64]bool)
	for from := int64(0); from < n; from += batch.Size {
		for _, row := range rowvalue.Rows(f.Fill(from, int(min(batch.Size, n-from)))) {
			kind := row[0].(int32)
			count[kind]++
			fields := row[1+kind].([]any)
			bytes[kind] += payload(fields)
			switch kind {
			case AuctionKind:
				if fields[8].(int64) == 10 {
					category10++
				}
				if fields[7].(int64)%100 == 0 {
					hotSeller++
				}
			case BidKind:
				auction, bidder, price := fields[0].(int64), fields[1].(int64), fields[2].(int64)
				auctions[auction] = true
				if auction%123 == 0 {
					q2++
				}
				if p := 0.908 * float64(price); p > 1e6 && p < 5e7 {
					q14++
				}
				if bidder%100 == 1 {
					hotBidder++
				}
				if fields[3].(string)[0] < 'a' {
					hotChannel++
				} else if regexp.MustCompile(`&channel_id=\d+$`).MatchString(fields[4].(string)) {
					withID++
				}
			}
		}
	}
	if count != [3]int{n / 50, 3 * n / 50, 46 * n / 50} {
		t.Errorf("%v persons, auctions and bids", count)
	}
	bids := count[BidKind]
	share(t, "bids kept by q2", q2, bids, 0.0080)
	share(t, "bids kept by q14", q14, bids, 0.283)
	share(t, "bids from hot channels", hotChannel, bids, 0.5)
	share(t, "others with a channel id", withID, bids-hotChannel, 0.9)
	share(t, "hot bidders", hotBidder, bids, 0.75)
	share(t, "auctions of category 10", category10, count[AuctionKind], 0.199)
	share(t, "hot sellers", hotSeller, count[AuctionKind], 0.75)
	share(t, "auctions bid on", len(auctions), 3*n/50, 119_953.0/120_000)
	for kind, want := range [3]float64{207, 507, 171} {
		share(t, "bytes of kind", bytes[kind], count[kind], want)
	}
	share(t, "bytes of an event", bytes[0]+bytes[1]+bytes[2], n, 193)
}

// payload is 8 bytes a number and the length of each text.
func payload(fields []any) (n int) {
	for _, v := range fields {
		if s, ok := v.(string); ok {
			n += len(s)
		} else {
			n += 8
		}
	}
	return n
}

var patterns = map[string]*regexp.Regexp{
	"emailAddress": regexp.MustCompile(`^[a-z]{3,6}@[a-z]{3,4}\.com$`),
	"creditCard":   regexp.MustCompile(`^\d{4} \d{4} \d{4} \d{4}$`),
	"name":         regexp.MustCompile(`^[A-Z][a-z]+ [A-Z][a-z]+$`),
	"itemName":     regexp.MustCompile(`^[a-z][a-z ]{1,17}[a-z]$`),
	"description":  regexp.MustCompile(`^[a-z][a-z ]{1,97}[a-z]$`),
	"url":          regexp.MustCompile(`^https://www\.nexmark\.com/[a-z_]{3,4}/[a-z_]{3,4}/[a-z_]{3,4}/item\.htm\?query=1(&channel_id=\d+)?$`),
	"channel":      regexp.MustCompile(`^(channel-\d{1,4}|Google|Facebook|Baidu|Apple)$`),
	"extra":        regexp.MustCompile(`^[a-z]*$`),
}

func TestValuesHaveTheirForm(t *testing.T) {
	g := New(Options{Seed: 7})
	const from = 5_000_000
	for i, row := range rows(t, g, from, 10_000) {
		n := int64(from + i)
		kind := int(row[0].(int32))
		if kind != Kind(n) {
			t.Fatalf("event %d is of kind %d", n, kind)
		}
		for k := range 3 {
			if (row[1+k] != nil) != (k == kind) {
				t.Fatalf("event %d of kind %d has %v", n, kind, row)
			}
		}
		names := Schema().Fields[1+kind].Type.Fields
		v := make(map[string]any)
		for k, value := range row[1+kind].([]any) {
			v[names[k].Name] = value
			if p := patterns[names[k].Name]; p != nil && !p.MatchString(value.(string)) {
				t.Fatalf("event %d: %s is %q", n, names[k].Name, value)
			}
		}
		at := row[4].(int64)
		if v["dateTime"] != at || at != g.Time(n).UnixMicro() || at != time.Date(2026, 1, 1, 0, 0, 50, 0, time.UTC).UnixMicro()+int64(i/100)*1000 {
			t.Fatalf("event %d is at %d", n, at)
		}
		if kind == AuctionKind {
			if lasts := v["expires"].(int64) - at; lasts < 1000 || lasts > 35_000 {
				t.Fatalf("auction of event %d lasts %d microseconds", n, lasts)
			}
			if v["reserve"].(int64) <= v["initialBid"].(int64) {
				t.Fatalf("reserve %v, first bid %v", v["reserve"], v["initialBid"])
			}
		}
		if kind == BidKind {
			near := n/50*3 + 1000
			if a := v["auction"].(int64); a < near-200 || a > near+13 {
				t.Fatalf("event %d bids on auction %d", n, a)
			}
			if p := v["price"].(int64); p < 100 || p > 1e8 {
				t.Fatalf("event %d has the price %d", n, p)
			}
		}
	}
}

func TestTimesAtOtherRates(t *testing.T) {
	for _, rate := range []int64{1, 7, 999, 1000, 1001, 10_000_000} {
		g := New(Options{Rate: rate, Start: time.UnixMilli(5)})
		f := filler(t, g, types.NewSchema(field("dateTime", types.Of(types.Timestamp))))
		for i, at := range batch.Values[int64](f.Fill(12_345, 2000).Columns[0]) {
			if want := (5 + (12_345+int64(i))*1000/rate) * 1000; at != want {
				t.Fatalf("rate %d: event %d is at %d, want %d", rate, 12_345+i, at, want)
			}
		}
	}
}

// Fixed values: a seed means the same events in every build.
func TestSeedIsForEver(t *testing.T) {
	g := New(Options{Seed: 1})
	got := rows(t, g, 1_000_004, 1)[0][3].([]any)
	want := []any{int64(60944), int64(22001), int64(4017736), "channel-9764",
		"https://www.nexmark.com/wbd/xcbx/uxsv/item.htm?query=1&channel_id=1467270240", int64(1767225610000000),
		"ngqjygpigooiiuvppgybuqgfkpgkagzaakpkrkdpqebpsbipaszjaqywapgchtbzpvzryr"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("bid 1000004 of seed 1 is %#v", got)
	}
}

func prunedSchema(fields map[string][]string) types.Schema {
	var s types.Schema
	for _, f := range Schema().Fields {
		names, ok := fields[f.Name]
		if !ok {
			continue
		}
		if names != nil {
			var inner []types.Field
			for _, n := range names {
				inner = append(inner, f.Type.Fields[types.Schema{Fields: f.Type.Fields}.Index(n)])
			}
			f.Type.Fields = inner
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}

func BenchmarkFill(b *testing.B) {
	for _, bb := range []struct {
		name   string
		schema types.Schema
	}{
		{"all", Schema()},
		{"q0", prunedSchema(map[string][]string{"event_type": nil, "bid": {"auction", "bidder", "price", "extra"}, "dateTime": nil})},
		{"q2", prunedSchema(map[string][]string{"event_type": nil, "bid": {"auction", "price"}})},
		{"q22", prunedSchema(map[string][]string{"event_type": nil, "bid": {"auction", "bidder", "price", "channel", "url"}})},
		{"time", prunedSchema(map[string][]string{"dateTime": nil})},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f := filler(b, New(Options{Seed: 1}), bb.schema)
			from := int64(1_000_000)
			b.ReportAllocs()
			for b.Loop() {
				f.Fill(from, batch.Size)
				from += batch.Size
			}
			b.ReportMetric(float64(batch.Size)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mevents/s")
		})
	}
}
