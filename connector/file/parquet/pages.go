package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"

	pq "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// chunk is a column chunk being decoded.
type chunk[P any] interface {
	// read decodes at most n levels of one page and their values. No levels
	// mean the end.
	read(n int, to []P, defs, reps []int16) (levels, values int, err error)
	// skip passes over up to n rows of a column outside of lists, and returns
	// how many it could not pass over by whole pages.
	skip(n int) (rest int, err error)
	// paged reports whether the values last read are views of the page.
	paged() bool
	close() error
}

// pages decodes a chunk in the encodings that nearly all files use, plain and
// dictionary. It reads twice as fast as the column readers of arrow-go, which
// convert dictionaries piece by piece, and leaves no garbage; the rarer encodings
// are left to those ([foreign]).
type pages[P any] struct {
	pager      file.PageReader
	descr      *schema.Column
	plain      func(to []P, data []byte) (rest []byte, err error)
	dictionary []P

	left       int // levels left in the page
	defs, reps hybrid
	indices    hybrid
	values     []byte // what is left of a page in plain form
	indexed    bool   // the page has indices
}

// The encodings' numbers in the format.
const (
	plainEncoding     = 0
	oldDictEncoding   = 2
	runEncoding       = 3
	bitPackedEncoding = 4
	dictEncoding      = 8
)

// common reports whether pages can decode a chunk.
func common(c *metadata.ColumnChunkMetaData) bool {
	for _, e := range c.Encodings() {
		switch int(e) {
		case plainEncoding, oldDictEncoding, runEncoding, dictEncoding, bitPackedEncoding:
		default:
			return false
		}
	}
	return true
}

func (p *pages[P]) paged() bool { return !p.indexed }

func (p *pages[P]) close() error { return p.pager.Close() }

func (p *pages[P]) read(n int, to []P, defs, reps []int16) (levels, values int, err error) {
	for p.left == 0 {
		if more, err := p.turn(); !more || err != nil {
			return 0, 0, err
		}
	}
	n = min(n, p.left)
	values = n
	if p.descr.MaxRepetitionLevel() > 0 {
		if _, err := p.reps.levels(reps[:n], p.descr.MaxRepetitionLevel()); err != nil {
			return 0, 0, err
		}
	}
	if greatest := p.descr.MaxDefinitionLevel(); greatest > 0 {
		if values, err = p.defs.levels(defs[:n], greatest); err != nil {
			return 0, 0, err
		}
	}
	if p.indexed {
		err = lookUp(&p.indices, to[:values], p.dictionary)
	} else {
		p.values, err = p.plain(to[:values], p.values)
	}
	p.left -= n
	return n, values, err
}

func (p *pages[P]) skip(n int) (rest int, err error) {
	for n > 0 {
		if p.left == 0 {
			if more, err := p.turn(); !more || err != nil {
				return n, err
			}
			continue
		}
		if p.left > n {
			return n, nil
		}
		n -= p.left
		p.left = 0
	}
	return 0, nil
}

// turn makes the next data page the present one; false after the last.
func (p *pages[P]) turn() (bool, error) {
	for p.pager.Next() {
		switch page := p.pager.Page().(type) {
		case *file.DictionaryPage:
			if err := p.readDictionary(page); err != nil {
				return false, err
			}
		case *file.DataPageV1:
			return true, p.first(page)
		case *file.DataPageV2:
			return true, p.second(page)
		}
	}
	return false, p.pager.Err()
}

// readDictionary decodes the dictionary. Its strings are views of a buffer that
// stays until the chunk is closed.
func (p *pages[P]) readDictionary(page *file.DictionaryPage) error {
	n := int(page.NumValues())
	data := page.Data()
	if n < 0 || n > len(data) && p.descr.PhysicalType() != pq.Types.Boolean {
		return fmt.Errorf("a dictionary of %d bytes cannot have %d values", len(data), n)
	}
	if cap(p.dictionary) < n {
		p.dictionary = make([]P, n)
	}
	p.dictionary = p.dictionary[:n]
	_, err := p.plain(p.dictionary, data)
	return err
}

// first begins a page of the format's first form: levels and values are
// compressed together, each kind of levels behind its length.
func (p *pages[P]) first(page *file.DataPageV1) (err error) {
	data := page.Data()
	p.left = int(page.NumValues())
	if max := p.descr.MaxRepetitionLevel(); max > 0 {
		if p.reps, data, err = p.leading(data, max, page.RepetitionLevelEncoding()); err != nil {
			return err
		}
	}
	if max := p.descr.MaxDefinitionLevel(); max > 0 {
		if p.defs, data, err = p.leading(data, max, page.DefinitionLevelEncoding()); err != nil {
			return err
		}
	}
	return p.begin(data, int(page.Encoding()))
}

// leading takes the levels off the front of a page.
func (p *pages[P]) leading(data []byte, greatest int16, e pq.Encoding) (hybrid, []byte, error) {
	if int(e) == bitPackedEncoding {
		return p.packedLevels(data, greatest)
	}
	if len(data) < 4 {
		return hybrid{}, nil, errPacked
	}
	size := int(binary.LittleEndian.Uint32(data))
	if size < 0 || size > len(data)-4 {
		return hybrid{}, nil, errPacked
	}
	return newHybrid(data[4:4+size], levelWidth(greatest)), data[4+size:], nil
}

