package jsontext

import (
	"github.com/weirstream/weir/internal/datetime"
)

// minute remembers the microseconds of the minute that the last timestamp lay
// in: the times of a stream lie near each other, and the first 16 bytes of
// 2026-03-01T12:00:07.123Z are equal for a minute.
type minute struct {
	date, clock uint64 // the 16 bytes as two words
	micros      int64
}

// secondsShape is what the last eight bytes of a timestamp with milliseconds
// are, with 0 for each digit.
const secondsShape = ':' | '0'<<8 | '0'<<16 | '.'<<24 | '0'<<32 | '0'<<40 | '0'<<48 | 'Z'<<56

// digitLimits finds, added to such a word, digits above 9 and marks that differ.
const digitLimits = 0x7f | 0x76<<8 | 0x76<<16 | 0x7f<<24 | 0x76<<32 | 0x76<<40 | 0x76<<48 | 0x7f<<56

// timestamp reads the text of a timestamp whose first byte is at i into a row of
// n.
func (d *Decoder) timestamp(n *node, row, i int) int {
	t := d.text
	if t.word(i) == d.minute.date && t.word(i+8) == d.minute.clock && t.at(i+24) == '"' {
		x := t.word(i+16) ^ secondsShape
		if (x+digitLimits|x)&highs == 0 {
			second := int64(x>>8&15)*10 + int64(x>>16&15)
			milli := int64(x>>32&15)*100 + int64(x>>40&15)*10 + int64(x>>48&15)
			if second < 60 {
				n.values.int64s[row] = d.minute.micros + second*datetime.MicrosPerSecond + milli*datetime.MicrosPerMilli
				return i + 25
			}
		}
	}
	end := stringEnd(t, i)
	if end < 0 {
		return failed
	}
	s := t.slice(i, end)
	if !d.fromString(n, row, s) {
		return failed
	}
	// Of the same length is …:00.00NZ, which is New Zealand's time.
	x := t.word(i+16) ^ secondsShape
	if len(s) == 24 && (x+digitLimits|x)&highs == 0 && s[10] == 'T' && d.options.Formats.Timestamp == nil {
		micros := n.values.int64s[row]
		d.minute = minute{date: t.word(i), clock: t.word(i + 8), micros: micros - micros%datetime.MicrosPerMinute}
		if micros < 0 {
			d.minute = minute{}
		}
	}
	return end + 1
}
