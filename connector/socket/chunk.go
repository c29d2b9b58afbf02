package socket

import (
	"bytes"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/batch"
)

// chunk is a piece of memory with the lines that lie in it. The receiving
// goroutine writes to it; a line that was added never changes, so that others
// read it beside. The slices' headers are guarded by the buffer's lock.
type chunk struct {
	data   []byte // all of it; its first filled bytes hold what came
	filled int    // the receiver's
	first  int64  // the number of its first line
	before int64  // the bytes of all lines before this chunk's

	lines []line
	times []arrival
	fixed map[int]string // lines whose bytes were no UTF-8, by their place in lines
}

// line is data[start:end], without what ended it.
type line struct{ start, end uint32 }

// arrival says that the lines from a place in chunk.lines on came at this time,
// in microseconds.
type arrival struct {
	line   int
	micros int64
}

// cutter finds the ends of lines in one chunk after the other.
type cutter struct {
	start   int  // where the line that is not ended begins
	scanned int  // how far the chunk has been searched
	skipLF  bool // the last line ended in \r: an immediate \n belongs to it
}

// cut appends to lines those that are complete within data. The lines of a
// region without \r, the rule, take one search each.
func (k *cutter) cut(data []byte, lines []line) []line {
	if k.skipLF && k.scanned < len(data) {
		k.skipLF = false
		if data[k.scanned] == '\n' {
			k.scanned++
			k.start = k.scanned
		}
	}
	returns := bytes.IndexByte(data[k.scanned:], '\r') >= 0
	for {
		i := bytes.IndexByte(data[k.scanned:], '\n')
		if i < 0 {
			break
		}
		end := k.scanned + i
		if returns {
			lines = k.returns(data, end, lines)
		}
		if !k.skipLF {
			lines = append(lines, line{uint32(k.start), uint32(end)})
		}
		k.skipLF = false
		k.scanned, k.start = end+1, end+1
	}
	if returns {
		lines = k.returns(data, len(data), lines)
	}
	k.scanned = len(data)
	return lines
}

// returns cuts at each \r before end and leaves skipLF set if one stands right
// before it.
func (k *cutter) returns(data []byte, end int, lines []line) []line {
	for {
		i := bytes.IndexByte(data[k.scanned:end], '\r')
		if i < 0 {
			return lines
		}
		at := k.scanned + i
		lines = append(lines, line{uint32(k.start), uint32(at)})
		k.scanned, k.start = at+1, at+1
		k.skipLF = at+1 == end
	}
}

// repaired are the lines whose bytes are no UTF-8, by their place, with U+FFFD for
// what is wrong: those of fixed and those from number from on. Readers may hold
// fixed, so it is not changed.
func repaired(fixed map[int]string, data []byte, lines []line, from int) map[int]string {
	if from == len(lines) || utf8.Valid(data[lines[from].start:lines[len(lines)-1].end]) {
		return fixed
	}
	fixed = maps.Clone(fixed)
	if fixed == nil {
		fixed = make(map[int]string)
	}
	for i := from; i < len(lines); i++ {
		text := batch.View(data[lines[i].start:lines[i].end])
		if !utf8.ValidString(text) {
			fixed[i] = Decode(text)
		}
	}
	return fixed
}

// Decode replaces every malformed sequence by one U+FFFD, as Java's decoder does:
// a sequence is a lead byte and as many of its continuation bytes as are there.
func Decode(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			size = malformed(s)
		}
		b.WriteRune(r)
		s = s[size:]
	}
	return b.String()
}

// malformed is the length of the malformed sequence that s begins with.
func malformed(s string) int {
	n := 1
	for n < len(s) && n < 4 && !utf8.FullRuneInString(s[:n]) {
		n++
	}
	if n > 1 && utf8.FullRuneInString(s[:n]) {
		n-- // the byte that showed that the sequence is broken begins the next one
	}
	return n
}
