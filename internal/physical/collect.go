package physical

import (
	"context"
	"io"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/types"
)

// Collect runs one batch, as [Program.Run] does, and keeps its rows, whose columns are
// of the given types: a store for each part of the result, nil for one without rows.
// What was kept by then stands beside an error.
func (p *Program) Collect(ctx context.Context, run *exec.Run, columns []types.Type) ([]*exec.Store, error) {
	var mu sync.Mutex
	var parts []*exec.Store
	err := p.Run(ctx, run, func(ctx context.Context, part int, rows connector.Reader) error {
		store := exec.NewStore(columns)
		for {
			b, err := rows.Next(ctx)
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			store.Add(b.Columns, b.Rows, b.Sel)
		}
		mu.Lock()
		defer mu.Unlock()
		for len(parts) <= part {
			parts = append(parts, nil)
		}
		parts[part] = store
		return nil
	})
	return parts, err
}
