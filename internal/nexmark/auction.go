package nexmark

import "github.com/weirstream/weir/internal/batch"

// The texts of an auction and what it is padded to.
const (
	itemLimit    = 20
	textLimit    = 100
	auctionBytes = 500 - 6*8
)

func (f *Filler) auctions(each func(epoch int64, row int)) {
	f.slots(personsPerEpoch, firstBidSlot-1, func(epoch int64, lo, hi int) {
		for i := lo; i < hi; i++ {
			each(epoch, i)
		}
	})
}

// auction is the step that fills one field of the auctions, nil if there is none
// of the name.
func (f *Filler) auction(name string, c *batch.Column) func() {
	long := func(fill func(epoch, n int64) int64) func() {
		return numbers(c, func(values []int64) {
			f.auctions(func(epoch int64, row int) { values[row] = fill(epoch, f.from+int64(row)) })
		})
	}
	text := func(most int, fill func(n int64) string) func() {
		return texts(c, func(values []string) {
			f.room((f.n/perEpoch + 2) * auctionsInEpoch * (most + 8))
			f.auctions(func(_ int64, row int) { values[row] = fill(f.from + int64(row)) })
		})
	}
	g := f.g
	switch name {
	case "id":
		return long(func(epoch, n int64) int64 {
			return epoch*auctionsInEpoch + n%perEpoch - personsPerEpoch + firstID
		})
	case "itemName":
		return text(itemLimit, func(n int64) string { return f.words(g.hash(auctionItem, n), itemLimit) })
	case "description":
		return text(textLimit, func(n int64) string { return f.words(g.hash(auctionText, n), textLimit) })
	case "initialBid":
		return long(func(_, n int64) int64 { return g.price(g.hash(auctionFirst, n)) })
	case "reserve":
		return long(func(_, n int64) int64 {
			return g.price(g.hash(auctionFirst, n)) + g.price(g.hash(auctionReserve, n))
		})
	case "expires":
		return long(func(_, n int64) int64 {
			now := g.millis(n)
			horizon := g.millis(n+lifetime) - now
			return (now + 1 + Below(g.hash(auctionExpires, n), max(2*horizon, 1))) * 1000
		})
	case "seller":
		return long(func(epoch, n int64) int64 {
			h := g.hash(auctionSeller, n)
			if h&3 != 0 {
				return epoch/hotEvery*hotEvery + firstID
			}
			return nearPerson(h, epoch) + firstID
		})
	case "category":
		return long(func(_, n int64) int64 { return firstCategory + Below(g.hash(auctionCategory, n), categories) })
	case "extra":
		return text(auctionBytes*6/5, func(n int64) string {
			used := wordLength(g.hash(auctionItem, n), itemLimit) + wordLength(g.hash(auctionText, n), textLimit)
			return f.extra(g.hash(auctionExtra, n), auctionBytes-used)
		})
	}
	return nil
}

// words is a text of at most limit characters.
func (f *Filler) words(h uint64, limit int) string {
	start := len(f.text)
	f.text = appendWords(f.text, h, wordLength(h, limit), ' ')
	return f.since(start)
}
