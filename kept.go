package weir

import (
	"context"
	"sync"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/frames"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// keptFrames are the DataFrames whose rows are kept, by the node at their top:
// whatever is built on one reads the rows.
type keptFrames struct {
	mu     sync.Mutex
	byNode map[plan.Node]*keptFrame
}

type keptFrame struct {
	mu     sync.Mutex
	rows   *plan.LocalRelation // nil until they are computed
	stream bool                // it has no rows to keep
}

func (k *keptFrames) find(n plan.Node) *keptFrame {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.byNode[n]
}

// Cache keeps the rows of a table in memory once an action has computed them; other
// actions, of this DataFrame and those built on it, read them there. A stream has
// none to keep (S43). The result is the DataFrame itself.
func (d *DataFrame) Cache() *DataFrame {
	k := &d.session.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.node == nil || k.byNode[d.node] != nil {
		return d
	}
	if k.byNode == nil {
		k.byNode = make(map[plan.Node]*keptFrame)
	}
	k.byNode[d.node] = &keptFrame{}
	return d
}

// Persist is [DataFrame.Cache]: there is one storage level, memory.
func (d *DataFrame) Persist() *DataFrame { return d.Cache() }

// Unpersist forgets the rows that [DataFrame.Cache] keeps. The result is the DataFrame
// itself.
func (d *DataFrame) Unpersist() *DataFrame {
	k := &d.session.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.byNode, d.node)
	return d
}

// IsCached reports whether the rows are kept, or will be once they are computed.
func (d *DataFrame) IsCached() bool { return d.session.kept.find(d.node) != nil }

// ClearCache forgets all rows that are kept.
func (s *Session) ClearCache() {
	s.kept.mu.Lock()
	defer s.kept.mu.Unlock()
	s.kept.byNode = nil
}

// LocalCheckpoint computes the rows now and gives a DataFrame of them that has
// forgotten where they came from.
func (d *DataFrame) LocalCheckpoint(ctx context.Context) (*DataFrame, error) {
	r, err := d.run(ctx)
	if err != nil {
		return nil, err
	}
	out := d.session.literalFrame(r)
	out.node.(*plan.LocalRelation).PlanID = d.session.planIDs.Add(1)
	return out, nil
}

// computing marks a context in which the rows of a node are being computed.
type computing struct{ node plan.Node }

// runs marks a context in which a plan is resolved to be run, not only looked at.
type runs struct{}

// settle gives what a node stands for before it is resolved: the rows that are kept
// of it, or another node whose shape depends on rows that it computes.
func (s *Session) settle(ctx context.Context, n plan.Node) (plan.Node, error) {
	if k := s.kept.find(n); k != nil && ctx.Value(runs{}) != nil && ctx.Value(computing{n}) == nil {
		return s.keep(context.WithValue(ctx, computing{n}, true), k, n)
	}
	return frames.Settle(ctx, settling{s}, n)
}

// settling computes rows for package frames.
type settling struct{ *Session }

// Rows computes a plan.
func (s settling) Rows(ctx context.Context, n plan.Node) (types.Schema, []*batch.Batch, error) {
	r, err := s.frame(n, nil).run(ctx)
	if err != nil {
		return types.Schema{}, nil, err
	}
	return r.schema, r.batches(), nil
}

// SchemaOf is what the rows of a plan look like.
func (s settling) SchemaOf(ctx context.Context, n plan.Node) (types.Schema, error) {
	return s.frame(n, nil).Schema(ctx)
}

// keep gives the rows kept, computed where nobody has.
func (s *Session) keep(ctx context.Context, k *keptFrame, n plan.Node) (plan.Node, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stream {
		return n, nil
	}
	if k.rows == nil {
		resolved, err := s.frame(n, nil).resolved(ctx)
		if err != nil {
			return nil, err
		}
		if k.stream = plan.Streaming(resolved); k.stream {
			return n, nil
		}
		r, err := s.frame(n, nil).run(ctx)
		if err != nil {
			return nil, err
		}
		k.rows = s.literalFrame(r).node.(*plan.LocalRelation)
	}
	return k.rows, nil
}
