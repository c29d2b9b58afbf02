package gen

import (
	"fmt"
	"strconv"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// YSBOptions say which advertising events are made.
type YSBOptions struct {
	Seed uint64
	// Start is the event time of the first. Zero: the beginning of 2026, UTC.
	Start time.Time
	// Skew moves each event by up to 50 ms, and one in 100,000 to up to a minute
	// earlier.
	Skew bool
}

const (
	campaigns   = 100
	adsEach     = 10
	users       = 100 // and as many pages
	gapMillis   = 10  // of event time between two events
	skewMillis  = 50
	lateMillis  = 60_000
	lateOneIn   = 100_000
	ysbTextRoom = 24 // bytes of the texts that are made for an event
)

// YSB makes the events of the Yahoo streaming benchmark: one for every 10 ms of
// event time, of one of 1,000 ads.
type YSB struct {
	start int64 // milliseconds
	skew  bool
	key   uint64

	userIDs, pageIDs, adIDs []string
	campaignIDs             []string
	addresses               []string

	out  *batch.Batch
	text []byte
}

// The words of the benchmark.
var (
	adTypes    = []string{"banner", "modal", "sponsored-search", "mail", "mobile"}
	eventTypes = []string{"view", "click", "purchase"}
)

// NewYSB is a generator of these events.
func NewYSB(o YSBOptions) *YSB {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	g := &YSB{start: o.Start.UnixMilli(), skew: o.Skew, key: nexmark.Draw(o.Seed, 7)}
	g.out = batch.New(g.Schema())
	ids := nexmark.Draw(g.key, 1)
	uuids := func(n int) (list []string) {
		for range n {
			a, b := nexmark.Draw(ids, 1), nexmark.Draw(ids, 2)
			ids = nexmark.Draw(ids, 3)
			list = append(list, fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff))
		}
		return list
	}
	g.userIDs, g.pageIDs, g.adIDs, g.campaignIDs = uuids(users), uuids(users), uuids(campaigns*adsEach), uuids(campaigns)
	for i := range 256 {
		g.addresses = append(g.addresses, fmt.Sprintf("%d.%d.%d.%d", 255-i, 128+i/2, i^37, 100+i/2))
	}
	return g
}

// Schema is seven strings; event_time is in milliseconds.
func (g *YSB) Schema() types.Schema {
	var s types.Schema
	for _, name := range []string{"user_id", "page_id", "ad_id", "ad_type", "event_type", "event_time", "ip_address"} {
		s.Fields = append(s.Fields, field(name, types.String))
	}
	return s
}

// Campaigns is the static table: each ad and the campaign it belongs to, in the
// columns ad_id and campaign_id.
func (g *YSB) Campaigns() *connector.Batch {
	b := batch.New(types.NewSchema(field("ad_id", types.String), field("campaign_id", types.String)))
	b.Resize(len(g.adIDs))
	copy(batch.Values[string](b.Columns[0]), g.adIDs)
	for i := range g.adIDs {
		batch.Values[string](b.Columns[1])[i] = g.campaignIDs[i/adsEach]
	}
	return b
}

// millis is the event time of event n.
func (g *YSB) millis(n int64) int64 {
	at := g.start + n*gapMillis
	if !g.skew {
		return at
	}
	h := nexmark.Draw(g.key+1, uint64(n))
	if h%lateOneIn == 0 {
		return at - nexmark.Below(h, lateMillis+1)
	}
	return at + nexmark.Below(h, 2*skewMillis+1) - skewMillis
}

// Fill gives events as columns.
func (g *YSB) Fill(from int64, n int) *connector.Batch {
	g.out.Resize(n)
	if cap(g.text) < n*ysbTextRoom {
		g.text = make([]byte, 0, n*ysbTextRoom)
	}
	g.text = g.text[:0]
	var columns [7][]string
	for k := range columns {
		columns[k] = batch.Values[string](g.out.Columns[k])
	}
	for i := range n {
		number := from + int64(i)
		h := nexmark.Draw(g.key, uint64(number))
		who, what := nexmark.Draw(h, 1), nexmark.Draw(h, 2)
		columns[0][i] = g.userIDs[nexmark.Below(who, users)]
		columns[1][i] = g.pageIDs[nexmark.Below(who<<32, users)]
		columns[2][i] = g.adIDs[nexmark.Below(what, campaigns*adsEach)]
		columns[3][i] = adTypes[nexmark.Below(what<<32, int64(len(adTypes)))]
		columns[4][i] = eventTypes[nexmark.Below(h, int64(len(eventTypes)))]
		start := len(g.text)
		g.text = strconv.AppendInt(g.text, g.millis(number), 10)
		columns[5][i] = batch.View(g.text[start:])
		columns[6][i] = g.addresses[h&255]
	}
	return g.out
}

// Append adds events as JSON objects.
func (g *YSB) Append(dst []byte, from int64, n int) []byte {
	b := g.Fill(from, n)
	before := [...]string{`{"user_id":"`, `","page_id":"`, `","ad_id":"`, `","ad_type":"`, `","event_type":"`, `","event_time":"`, `","ip_address":"`}
	var columns [7][]string
	for k := range columns {
		columns[k] = batch.Values[string](b.Columns[k])
	}
	for i := range n {
		for k, text := range before {
			dst = append(dst, text...)
			dst = append(dst, columns[k][i]...)
		}
		dst = append(dst, "\"}\n"...)
	}
	return dst
}
