package nexmark

import (
	"math"
	"strconv"
	"time"

	"github.com/weirstream/weir/internal/batch"
)

// Options say which events a generator makes.
type Options struct {
	// Seed chooses the random numbers. Every seed is good, also zero.
	Seed uint64
	// Rate is the nominal rate in events a second of event time. Zero: 100,000.
	Rate int64
	// Start is the event time of event 0, cut to milliseconds. Zero: the
	// beginning of 2026, UTC.
	Start time.Time
}

// DefaultRate is the nominal rate where none is given, in events a second.
const DefaultRate = 100_000

// Generator makes events. It never changes and may be used by many goroutines.
type Generator struct {
	rate  int64
	start int64 // milliseconds since 1970
	keys  [streams]uint64
	*tables
}

// New is a generator of the events that o describes.
func New(o Options) *Generator {
	if o.Rate <= 0 {
		o.Rate = DefaultRate
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	g := &Generator{rate: o.Rate, start: o.Start.UnixMilli()}
	for s := range g.keys {
		g.keys[s] = Draw(Draw(o.Seed, 1), uint64(s)+2)
	}
	g.tables = newTables(g)
	return g
}

// Kind is the kind of event n.
func Kind(n int64) int { return int(kinds[n%perEpoch]) }

const (
	perEpoch        = 50
	personsPerEpoch = 1
	auctionsInEpoch = 3
	firstBidSlot    = personsPerEpoch + auctionsInEpoch

	firstID       = 1000 // of persons and auctions
	bidderAhead   = 1000 // how far bidders are ahead of persons
	firstCategory = 10
	categories    = 5

	inFlight      = 100 // auctions that are bid on
	auctionLead   = 10  // auctions that are bid on before they open
	activePersons = 1000
	personLead    = 10
	hotEvery      = 100 // every so manieth item is hot

	// lifetime is after how many events the auctions in flight are others.
	lifetime = inFlight * perEpoch / auctionsInEpoch
)

// kinds are the kinds of more than a batch of events, from event 0 on.
var kinds = makeKinds(batch.Size + perEpoch)

func makeKinds(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		switch slot := i % perEpoch; {
		case slot >= firstBidSlot:
			list[i] = BidKind
		case slot >= personsPerEpoch:
			list[i] = AuctionKind
		}
	}
	return list
}

// millis is the event time of event n.
func (g *Generator) millis(n int64) int64 { return g.start + n*1000/g.rate }

// Time is the event time of event n.
func (g *Generator) Time(n int64) time.Time { return time.UnixMilli(g.millis(n)).UTC() }

// times writes the event times of the events from n on, in microseconds.
func (g *Generator) times(out []int64, n int64) {
	whole, part := n*1000/g.rate, n*1000%g.rate
	wholeStep, partStep := 1000/g.rate, 1000%g.rate
	whole += g.start
	for i := range out {
		out[i] = whole * 1000
		whole += wholeStep
		if part += partStep; part >= g.rate {
			part -= g.rate
			whole++
		}
	}
}

// nearPerson is the number, from 0, of a person of late, or of one to come, when
// the newest one is of this epoch.
func nearPerson(h uint64, epoch int64) int64 {
	persons := epoch + 1
	active := min(persons, activePersons)
	return persons - active + Below(h, active+personLead)
}

// price is log-uniform from 100 to 10⁸: 10 to the power of 6 times the upper 30
// bits of h, by three factors.
func (t *tables) price(h uint64) int64 {
	u := h >> 34
	fine := 1 + float64(float64(u&1023)*t.fine)
	return int64(float64(t.coarse[u>>20]*t.middle[u>>10&1023])*fine*100 + 0.5)
}

// tables are what is looked up, made once for a seed.
type tables struct {
	names, cities, states []string

	// A bid's channel and the url that belongs to it: channels many, then the
	// hot ones.
	channel, url [channels + 4]string

	coarse, middle [1024]float64 // 10 to the power of 6i/2¹⁰ and 6i/2²⁰
	fine           float64       // how much 10 to the power of 6/2³⁰ is above 1
}

const channels = 10_000

// The lists of the benchmark.
var (
	firstNames = []string{"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"}
	lastNames  = []string{"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"}
	cityNames  = []string{"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"}
	stateNames = []string{"AZ", "CA", "ID", "OR", "WA", "WY"}
	hotNames   = []string{"Google", "Facebook", "Baidu", "Apple"}
)

func newTables(g *Generator) *tables {
	t := &tables{cities: cityNames, states: stateNames}
	for _, first := range firstNames {
		for _, last := range lastNames {
			t.names = append(t.names, first+" "+last)
		}
	}
	for i := range t.channel {
		n := int64(i)
		h := g.hash(tableURL, n)
		t.url[i] = "https://www.nexmark.com/" + directory(h, 1) + "/" + directory(h, 2) + "/" + directory(h, 3) + "/item.htm?query=1"
		if i >= channels {
			t.channel[i] = hotNames[i-channels]
			continue
		}
		t.channel[i] = "channel-" + strconv.Itoa(i)
		if h = g.hash(tableChannel, n); h%10 > 0 {
			t.url[i] += "&channel_id=" + strconv.FormatInt(Below(h, math.MaxInt32), 10)
		}
	}
	for i := range t.coarse {
		t.coarse[i] = math.Pow(10, 6*float64(i)/(1<<10))
		t.middle[i] = math.Pow(10, 6*float64(i)/(1<<20))
	}
	t.fine = 6 * math.Ln10 / (1 << 30)
	return t
}

// directory is a name of 3 or 4 characters.
func directory(h, k uint64) string {
	key := Draw(h, k)
	return string(appendWords(make([]byte, 0, 16), key, wordLength(key, 5), '_'))
}
