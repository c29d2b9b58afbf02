package aggregate

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// sketches are the registers of groups, 1<<p each. A register is raised without a look at
// the others: what comes to a group is noted in its line, and looked at sixteen at a time.
//
//	lines   [r5 r9 r5 …] [r2 …] [→1]     by group: as they came
//	sparse  [r1 r5 r7]    –      –       by group: those that are not zero, rising
//	dense                       [page 1: all registers]
//
// A register in a line or in sparse is an entry: number<<8 | register. Of many rows and
// groups each finds its line in the cache, or writes there without waiting for it; a sorted
// list would be searched for each row. A group with entries for more than an eighth of its
// registers has all of them, for ever.
//
// The saved form of a group is its entries, four bytes each, little-endian, or one byte for
// each register; the length tells which.
type sketches struct {
	p, perChunk int        // the logarithms of how many registers a group and how many pages a chunk has
	counts      []uint8    // by group: the entries in its line, or isDense
	lines       []uint32   // by group, lineEntries each; of a dense group the first is its page
	sparse      [][]uint32 // by group

	chunks  [][]byte // of dense registers, 1<<perChunk pages of 1<<p bytes each
	pages   uint32   // those that were ever given
	free    []uint32 // those of them that came back
	scratch []uint32
}

// lineEntries is the number of entries in a line, which is one cache line long.
const lineEntries = 16

// isDense is the count of a group that has all registers.
const isDense = math.MaxUint8

// keptChunks is how many chunks are kept when no group has registers any more.
const keptChunks = 64

func newSketches(p int) sketches { return sketches{p: p, perChunk: max(0, 16-p)} }

// reset makes the groups from ≤ g < to empty.
func (s *sketches) reset(from, to int) {
	for g := from; g < min(to, len(s.counts)); g++ {
		if s.counts[g] == isDense {
			s.free = append(s.free, s.lines[g*lineEntries])
		}
		s.counts[g], s.sparse[g] = 0, s.sparse[g][:0]
	}
	s.counts, s.sparse, s.lines = grown(s.counts, to), grown(s.sparse, to), grown(s.lines, to*lineEntries)
	if len(s.free) == int(s.pages) && len(s.chunks) > keptChunks {
		clear(s.chunks[keptChunks:])
		s.chunks, s.free, s.pages = s.chunks[:keptChunks], s.free[:0], keptChunks<<s.perChunk
		for i := range s.pages {
			s.free = append(s.free, i)
		}
	}
}

// raise makes register i of a group at least v.
func (s *sketches) raise(g int32, i uint32, v byte) {
	n := s.counts[g]
	if n == isDense {
		r := s.registers(g)
		r[i] = max(r[i], v)
		return
	}
	s.lines[int(g)*lineEntries+int(n)] = i<<8 | uint32(v)
	if s.counts[g]++; n == lineEntries-1 {
		s.spill(g)
	}
}

// raiseEntries raises the registers of a saved form with entries.
func (s *sketches) raiseEntries(g int32, state string) {
	for ; len(state) > 0 && s.counts[g] != isDense; state = state[4:] {
		s.raise(g, uint32(state[1])|uint32(state[2])<<8|uint32(state[3])<<16, state[0])
	}
	if len(state) == 0 {
		return
	}
	r := s.registers(g)
	for ; len(state) > 0; state = state[4:] {
		i := uint32(state[1]) | uint32(state[2])<<8 | uint32(state[3])<<16
		r[i] = max(r[i], state[0])
	}
}

// raiseAll raises the registers of a saved form with all of them.
func (s *sketches) raiseAll(g int32, state string) {
	s.densify(g)
	r := s.registers(g)
	for i := range len(state) {
		r[i] = max(r[i], state[i])
	}
}

// registers are those of a dense group.
func (s *sketches) registers(g int32) []byte {
	return s.at(s.lines[int(g)*lineEntries])
}

// at are the registers of a page.
func (s *sketches) at(page uint32) []byte {
	from, each := int(page&(1<<s.perChunk-1))<<s.p, 1<<s.p
	return s.chunks[page>>s.perChunk][from : from+each : from+each]
}

// of is what a group has: all registers, or its entries, rising and each once. They are
// good until the next change.
func (s *sketches) of(g int32) (registers []byte, entries []uint32) {
	if n := s.counts[g]; n != isDense && n > 0 {
		line := s.line(g)
		if len(s.sparse[g]) == 0 && len(line) <= s.most() {
			return nil, line
		}
		s.spill(g)
	}
	if s.counts[g] == isDense {
		return s.registers(g), nil
	}
	return nil, s.sparse[g]
}

// most is how many entries a group may have that is not dense.
func (s *sketches) most() int { return 1 << (s.p - 3) }

