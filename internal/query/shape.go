package query

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/types"
)

// Job is what a checkpoint remembers of the program that a query comes from, for
// those who look at it later. Its zero value remembers nothing.
type Job struct {
	// Script is the SQL of the job and Table the name of its streaming table there.
	// A script with secrets in it is not kept.
	Script string `json:"script,omitempty"`
	Table  string `json:"table,omitempty"`
	// Sink is the format of the sink and where it writes, "json /out".
	Sink string `json:"sink,omitempty"`
}

// shape is what a query looks like to those who compare it with a changed one. It is
// kept in the notes of the checkpoint; nothing else depends on it.
type shape struct {
	Job
	Mode       string        `json:"mode"`
	Schema     string        `json:"schema"`
	Sources    []sourceShape `json:"sources"`
	Watermarks []string      `json:"watermarks,omitempty"` // column and delay, by number
	Operators  []string      `json:"operators,omitempty"`  // with state, as plans are written
}

// sourceShape is a source: its format, and what it reads.
type sourceShape struct {
	Format string `json:"format"`
	Reads  string `json:"reads"`
}

// shapeNote is the note under which a shape lies.
const shapeNote = "query"

// shapeOf is the shape of a query whose sources are open.
func (r *run) shapeOf(c *Config) *shape {
	s := &shape{Job: c.Job, Mode: c.Mode.String(), Schema: ddl(r.program.Schema())}
	for _, from := range r.sources {
		s.Sources = append(s.Sources, sourceShape{Format: from.stream.Node.Name, Reads: from.description})
	}
	for _, w := range r.program.Watermarks {
		s.Watermarks = append(s.Watermarks, watermarkText(w))
	}
	for _, op := range r.program.Stateful {
		s.Operators = append(s.Operators, op.Node.String())
	}
	return s
}

// note writes the shape with the next record of the journal, if it is another than
// the one that is there.
func (s *shape) note(log *checkpoint.Checkpoint, found *checkpoint.State) error {
	text, err := json.Marshal(s)
	if err == nil && string(text) != string(found.Notes[shapeNote]) {
		log.Note(shapeNote, text)
	}
	return err
}

// shapeIn is the shape that a checkpoint remembers; nil: none.
func shapeIn(found *checkpoint.State) *shape {
	s := &shape{}
	if note := found.Notes[shapeNote]; len(note) == 0 || json.Unmarshal(note, s) != nil {
		return nil
	}
	return s
}

// JobOf is what a checkpoint remembers of its job.
func JobOf(found *checkpoint.State) Job {
	if s := shapeIn(found); s != nil {
		return s.Job
	}
	return Job{}
}

func watermarkText(w *physical.Watermark) string {
	return fmt.Sprintf("%s, delay %v", w.Column, time.Duration(w.Delay)*time.Microsecond)
}

func ddl(s types.Schema) string { return types.StructOf(s.Fields...).SQL() }
