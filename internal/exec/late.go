package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/jsontext"
)

// LateRows collects the rows of a batch that operators with state drop because they
// are late. Its methods may be called from any task.
type LateRows struct {
	mu   sync.Mutex
	rows []LateRow
}

// LateRow is a row that came too late for an operator.
type LateRow struct {
	// Operator is the operator's number among those with state, and Name its name.
	Operator int
	Name     string
	// Time is the row's event time, or the end of its window, and Watermark the
	// moment at or before which the operator drops: microseconds.
	Time, Watermark int64
	// Row is the row as JSON, with the columns that came to the operator.
	Row string

	task, place int
}

// Begin begins a batch.
func (l *LateRows) Begin() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = l.rows[:0]
}

// All are the rows of the batch, in an order that is the same when it runs again.
func (l *LateRows) All() []LateRow {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.SortFunc(l.rows, func(a, b LateRow) int {
		if a.Operator != b.Operator {
			return a.Operator - b.Operator
		}
		if a.task != b.task {
			return a.task - b.task
		}
		return a.place - b.place
	})
	return l.rows
}

func (l *LateRows) add(rows []LateRow) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, rows...)
}

// LateInput says of which operator a [LateTap] watches the input. It is filled in
// before the first batch.
type LateInput struct {
	Operator int
	Name     string
}

// LateTap stands before an operator with state and notes the rows that are late for
// it. It drops none: that is the operator's own to do and to count.
type LateTap struct {
	Operator
	of     *LateInput
	into   *LateRows
	time   expr.Eval
	encode *jsontext.Encoder

	task   *Task
	before int64
	place  int
	found  []LateRow
	text   []byte
}

// NewLateTap watches input. time is a row's event time, or its window.
func NewLateTap(input Operator, of *LateInput, into *LateRows, time expr.Eval, encode *jsontext.Encoder) *LateTap {
	return &LateTap{Operator: input, of: of, into: into, time: time, encode: encode}
}

// Open begins a task.
func (t *LateTap) Open(task *Task) error {
	t.task, t.place = task, 0
	t.before = task.Batch.Bounds(t.of.Operator).LateBefore
	return t.Operator.Open(task)
}

// Next gives the next batch, all of it.
func (t *LateTap) Next(ctx context.Context) (*batch.Batch, error) {
	b, err := t.Operator.Next(ctx)
	if err != nil {
		return b, err
	}
	nulls, err := t.time.Eval(b, b.Sel)
	if err != nil {
		return nil, err
	}
	times := nulls
	if len(nulls.Children) == 2 {
		times = nulls.Children[1] // the end of a window
	}
	values := batch.Values[int64](times)
	t.found = t.found[:0]
	for i := range b.Len() {
		row := b.Row(i)
		at := row
		if times.Const || nulls.Const {
			at = 0
		}
		if nulls.Null(row) || values[at] > t.before {
			continue
		}
		t.text = t.encode.AppendRow(t.text[:0], b, row)
		t.found = append(t.found, LateRow{Operator: t.of.Operator, Name: t.of.Name, Time: values[at], Watermark: t.before,
			Row: string(t.text), task: t.task.Number, place: t.place})
		t.place++
	}
	if len(t.found) > 0 {
		t.into.add(t.found)
	}
	return b, nil
}
