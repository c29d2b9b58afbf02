package exec

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// threeNumbers gives the numbers 0 to 2, a batch each, in columns n and s.n, or fails
// after them.
type threeNumbers struct {
	at     int
	fails  error
	open   *int
	column *batch.Column
}

func (r *threeNumbers) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	*r.open++
	r.column = batch.NewColumn(types.Of(types.Long), 0)
	return r, nil
}

func (r *threeNumbers) Next(context.Context) (*batch.Batch, error) {
	if r.at == 3 {
		if r.fails != nil {
			return nil, r.fails
		}
		return nil, io.EOF
	}
	r.column.Resize(1)
	batch.Values[int64](r.column)[0] = int64(r.at)
	r.at++
	nested := batch.NewColumn(types.StructOf(types.Field{Name: "x", Type: types.Of(types.Long)}, types.Field{Name: "y", Type: types.Of(types.Long)}), 0)
	nested.ShareFields(&batch.Column{Type: nested.Type, Children: []*batch.Column{r.column, r.column}}, []int{0, 1})
	nested.ShareStruct(1, nil)
	return &batch.Batch{Columns: []*batch.Column{r.column, nested}, Rows: 1}, nil
}

func (r *threeNumbers) Close() error { *r.open--; return nil }

// Chains over a shared scan see every batch, in turns, whether they read to the end,
// stop before, or fail; and the reader is closed.
func TestSharedScan(t *testing.T) {
	broken := errors.New("broken")
	all := func(s *Scan, log *strings.Builder, name string) error {
		for {
			b, err := s.Next(t.Context())
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			c := b.Columns[0]
			if len(c.Children) > 0 {
				c = c.Children[0]
			}
			log.WriteString(name + string(rune('0'+batch.Values[int64](c)[0])) + " ")
		}
	}
	for _, test := range []struct {
		name, want, fails string
		reader            error
		second            func(s *Scan, log *strings.Builder) error
	}{
		{name: "both", want: "a0 b0 a1 b1 a2 b2 ", second: func(s *Scan, log *strings.Builder) error { return all(s, log, "b") }},
		{name: "one reads nothing", want: "a0 a1 a2 ", second: func(*Scan, *strings.Builder) error { return nil }},
		{name: "one stops", want: "a0 b a1 a2 ", second: func(s *Scan, log *strings.Builder) error {
			_, err := s.Next(t.Context())
			log.WriteString("b ")
			return err
		}},
		{name: "one fails", want: "a0 ", fails: "broken", second: func(s *Scan, _ *strings.Builder) error {
			if _, err := s.Next(t.Context()); err != nil {
				return err
			}
			return broken
		}},
		{name: "one panics", want: "a0 ", fails: "panic: oh", second: func(s *Scan, _ *strings.Builder) error {
			if _, err := s.Next(t.Context()); err != nil {
				return err
			}
			panic("oh")
		}},
		{name: "the reader fails", want: "a0 b0 a1 b1 a2 b2 ", reader: broken, fails: "read part 7: broken",
			second: func(s *Scan, log *strings.Builder) error { return all(s, log, "b") }},
	} {
		var log strings.Builder
		opened := 0
		from := &threeNumbers{fails: test.reader, open: &opened}
		schema := types.Schema{Fields: []types.Field{{Name: "n", Type: types.Of(types.Long)},
			{Name: "s", Type: types.StructOf(types.Field{Name: "x", Type: types.Of(types.Long)}, types.Field{Name: "y", Type: types.Of(types.Long)})}}}
		shared := SharedScan{From: from, Split: connector.Split{Label: "part 7"}, Scan: connector.Scan{Schema: schema}}
		for i, run := range []func(s *Scan) error{
			func(s *Scan) error { return all(s, &log, "a") },
			func(s *Scan) error { return test.second(s, &log) },
		} {
			in := &Input{}
			in.Set(from, []connector.Split{{Label: "part 7"}})
			s := NewScan(in, connector.Scan{})
			if err := s.Open(&Task{}); err != nil {
				t.Fatal(err)
			}
			columns := []SharedColumn{{Place: 0}}
			if i == 1 {
				columns = []SharedColumn{{Place: 1, Fields: []int{1}}}
			}
			shared.Branches = append(shared.Branches, SharedBranch{Scan: s, Columns: columns, Run: func() error { return run(s) }})
		}
		err := shared.Run(t.Context())
		if log.String() != test.want || opened != 0 {
			t.Errorf("%s: %s, want %s; %d open", test.name, log.String(), test.want, opened)
		}
		if (err != nil) != (test.fails != "") || err != nil && !strings.HasPrefix(err.Error(), test.fails) {
			t.Errorf("%s: %v, want %q", test.name, err, test.fails)
		}
	}
}
