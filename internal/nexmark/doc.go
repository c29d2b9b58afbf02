// Package nexmark makes the events of an online auction: persons who join,
// auctions that open, bids that are made (the Nexmark benchmark).
//
// An event is a function of the seed and of its number, so that any range can be
// made again, by anybody, in any order, and any of its columns without the
// others:
//
//	seed, n ─┬─ hash(field, n) ─▶ price, bidder, extra, …     each field has a stream of its own
//	         ├─ n % 50 ─────────▶ kind: 1 person, 3 auctions, 46 bids of each epoch of 50
//	         └─ n / 50 ─────────▶ the newest person and auction: ids, hot items
//
// A [Filler] writes a range straight into columns, only the wanted ones:
//
//	Filler(pruned schema) ─▶ Fill(from, n) ─▶ batch of up to 8,192 events
//
// # Facts
//
// Ids begin at 1000. A bid goes to the hot auction, the newest one rounded down
// to a hundred, in one of two cases, else to one of the last 100 or the next 10.
// Its bidder is hot in three of four cases. As in the benchmark's own generator
// bidders are numbered 1000 ahead of persons, so that a bid of person p comes
// 50,000 events before p does. Prices are log-uniform from 100 to 10⁸. Texts are
// padded to 200, 500 and 100 bytes a person, auction and bid.
//
// The event time of event n is the start plus n at the nominal rate, cut to
// milliseconds.
package nexmark
