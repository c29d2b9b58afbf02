package weir

import (
	"context"
	"errors"
	"sync"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/rowvalue"
)

// Observation takes the metrics of one [DataFrame.Observe] of a table.
type Observation struct {
	name string
	once sync.Once
	done chan struct{}

	mu    sync.Mutex
	names []string
	row   Row
}

// NewObservation is an observation that has seen nothing yet. Without a name it is
// called observation.
func NewObservation(name string) *Observation {
	if name == "" {
		name = "observation"
	}
	return &Observation{name: name, done: make(chan struct{})}
}

// Name is the observation's name.
func (o *Observation) Name() string { return o.name }

// Get waits for the first action that runs the DataFrame observed and gives the metrics
// by their names.
func (o *Observation) Get(ctx context.Context) (map[string]any, error) {
	select {
	case <-o.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	all := make(map[string]any, len(o.row))
	for i, name := range o.names {
		all[name] = o.row[i]
	}
	return all, nil
}

// Observe computes aggregate functions of the rows that pass here, beside what becomes
// of them (S42). Of a table the [Observation] gives them once an action has run; of a
// stream they stand in the progress of each batch, by the observation's name. What
// passes is what is read: a Limit above may end it early.
func (d *DataFrame) Observe(o *Observation, metrics ...functions.Column) *DataFrame {
	return d.then(func(in plan.Node, origin plan.Origin) (plan.Node, error) {
		list := make([]any, len(metrics))
		for i, m := range metrics {
			list[i] = m
		}
		exprs, err := columns(list)
		if o == nil {
			return nil, errors.Join(err, errors.New("Observe needs an observation, see NewObservation"))
		}
		n := &plan.Observe{Origin: origin, Input: in, Name: o.name, Metrics: exprs}
		n.Tell = func(row []any) {
			o.once.Do(func() {
				o.mu.Lock()
				defer o.mu.Unlock()
				o.row = row
				close(o.done)
			})
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.names = nil
		for _, e := range exprs {
			name := e.String()
			if a, ok := e.(*expr.Alias); ok {
				name = a.Names[0]
			}
			o.names = append(o.names, name)
		}
		return n, err
	})
}

// observations hands the metrics of a run to those who asked for them.
func observations(p *physical.Program) error {
	for _, o := range p.Observations {
		if o.Node.Tell == nil {
			continue
		}
		b, err := o.Row()
		if err != nil {
			return err
		}
		o.Node.Tell(rowvalue.Rows(b)[0])
	}
	return nil
}