// packedLevels reads levels of the oldest form, whose bits run from the high one
// down, and turns them into one run of the present form.
func (p *pages[P]) packedLevels(data []byte, greatest int16) (hybrid, []byte, error) {
	width := levelWidth(greatest)
	size := (p.left*width + 7) / 8
	if size > len(data) {
		return hybrid{}, nil, errPacked
	}
	turned := make([]byte, size+8)
	for i := range p.left * width {
		if data[i/8]>>(7-i%8)&1 == 1 {
			// Within a value the order of the bits turns round.
			at := i/width*width + width - 1 - i%width
			turned[at/8] |= 1 << (at % 8)
		}
	}
	return hybrid{width: width, left: p.left, bits: turned}, data[size:], nil
}

// second begins a page of the second form: levels stand uncompressed in front.
func (p *pages[P]) second(page *file.DataPageV2) error {
	data := page.Data()
	p.left = int(page.NumValues())
	reps, defs := int(page.RepetitionLevelByteLen()), int(page.DefinitionLevelByteLen())
	if reps < 0 || defs < 0 || reps+defs > len(data) {
		return errPacked
	}
	p.reps = newHybrid(data[:reps], levelWidth(p.descr.MaxRepetitionLevel()))
	p.defs = newHybrid(data[reps:reps+defs], levelWidth(p.descr.MaxDefinitionLevel()))
	return p.begin(data[reps+defs:], int(page.Encoding()))
}

// begin takes up the values of a page.
func (p *pages[P]) begin(data []byte, encoding int) error {
	switch encoding {
	case plainEncoding:
		p.values, p.indexed = data, false
		if _, ok := any(p).(*pages[bool]); ok {
			return p.beginBits(data)
		}
		return nil
	case runEncoding:
		if len(data) < 4 || int(binary.LittleEndian.Uint32(data)) > len(data)-4 {
			return errPacked
		}
		return p.beginIndices(data[4:], 1)
	case dictEncoding, oldDictEncoding:
		if len(data) == 0 {
			return p.beginIndices(nil, 0) // a page of nulls
		}
		if data[0] > 32 {
			return errPacked
		}
		return p.beginIndices(data[1:], int(data[0]))
	}
	return fmt.Errorf("a page is in the encoding %d, of which its column says nothing", encoding)
}

func (p *pages[P]) beginIndices(data []byte, width int) error {
	p.indices, p.indexed = newHybrid(data, width), true
	if p.descr.PhysicalType() == pq.Types.Boolean {
		p.booleans()
	}
	return nil
}

// beginBits reads plain booleans, which are bits, as indices of one bit.
func (p *pages[P]) beginBits(data []byte) error {
	p.indices, p.indexed = hybrid{width: 1, left: len(data) * 8, bits: data}, true
	p.booleans()
	return nil
}

// booleans makes the dictionary that bits are indices of.
func (p *pages[P]) booleans() {
	if d, ok := any(&p.dictionary).(*[]bool); ok {
		*d = append((*d)[:0], false, true)
	}
}

// plainNothing stands for booleans, which are read as bits.
func plainNothing(_ []bool, data []byte) ([]byte, error) { return data, nil }

var errShort = errors.New("a page ends within a value")

// plainInt32 and the others decode the plain form of one type.
func plainInt32(to []int32, data []byte) ([]byte, error) {
	if len(data) < 4*len(to) {
		return nil, errShort
	}
	for i := range to {
		to[i] = int32(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return data[4*len(to):], nil
}

func plainInt64(to []int64, data []byte) ([]byte, error) {
	if len(data) < 8*len(to) {
		return nil, errShort
	}
	for i := range to {
		to[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return data[8*len(to):], nil
}

func plainInt96(to []pq.Int96, data []byte) ([]byte, error) {
	if len(data) < 12*len(to) {
		return nil, errShort
	}
	for i := range to {
		copy(to[i][:], data[12*i:])
	}
	return data[12*len(to):], nil
}

func plainFloat32(to []float32, data []byte) ([]byte, error) {
	if len(data) < 4*len(to) {
		return nil, errShort
	}
	for i := range to {
		to[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return data[4*len(to):], nil
}

func plainFloat64(to []float64, data []byte) ([]byte, error) {
	if len(data) < 8*len(to) {
		return nil, errShort
	}
	for i := range to {
		to[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return data[8*len(to):], nil
}

// plainStrings reads strings behind their lengths, as views.
func plainStrings(to []string, data []byte) ([]byte, error) {
	for i := range to {
		if len(data) < 4 {
			return nil, errShort
		}
		n := int(binary.LittleEndian.Uint32(data))
		if n > len(data)-4 {
			return nil, errShort
		}
		to[i] = unsafe.String(unsafe.SliceData(data[4:]), n)
		data = data[4+n:]
	}
	return data, nil
}

// plainFixed reads strings of one length, as views.
func plainFixed(width int) func(to []string, data []byte) ([]byte, error) {
	return func(to []string, data []byte) ([]byte, error) {
		if len(data) < width*len(to) {
			return nil, errShort
		}
		for i := range to {
			to[i] = unsafe.String(unsafe.SliceData(data[width*i:]), width)
		}
		return data[width*len(to):], nil
	}
}
