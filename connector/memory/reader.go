package memory

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

func splitOf(label string, p pile) connector.Split {
	return connector.Split{Label: label, Rows: p.rows(), Bytes: -1, Part: p}
}

// read lends the batches of a pile, without copying them.
func read(schema types.Schema, split connector.Split, scan connector.Scan) (connector.Reader, error) {
	r := &reader{rest: split.Part.(pile), want: scan.Schema.Fields}
	for _, f := range scan.Schema.Fields {
		i := schema.Index(f.Name)
		if i < 0 {
			return nil, fmt.Errorf("memory: no column %s; there are %s", f.Name, strings.Join(schema.Names(), ", "))
		}
		r.columns = append(r.columns, i)
	}
	r.out.Columns = make([]*batch.Column, len(r.columns))
	return r, nil
}

// prune is c without the fields that t does not have.
func prune(c *batch.Column, t types.Type) (*batch.Column, error) {
	if len(c.Children) == 0 || c.Type.Equal(t) {
		return c, nil
	}
	p := *c
	p.Type, p.Children = t, nil
	switch t.Kind {
	case types.Struct:
		for _, f := range t.Fields {
			i := types.Schema{Fields: c.Type.Fields}.Index(f.Name)
			if i < 0 {
				return nil, fmt.Errorf("no field %s", f.Name)
			}
			child, err := prune(c.Children[i], f.Type)
			if err != nil {
				return nil, err
			}
			p.Children = append(p.Children, child)
		}
	case types.Array, types.Map:
		inner := []*types.Type{t.Elem}
		if t.Kind == types.Map {
			inner = []*types.Type{t.Key, t.Elem}
		}
		for i, e := range inner {
			child, err := prune(c.Children[i], *e)
			if err != nil {
				return nil, err
			}
			p.Children = append(p.Children, child)
		}
	}
	return &p, nil
}

// reader lends the columns of one batch after the other.
type reader struct {
	rest    pile
	want    []types.Field
	columns []int // the place of each in the pile's batches
	out     batch.Batch
}

func (r *reader) Next(context.Context) (*batch.Batch, error) {
	if len(r.rest) == 0 {
		return nil, io.EOF
	}
	from := r.rest[0]
	r.rest = r.rest[1:]
	for k, i := range r.columns {
		c, err := prune(from.Columns[i], r.want[k].Type)
		if err != nil {
			return nil, fmt.Errorf("memory: column %s: %w", r.want[k].Name, err)
		}
		r.out.Columns[k] = c
	}
	r.out.Rows, r.out.Sel = from.Rows, nil
	return &r.out, nil
}

func (r *reader) Close() error { return nil }
