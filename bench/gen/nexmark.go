package gen

import (
	"strconv"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// Nexmark makes the events of internal/nexmark.
type Nexmark struct {
	filler *nexmark.Filler
	kinds  [3][]jsonField

	clock int64 // the time that stamp shows, in microseconds
	stamp []byte
}

// NewNexmark is a generator of these events. It would panic if internal/nexmark
// did not know its own schema.
func NewNexmark(o nexmark.Options) *Nexmark {
	f, err := nexmark.New(o).Filler(nexmark.Schema())
	if err != nil {
		panic(err) // the schema is its own
	}
	g := &Nexmark{filler: f, clock: -1}
	for kind := range g.kinds {
		g.kinds[kind] = fieldsOf(nexmark.Schema().Fields[1+kind], kind)
	}
	return g
}

// Schema is that of internal/nexmark.
func (g *Nexmark) Schema() types.Schema { return nexmark.Schema() }

// Fill gives events as columns.
func (g *Nexmark) Fill(from int64, n int) *connector.Batch { return g.filler.Fill(from, n) }

// jsonField is a field of a record: what stands before its value, and which
// values of the columns it has.
type jsonField struct {
	before string
	kind   types.Kind
	place  int
}

// fieldsOf are the fields of a kind's record; the first also begins the event.
func fieldsOf(record types.Field, kind int) []jsonField {
	before := `{"event_type":` + strconv.Itoa(kind) + `,"` + record.Name + `":{"`
	var list []jsonField
	for i, f := range record.Type.Fields {
		list = append(list, jsonField{before + f.Name + `":`, f.Type.Kind, i})
		before = `,"`
	}
	return list
}

// columns are the values of a record's fields, by place: one of the two.
type columns struct {
	longs [10][]int64
	texts [10][]string
}

func valuesOf(c *batch.Column) (v columns) {
	for i, child := range c.Children {
		if child.Type.Kind == types.String {
			v.texts[i] = batch.Values[string](child)
		} else {
			v.longs[i] = batch.Values[int64](child)
		}
	}
	return v
}

// Append adds events as JSON objects in the order of the schema, which Spark
// reads with it. Records that are null are left out, times are written as
// 2026-01-01T00:00:00.000Z. The texts hold nothing that JSON would escape.
func (g *Nexmark) Append(dst []byte, from int64, n int) []byte {
	b := g.filler.Fill(from, n)
	times := batch.Values[int64](b.Columns[4])
	var values [3]columns
	for kind := range values {
		values[kind] = valuesOf(b.Columns[1+kind])
	}
	for row, kind := range batch.Values[int32](b.Columns[0]) {
		if times[row] != g.clock {
			g.clock, g.stamp = times[row], appendTime(g.stamp[:0], times[row])
		}
		v := &values[kind]
		for _, f := range g.kinds[kind] {
			dst = append(dst, f.before...)
			switch f.kind {
			case types.Long:
				dst = strconv.AppendInt(dst, v.longs[f.place][row], 10)
			case types.String:
				dst = append(dst, '"')
				dst = append(dst, v.texts[f.place][row]...)
				dst = append(dst, '"')
			default:
				if at := v.longs[f.place][row]; at == g.clock {
					dst = append(dst, g.stamp...)
				} else {
					dst = appendTime(dst, at)
				}
			}
		}
		dst = append(dst, `},"dateTime":`...)
		dst = append(dst, g.stamp...)
		dst = append(dst, "}\n"...)
	}
	return dst
}

// appendTime writes a time of whole milliseconds, quoted.
func appendTime(dst []byte, micros int64) []byte {
	return time.UnixMicro(micros).UTC().AppendFormat(dst, `"2006-01-02T15:04:05.000Z"`)
}
