package connectortest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/types"
)

// SinkCase is a sink to examine.
type SinkCase struct {
	// Open opens the sink on the same outside; it is called again to stand for
	// a restart of the query. Required.
	Open func(t testing.TB) connector.Sink
	// Visible are the rows that a reader of the outside sees now. Nil means
	// that nobody can see them: only errors are then found.
	Visible func(t testing.TB) [][]any
	// Batch gives the part-th part of a batch, of the schema the sink was
	// opened with. Nil: two batches of a long and a string, see [SinkSchema].
	Batch func(t testing.TB, batch int64, part int) []*connector.Batch
	// Forgets says that a committed batch may be seen twice after a restart, as
	// Spark's console does (at least once): the examiner then does not reopen.
	Forgets bool
}

// SinkSchema is what the rows of the examiner's own batches look like.
func SinkSchema() types.Schema {
	return types.NewSchema(types.Field{Name: "n", Type: types.Of(types.Long), Nullable: true},
		types.Field{Name: "s", Type: types.Of(types.String), Nullable: true})
}

// sinkBatch has two batches, of which the second selects some of its rows.
func sinkBatch(t testing.TB, b int64, part int) []*connector.Batch {
	cell := func(k int) []any {
		return []any{b*100 + int64(part)*10 + int64(k), fmt.Sprintf("b%dp%dr%d", b, part, k)}
	}
	second := Batch(t, SinkSchema(), cell(2), cell(3), []any{nil, nil}, cell(5))
	second.Sel = []int32{0, 2}
	return []*connector.Batch{Batch(t, SinkSchema(), cell(0), cell(1)), second}
}

const parts = 3

// Sink examines a sink: a committed batch is seen once and whole however often
// it is committed, also when it is written again after a restart; a batch that
// is written but not committed, or aborted, is not seen; an aborted batch can be
// written again.
func Sink(t *testing.T, c SinkCase) {
	t.Helper()
	if c.Batch == nil {
		c.Batch = sinkBatch
	}
	e := &sinkExam{c: c, sink: c.Open(t)}
	e.look(t, "before the first batch")
	m := e.write(t, 0, 1)
	e.look(t, "after Write without Commit")
	e.commit(t, 0, 1, m)
	e.expect(t, 0)
	e.look(t, "after Commit")
	e.commit(t, 0, 1, m)
	e.look(t, "after a second Commit of the same batch")

	m = e.write(t, 1, 1)
	if err := e.sink.Abort(t.Context(), e.id(1, 1), m); err != nil {
		t.Fatalf("Abort: %v", err)
	}
	e.look(t, "after Abort")
	e.commit(t, 1, 1, e.write(t, 1, 1))
	e.expect(t, 1)
	e.look(t, "after a batch that was aborted and ran again")
	if !c.Forgets {
		closeIt(t, e.sink)
		e.sink = c.Open(t)
		e.commit(t, 1, 2, e.write(t, 1, 2))
		e.look(t, "after a restart that ran a committed batch again")
	}
	e.commit(t, 2, 2, e.write(t, 2, 2))
	e.expect(t, 2)
	e.look(t, "after the next batch")
	closeIt(t, e.sink)
}

type sinkExam struct {
	c    SinkCase
	sink connector.Sink
	want [][]any
}

func (e *sinkExam) id(batch, epoch int64) connector.BatchID {
	return connector.BatchID{Query: "3f0cf3a4-91f3-4ac9-a7a7-2f1a8a4a7f10", Batch: batch, Epoch: epoch}
}

func (e *sinkExam) write(t *testing.T, batch, epoch int64) []connector.Message {
	t.Helper()
	var messages []connector.Message
	for part := range parts {
		r := Reader(e.c.Batch(t, batch, part)...)
		m, err := e.sink.Write(t.Context(), e.id(batch, epoch), part, r)
		if err != nil {
			t.Fatalf("Write of part %d of batch %d: %v", part, batch, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	return messages
}

func (e *sinkExam) commit(t *testing.T, batch, epoch int64, m []connector.Message) {
	t.Helper()
	if err := e.sink.Commit(t.Context(), e.id(batch, epoch), m); err != nil {
		t.Fatalf("Commit of batch %d: %v", batch, err)
	}
}

// expect adds the rows of a batch to what must be seen.
func (e *sinkExam) expect(t *testing.T, batch int64) {
	for part := range parts {
		for _, b := range e.c.Batch(t, batch, part) {
			e.want = append(e.want, Rows(b)...)
		}
	}
}

func (e *sinkExam) look(t *testing.T, when string) {
	t.Helper()
	if e.c.Visible == nil {
		return
	}
	got := sorted(e.c.Visible(t))
	if want := sorted(e.want); !slices.Equal(got, want) {
		t.Errorf("%s: %d rows are seen, want %d\ngot:  %v\nwant: %v", when, len(got), len(want), got, want)
	}
}

func sorted(rows [][]any) []string {
	texts := make([]string, len(rows))
	for i, r := range rows {
		texts[i] = fmt.Sprint(r)
	}
	slices.SortFunc(texts, cmp.Compare[string])
	return texts
}
