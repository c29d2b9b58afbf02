package nexmark

import (
	"encoding/binary"
	"math/bits"
)

// stream names an independent sequence of random numbers, one for each thing that
// is drawn for an event. Their order is part of what a seed means.
type stream int

const (
	personName stream = iota
	personMail
	personCard
	personCity
	personState
	personExtra
	auctionItem
	auctionText
	auctionFirst
	auctionReserve
	auctionExpires
	auctionSeller
	auctionCategory
	auctionExtra
	bidAuction
	bidBidder
	bidPrice
	bidChannel
	bidExtra
	tableChannel
	tableURL
	streams
)

const (
	step  = 0xa0761d6478bd642f
	twist = 0xe7037ed1a0b428db
)

// Draw is the k-th number of the sequence that begins at key (wyrand's). It is
// the same in every build.
func Draw(key, k uint64) uint64 {
	s := key + k*step
	hi, lo := bits.Mul64(s, s^twist)
	return hi ^ lo
}

// Below is a number from 0 to n-1, from the upper 32 bits of h; n is small.
func Below(h uint64, n int64) int64 { return int64((h >> 32) * uint64(n) >> 32) }

// hash is what the stream drew for event n.
func (g *Generator) hash(s stream, n int64) uint64 { return Draw(g.keys[s], uint64(n)) }

// letters makes 8 letters of a random number.
func letters(h uint64) uint64 {
	const even, odd, a = 0x00ff00ff00ff00ff, 0xff00ff00ff00ff00, 0x6161616161616161
	return (h&even*26>>8&even | h>>8&even*26&odd) + a
}

// separators puts mark in the place of about one in 13 letters.
func separators(word, h uint64, mark byte) uint64 {
	for shift := 0; shift < 64; shift += 8 {
		if h>>shift&255 < 20 {
			word = word&^(255<<shift) | uint64(mark)<<shift
		}
	}
	return word
}

// appendLetters writes n letters of the sequence at key. dst must have room for 8
// bytes more than that.
func appendLetters(dst []byte, key uint64, n int) []byte {
	start := len(dst)
	out := dst[start : start+n+8]
	for k, at := uint64(0), 0; at < n; k, at = k+1, at+8 {
		binary.LittleEndian.PutUint64(out[at:], letters(Draw(key, k)))
	}
	return dst[:start+n]
}

// appendWords is appendLetters with marks between words; the first and the last
// character are letters.
func appendWords(dst []byte, key uint64, n int, mark byte) []byte {
	start := len(dst)
	out := dst[start : start+n+8]
	for k, at := uint64(0), 0; at < n; k, at = k+2, at+8 {
		binary.LittleEndian.PutUint64(out[at:], separators(letters(Draw(key, k)), Draw(key, k+1), mark))
	}
	out[0] = byte('a' + Below(Draw(key, 1<<32), 26))
	out[n-1] = byte('a' + Below(Draw(key, 1<<32+1), 26))
	return dst[:start+n]
}

// wordLength is the length of a text of at most limit characters, which has 3 at
// least.
func wordLength(h uint64, limit int) int { return 3 + int(Below(h, int64(limit-3))) }
