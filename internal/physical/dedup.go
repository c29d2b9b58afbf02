package physical

import (
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/plan"
)

// deduplicate brings the rows of each key to one partition, where the first of
// them passes. The keys of a stream are state.
func (b *builder) deduplicate(n *plan.Deduplicate, s *stage) (factory, error) {
	keys := make([]*expr.Ref, len(n.Keys))
	for i, k := range n.Keys {
		keys[i] = expr.Named(k)
	}
	columns := n.Input.Output()
	partitions := min(b.Workers, keytable.ShardCount)
	if len(keys) == 0 {
		partitions = 1
	}
	below := &stage{}
	rows, err := b.node(n.Input, below)
	if err != nil {
		return nil, err
	}
	if !plan.Streaming(n) {
		return b.staticDeduplicate(n, s, shuffled{stage: below, rows: rows, columns: columns, keys: n.Keys}, partitions)
	}
	d, err := dedupOf(n, columns, keys)
	if err != nil {
		return nil, err
	}
	input := shuffled{stage: below, rows: rows, columns: columns, keys: d.ExchangeKeys()}
	return b.partitioned(n, s, partitions, []shuffled{input}, func(readers []factory) (factory, error) {
		spec := d.Spec()
		op := b.stateful(spec.Name, n, spec)
		return over(readers[0], func(in exec.Operator, partition int) (exec.Operator, error) {
			seen := d.Values()
			table, err := b.openState(op, 0, partition, partitions, seen)
			if err != nil {
				return nil, err
			}
			part := keyed.NewDeduplicate(op.Number, in, d, table, seen)
			op.Parts = append(op.Parts, part)
			return part, nil
		}), nil
	})
}

func dedupOf(n *plan.Deduplicate, columns, keys []*expr.Ref) (*keyed.Dedup, error) {
	if !n.WithinWatermark {
		return keyed.NewDedup(columns, keys)
	}
	for _, c := range columns {
		if c.Watermark >= 0 {
			return keyed.NewDedupWithin(columns, keys, c.Watermark)
		}
	}
	return nil, fault.New(fault.NotSupportedStreaming, "dropDuplicatesWithinWatermark is not supported on streaming "+
		"DataFrames/DataSets without watermark").Locate(n.At)
}

func (b *builder) staticDeduplicate(n *plan.Deduplicate, s *stage, in shuffled, partitions int) (factory, error) {
	rows, err := b.exchange(in.stage, in.rows, in.columns, in.keys, partitions, s)
	if err != nil {
		return nil, err
	}
	return over(rows, func(op exec.Operator, _ int) (exec.Operator, error) {
		keys, err := b.compiler(in.columns).CompileAll(n.Keys)
		if err != nil {
			return nil, err
		}
		return exec.NewDeduplicate(op, keys), nil
	}), nil
}
