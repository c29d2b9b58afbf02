package statesource

import (
	"context"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// Operators is the format state-metadata: a row for each store of each operator
// that keeps state (S184).
type Operators struct {
	// FS is where checkpoints lie.
	FS vfs.FS
}

// Name implements [connector.Format].
func (Operators) Name() string { return "state-metadata" }

// OpenTable implements [connector.TableFormat].
func (o Operators) OpenTable(_ context.Context, s connector.SourceSpec) (connector.Table, error) {
	p := s.Options.Parse("state-metadata")
	dir := pathOf(p, s)
	if err := p.Err(); err != nil {
		return nil, err
	}
	f, err := find(o.FS, dir)
	if err != nil {
		return nil, err
	}
	long, number, text := types.Of(types.Long), types.Of(types.Int), types.Of(types.String)
	out := newPile(types.Field{Name: "operatorId", Type: long}, types.Field{Name: "operatorName", Type: text},
		types.Field{Name: "stateStoreName", Type: text}, types.Field{Name: "numPartitions", Type: number},
		types.Field{Name: "minBatchId", Type: long}, types.Field{Name: "maxBatchId", Type: long})
	last := f.state.Committed()
	for id, operator := range f.operators {
		for _, t := range operator.tables {
			r, _, err := f.open(t)
			if err != nil {
				return nil, err
			}
			version := state.Version(last + 1)
			columns := out.next(1)
			numbers(columns[0], 1, int64(id))
			texts(columns[1], 1, operator.name)
			texts(columns[2], 1, t.store)
			numbers(columns[3], 1, int32(len(r.Partitions(version))))
			numbers(columns[4], 1, max(int64(r.Oldest(version))-1, 0))
			numbers(columns[5], 1, last)
		}
	}
	return out, nil
}
