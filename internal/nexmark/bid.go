package nexmark

import "github.com/weirstream/weir/internal/batch"

// A bid counts as its four longs; 100 bytes minus these are padded, give or take
// a fifth.
const bidBytes = 100 - 4*8

func (f *Filler) bids(each func(epoch int64, lo, hi int)) { f.slots(firstBidSlot, perEpoch-1, each) }

// bid is the step that fills one field of the bids, nil if there is none of the
// name.
func (f *Filler) bid(name string, c *batch.Column) func() {
	switch name {
	case "auction":
		return numbers(c, f.bidAuctions)
	case "bidder":
		return numbers(c, f.bidders)
	case "price":
		return numbers(c, f.bidPrices)
	case "channel":
		return texts(c, func(v []string) { f.channels(v, &f.g.channel) })
	case "url":
		return texts(c, func(v []string) { f.channels(v, &f.g.url) })
	case "extra":
		return texts(c, f.bidExtras)
	}
	return nil
}

func (f *Filler) bidAuctions(values []int64) {
	f.bids(func(epoch int64, lo, hi int) {
		last := epoch*auctionsInEpoch + auctionsInEpoch - 1
		hot := last/hotEvery*hotEvery + firstID
		first := max(last-inFlight, 0)
		span := last - first + 1 + auctionLead
		for i := lo; i < hi; i++ {
			h := f.g.hash(bidAuction, f.from+int64(i))
			if h&1 == 0 {
				values[i] = hot
			} else {
				values[i] = first + Below(h, span) + firstID
			}
		}
	})
}

func (f *Filler) bidders(values []int64) {
	const base = firstID + bidderAhead
	f.bids(func(epoch int64, lo, hi int) {
		hot := epoch/hotEvery*hotEvery + 1 + base
		for i := lo; i < hi; i++ {
			h := f.g.hash(bidBidder, f.from+int64(i))
			if h&3 != 0 {
				values[i] = hot
			} else {
				values[i] = nearPerson(h, epoch) + base
			}
		}
	})
}

func (f *Filler) bidPrices(values []int64) {
	f.bids(func(_ int64, lo, hi int) {
		for i := lo; i < hi; i++ {
			values[i] = f.g.price(f.g.hash(bidPrice, f.from+int64(i)))
		}
	})
}

// channels looks up what belongs to each bid's channel: half of the bids come
// through one of the four hot ones.
func (f *Filler) channels(values []string, table *[channels + 4]string) {
	f.bids(func(_ int64, lo, hi int) {
		for i := lo; i < hi; i++ {
			h := f.g.hash(bidChannel, f.from+int64(i))
			if h&1 == 0 {
				values[i] = table[channels+h>>1&3]
			} else {
				values[i] = table[Below(h, channels)]
			}
		}
	})
}

func (f *Filler) bidExtras(values []string) {
	f.room(f.n * (bidBytes*6/5 + 16))
	f.bids(func(_ int64, lo, hi int) {
		for i := lo; i < hi; i++ {
			values[i] = f.extra(f.g.hash(bidExtra, f.from+int64(i)), bidBytes)
		}
	})
}

// extra pads: about so many letters, give or take a fifth.
func (f *Filler) extra(h uint64, about int) string {
	if about <= 0 {
		return ""
	}
	spread := (about + 2) / 5
	n := about - spread
	if spread > 0 {
		n += int(Below(h, int64(2*spread)))
	}
	start := len(f.text)
	f.text = appendLetters(f.text, h, n)
	return f.since(start)
}
