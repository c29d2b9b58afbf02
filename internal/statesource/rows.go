package statesource

import (
	"context"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// Rows is the format statestore: the rows of one store as a batch left them, or
// what batches changed (S180, S182).
type Rows struct {
	// FS is where checkpoints lie.
	FS vfs.FS
}

// Name implements [connector.Format].
func (Rows) Name() string { return "statestore" }

// options are those of the format.
type options struct {
	dir, store, side string
	batch, operator  int64
	feed             bool
	first, last      int64
	// of one partition, -1 for all, as it is built from a batch on
	partition, snapshot int64
	// of an operator with variables
	variable        string
	timers, flatten bool
}

func parse(s connector.SourceSpec) (options, error) {
	p := s.Options.Parse("statestore")
	o := options{dir: pathOf(p, s), store: p.Text("storeName", defaultStore), side: p.Choice("joinSide", "none", "left", "right"),
		batch: p.Int("batchId", -1, 0), operator: p.Int("operatorId", 0, 0), feed: p.Bool("readChangeFeed", false),
		first: p.Int("changeStartBatchId", -1, 0), last: p.Int("changeEndBatchId", -1, 0)}
	o.partition, o.snapshot = p.Int("snapshotPartitionId", -1, 0), p.Int("snapshotStartBatchId", -1, 0)
	o.variable, o.timers, o.flatten = p.Text("stateVarName", ""), p.Bool(timersName, false), p.Bool("flattenCollectionTypes", true)
	if (o.partition < 0) != (o.snapshot < 0) {
		p.Fail("snapshotPartitionId", "and snapshotStartBatchId stand together or not at all")
	}
	if o.timers && o.variable != "" {
		p.Fail("stateVarName", "cannot stand beside "+timersName)
	}
	if o.feed && o.first < 0 {
		p.Fail("changeStartBatchId", "is required with readChangeFeed")
	}
	if o.feed && o.batch >= 0 {
		p.Fail("batchId", "cannot stand beside readChangeFeed")
	}
	if !o.feed && (o.first >= 0 || o.last >= 0) {
		p.Fail("readChangeFeed", "must be true where changeStartBatchId or changeEndBatchId stands")
	}
	return o, p.Err()
}

// OpenTable implements [connector.TableFormat].
func (r Rows) OpenTable(_ context.Context, s connector.SourceSpec) (connector.Table, error) {
	o, err := parse(s)
	if err != nil {
		return nil, err
	}
	f, err := find(r.FS, o.dir)
	if err != nil {
		return nil, err
	}
	t, err := f.choose(&o)
	if err != nil {
		return nil, err
	}
	reading, spec, err := f.open(t)
	if err != nil {
		return nil, err
	}
	if o.feed {
		return changes(&o, f, reading, &spec)
	}
	if err := o.version(f, reading); err != nil {
		return nil, err
	}
	switch name := f.operators[o.operator].name; {
	case name == cells.TransformName && o.store == defaultStore, name == cells.GroupName && o.store == defaultStore:
		return variables(&o, f)
	case o.variable != "" || o.timers:
		return nil, fault.New(fault.StateOptionValue, "operator %d (%s) has no variables and no timers; leave stateVarName and %s out", o.operator, name, timersName).
			With("optionName", "stateVarName")
	}
	return rows(&o, reading, &spec)
}

// choose finds the store that the options name.
func (f *found) choose(o *options) (table, error) {
	if o.operator >= int64(len(f.operators)) {
		return table{}, fault.New(fault.IllegalArgument, "the checkpoint %s has %d operators with state, counted from 0; operatorId is %d",
			f.dir, len(f.operators), o.operator)
	}
	op := f.operators[o.operator]
	want := strings.ToLower(o.store)
	if o.side != "none" {
		want = o.side
	}
	for _, t := range op.tables {
		if t.store == want {
			return t, nil
		}
	}
	var stores []string
	for _, t := range op.tables {
		stores = append(stores, t.store)
	}
	return table{}, fault.New(fault.IllegalArgument, "operator %d (%s) has the stores %s, and not %s; of a join choose one with joinSide",
		o.operator, op.name, strings.Join(stores, ", "), want)
}

// within refuses a batch that cannot be read.
func (f *found) within(r *memstore.Reading, name string, batch int64) error {
	last := f.state.Committed()
	first := int64(r.Oldest(state.Version(last+1))) - 1
	if batch > last || batch < first {
		return fault.New(fault.IllegalArgument, "statestore: %s is %d; the checkpoint %s has the state of batches %d to %d",
			name, batch, f.dir, max(first, 0), last)
	}
	return nil
}

// keyAndValue are the fields of a row of state.
func keyAndValue(spec *state.Spec) (key, value types.Field) {
	return types.Field{Name: "key", Type: types.StructOf(spec.Keys...), Nullable: true},
		types.Field{Name: "value", Type: types.StructOf(spec.Values...), Nullable: true}
}

// rows reads the state that a batch left.
func rows(o *options, r *memstore.Reading, spec *state.Spec) (connector.Table, error) {
	key, value := keyAndValue(spec)
	out := newPile(key, value, partitionField)
	return out, o.each(r, func(partition int, keys, values []*batch.Column, n int) error {
		columns := out.next(n)
		out.row(columns[0], n, notNil(keys))
		out.row(columns[1], n, notNil(values))
		numbers(columns[2], n, int32(partition))
		return nil
	})
}

// version checks the batch and the partition that are asked for.
func (o *options) version(f *found, r *memstore.Reading) error {
	if o.batch < 0 {
		o.batch = f.state.Committed()
	}
	if err := f.within(r, "batchId", o.batch); err != nil {
		return err
	}
	if o.partition < 0 {
		return nil
	}
	if err := f.within(r, "snapshotStartBatchId", o.snapshot); err != nil {
		return err
	}
	if o.snapshot > o.batch {
		return fault.New(fault.StateOptionValue, "statestore: snapshotStartBatchId is %d, behind batchId, which is %d", o.snapshot, o.batch).
			With("optionName", "snapshotStartBatchId")
	}
	if n := len(r.Partitions(state.Version(o.batch + 1))); o.partition >= int64(n) {
		return fault.New(fault.StateOptionValue, "statestore: snapshotPartitionId is %d; batch %d has partitions 0 to %d", o.partition, o.batch, n-1).
			With("optionName", "snapshotPartitionId")
	}
	return nil
}

// notNil is a list that is not nil: there may be no key columns, or no values.
func notNil(columns []*batch.Column) []*batch.Column {
	if columns == nil {
		return []*batch.Column{}
	}
	return columns
}

// changes reads what batches changed.
func changes(o *options, f *found, r *memstore.Reading, spec *state.Spec) (connector.Table, error) {
	if o.last < 0 {
		o.last = f.state.Committed()
	}
	if err := f.within(r, "changeStartBatchId", o.first); err != nil {
		return nil, err
	}
	if err := f.within(r, "changeEndBatchId", o.last); err != nil {
		return nil, err
	}
	key, value := keyAndValue(spec)
	out := newPile(types.Field{Name: "batch_id", Type: types.Of(types.Long)}, types.Field{Name: "change_type", Type: types.Of(types.String)},
		key, value, partitionField)
	for id := o.first; id <= o.last; id++ {
		err := r.Changes(state.Version(id+1), func(partition int, keys, values []*batch.Column, n int) error {
			columns := out.next(n)
			numbers(columns[0], n, id)
			change := "update"
			if values == nil {
				change = "delete"
			}
			texts(columns[1], n, change)
			out.row(columns[2], n, notNil(keys))
			out.row(columns[3], n, values)
			numbers(columns[4], n, int32(partition))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