// line sorts the line of a group and leaves of each register the greatest entry.
func (s *sketches) line(g int32) []uint32 {
	at := int(g) * lineEntries
	line := s.lines[at : at+int(s.counts[g])]
	for i := 1; i < len(line); i++ {
		e, k := line[i], i
		for ; k > 0 && line[k-1] > e; k-- {
			line[k] = line[k-1]
		}
		line[k] = e
	}
	n := 0
	for i, e := range line {
		if i+1 == len(line) || line[i+1]>>8 != e>>8 {
			line[n] = e
			n++
		}
	}
	s.counts[g] = uint8(n)
	return line[:n]
}

// spill merges the line of a group into its sorted entries, and makes it dense if these
// are too many.
func (s *sketches) spill(g int32) {
	line, list, out := s.line(g), s.sparse[g], s.scratch[:0]
	for len(line) > 0 && len(list) > 0 {
		a, b := line[0], list[0]
		switch {
		case a>>8 < b>>8:
			out, line = append(out, a), line[1:]
		case a>>8 > b>>8:
			out, list = append(out, b), list[1:]
		default:
			out, line, list = append(out, max(a, b)), line[1:], list[1:]
		}
	}
	out = append(append(out, line...), list...)
	s.scratch, s.counts[g] = out, 0
	s.sparse[g] = append(s.sparse[g][:0], out...)
	if len(out) > s.most() {
		s.densify(g)
	}
}

// densify gives a group all its registers.
func (s *sketches) densify(g int32) {
	if s.counts[g] == isDense {
		return
	}
	at, page := int(g)*lineEntries, s.page()
	var line [lineEntries]uint32
	n := copy(line[:s.counts[g]], s.lines[at:])
	s.counts[g], s.lines[at] = isDense, page
	r := s.registers(g)
	for _, list := range [2][]uint32{s.sparse[g], line[:n]} {
		for _, e := range list {
			r[e>>8] = max(r[e>>8], byte(e))
		}
	}
	s.sparse[g] = nil
}

// page gives the number of registers that are all zero.
func (s *sketches) page() uint32 {
	if n := len(s.free); n > 0 {
		page := s.free[n-1]
		s.free = s.free[:n-1]
		clear(s.at(page))
		return page
	}
	if int(s.pages) == len(s.chunks)<<s.perChunk {
		s.chunks = append(s.chunks, make([]byte, 1<<(s.p+s.perChunk)))
	}
	s.pages++
	return s.pages - 1
}

// estimate is the number of different values of a group.
func (s *sketches) estimate(g int32) int64 {
	registers, entries := s.of(g)
	m := float64(uint64(1) << s.p)
	var inverse, zeros float64
	if registers == nil {
		zeros = m - float64(len(entries))
		inverse = zeros
		for _, e := range entries {
			inverse += inverseOf(byte(e))
		}
	} else {
		inverse, zeros = sumOf(registers)
	}
	if zeros > 0 {
		// As in Spark, whose bound for counting by empty registers is that of the
		// first HyperLogLog, not the lower ones of HyperLogLog++.
		if h := m * math.Log(m/zeros); h <= 2.5*m {
			return roundUp(h)
		}
	}
	e := alpha(s.p) * m * m / inverse
	if e < 5*m {
		e -= bias(s.p, e)
	}
	return roundUp(e)
}

// sumOf is the sum of 2 to the power -v over all registers, and the number of zeros. Where
// no register is beyond 31 the sum is that of integers: exact, as is that of floats, and
// with no addition that waits for the one before.
func sumOf(registers []byte) (inverse, zeros float64) {
	const one, high = 0x0101010101010101, 0xE0E0E0E0E0E0E0E0
	var sum, seen uint64
	empty := 0
	for r := registers; len(r) >= 8; r = r[8:] {
		w := binary.LittleEndian.Uint64(r)
		seen |= w
		// A register has less than 0x80: the sum carries into its top bit unless it is 0.
		empty += 8 - bits.OnesCount64((w+0x7F*one)&(0x80*one))
		sum += 1<<(31-w&31) + 1<<(31-w>>8&31) + 1<<(31-w>>16&31) + 1<<(31-w>>24&31)
		sum += 1<<(31-w>>32&31) + 1<<(31-w>>40&31) + 1<<(31-w>>48&31) + 1<<(31-w>>56&31)
	}
	if seen&high == 0 {
		return float64(sum) / (1 << 31), float64(empty)
	}
	for _, v := range registers {
		inverse += inverseOf(v)
	}
	return inverse, float64(empty)
}

// inverseOf is 2 to the power -v.
func inverseOf(v byte) float64 { return math.Float64frombits((1023 - uint64(v)) << 52) }
