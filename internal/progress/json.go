package progress

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MarshalJSON writes the progress as Spark's StreamingQueryProgress.json does:
// the fields in its order, maps by their keys, empty maps, and rates that are no
// numbers, left out.
func (p *Progress) MarshalJSON() ([]byte, error) {
	var w writer
	w.open('{')
	w.identity(p.ID, p.RunID)
	w.optional("name", p.Name)
	w.time("timestamp", p.Timestamp)
	w.int("batchId", p.Batch)
	w.int("batchDuration", p.BatchDuration.Milliseconds())
	w.int("numInputRows", p.InputRows())
	w.float("inputRowsPerSecond", p.InputRate())
	w.float("processedRowsPerSecond", p.ProcessedRate())
	w.durations(&p.Durations)
	w.eventTime(p.EventTime)
	w.key("stateOperators")
	w.open('[')
	for i := range p.StateOperators {
		w.stateOperator(&p.StateOperators[i])
	}
	w.close(']')
	w.key("sources")
	w.open('[')
	for i := range p.Sources {
		w.source(&p.Sources[i])
	}
	w.close(']')
	w.sink(&p.Sink)
	w.observed(p.Observed)
	w.close('}')
	return w.buf.Bytes(), nil
}

// writer writes compact JSON in a given order.
type writer struct {
	buf   bytes.Buffer
	fresh bool // nothing stands in the innermost object or array
}

// next puts the comma before an element, unless it is the first.
func (w *writer) next() {
	if !w.fresh && w.buf.Len() > 0 {
		w.buf.WriteByte(',')
	}
	w.fresh = false
}

func (w *writer) open(c byte) {
	if b := w.buf.Bytes(); len(b) > 0 && b[len(b)-1] != ':' {
		w.next()
	}
	w.buf.WriteByte(c)
	w.fresh = true
}

func (w *writer) close(c byte) {
	w.buf.WriteByte(c)
	w.fresh = false
}

func (w *writer) key(k string) {
	w.next()
	w.quote(k)
	w.buf.WriteByte(':')
}

func (w *writer) quote(s string) {
	e := json.NewEncoder(&w.buf)
	e.SetEscapeHTML(false)
	// A string always encodes; the encoder's line break goes.
	if err := e.Encode(s); err == nil {
		w.buf.Truncate(w.buf.Len() - 1)
	}
}

func (w *writer) text(k, v string) {
	w.key(k)
	w.quote(v)
}

// optional writes null for an empty value.
func (w *writer) optional(k, v string) {
	if v == "" {
		w.key(k)
		w.buf.WriteString("null")
		return
	}
	w.text(k, v)
}

func (w *writer) int(k string, v int64) {
	w.key(k)
	w.buf.WriteString(strconv.FormatInt(v, 10))
}

func (w *writer) bool(k string, v bool) {
	w.key(k)
	w.buf.WriteString(strconv.FormatBool(v))
}

// float writes nothing for a value that JSON cannot hold.
func (w *writer) float(k string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	w.key(k)
	w.buf.WriteString(javaDouble(v))
}

// javaDouble is a number as the JVM prints it: always with a point, and with an
// exponent from ten million on and below a thousandth.
func javaDouble(v float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e7 || a < 1e-3) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'E', -1, 64), "E")
		n, _ := strconv.Atoi(exponent) // a number, since FormatFloat wrote it
		return withPoint(mantissa) + "E" + strconv.Itoa(n)
	}
	return withPoint(strconv.FormatFloat(v, 'f', -1, 64))
}

func withPoint(s string) string {
	if strings.Contains(s, ".") {
		return s
	}
	return s + ".0"
}

// stamp is a time as Spark writes it: UTC, in milliseconds.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (w *writer) time(k string, t time.Time) { w.text(k, stamp(t)) }

// json writes v as it is, null for none, and as a string if it is no JSON.
func (w *writer) json(k string, v []byte) {
	w.key(k)
	switch {
	case len(v) == 0:
		w.buf.WriteString("null")
	case !json.Valid(v):
		w.quote(string(v))
	default:
		// It is valid, so compacting it cannot fail.
		_ = json.Compact(&w.buf, v)
	}
}

func (w *writer) identity(id, run string) {
	w.text("id", id)
	w.text("runId", run)
}

func (w *writer) durations(d *Durations) {
	if d.has == ([phases]bool{}) {
		return
	}
	w.key("durationMs")
	w.open('{')
	for p := range phases {
		if d.has[p] {
			w.int(p.String(), d.spent[p].Milliseconds())
		}
	}
	w.close('}')
}

func (w *writer) eventTime(e *EventTime) {
	if e == nil {
		return
	}
	w.key("eventTime")
	w.open('{')
	if !e.Max.IsZero() {
		w.time("avg", e.Avg)
		w.time("max", e.Max)
		w.time("min", e.Min)
	}
	w.time("watermark", e.Watermark)
	w.close('}')
}

func (w *writer) stateOperator(s *StateOperator) {
	w.open('{')
	w.text("operatorName", s.Name)
	w.int("numRowsTotal", s.RowsTotal)
	w.int("numRowsUpdated", s.RowsUpdated)
	w.int("allUpdatesTimeMs", s.Updates.Milliseconds())
	w.int("numRowsRemoved", s.RowsRemoved)
	w.int("allRemovalsTimeMs", s.Removals.Milliseconds())
	w.int("commitTimeMs", s.Commit.Milliseconds())
	w.int("memoryUsedBytes", s.MemoryBytes)
	w.int("numRowsDroppedByWatermark", s.RowsDropped)
	w.int("numShufflePartitions", s.Partitions)
	w.int("numStateStoreInstances", s.Stores)
	if len(s.Custom) > 0 {
		w.key("customMetrics")
		w.open('{')
		for _, k := range slices.Sorted(maps.Keys(s.Custom)) {
			w.int(k, s.Custom[k])
		}
		w.close('}')
	}
	w.close('}')
}

func (w *writer) source(s *Source) {
	w.open('{')
	w.text("description", s.Description)
	w.json("startOffset", s.Start)
	w.json("endOffset", s.End)
	w.json("latestOffset", s.Latest)
	w.int("numInputRows", s.InputRows)
	w.float("inputRowsPerSecond", s.InputRate)
	w.float("processedRowsPerSecond", s.ProcessedRate)
	w.metrics(s.Metrics)
	w.close('}')
}

func (w *writer) sink(s *Sink) {
	w.key("sink")
	w.open('{')
	w.text("description", s.Description)
	w.int("numOutputRows", s.OutputRows)
	w.metrics(s.Metrics)
	w.close('}')
}

func (w *writer) metrics(m map[string]string) {
	if len(m) == 0 {
		return
	}
	w.key("metrics")
	w.open('{')
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.text(k, m[k])
	}
	w.close('}')
}

func (w *writer) observed(o map[string][]byte) {
	if len(o) == 0 {
		return
	}
	w.key("observedMetrics")
	w.open('{')
	for _, k := range slices.Sorted(maps.Keys(o)) {
		w.json(k, o[k])
	}
	w.close('}')
}
