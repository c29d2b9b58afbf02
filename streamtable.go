package weir

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/frames"
	"github.com/weirstream/weir/internal/plan"
)

// ToTable starts the query into a table of the catalog (S66). One that is not there is
// created, with the format, the option path, the partitions and the schema of the
// query; one that is there keeps what it is, and Format and PartitionBy, where they are
// given, must say the same. Rows of a batch appear in the table when the batch is
// committed. A temporary view is refused.
//
//	q, err := counts.WriteStream().PartitionBy("day").
//		Option("checkpointLocation", "/checkpoints/clicks").ToTable(ctx, "clicks")
func (w *StreamWriter) ToTable(ctx context.Context, table string) (*Query, error) {
	if w.frame.err != nil {
		return nil, w.frame.err
	}
	name, err := tableParts(table)
	if err != nil {
		return nil, err
	}
	s := w.frame.session
	if slices.ContainsFunc(s.catalog.temporary(), func(v string) bool { return strings.EqualFold(v, table) }) {
		return nil, fault.New(fault.UnsupportedFeature, "toTable: %s is a temporary view, into which a stream cannot write; name a table", table)
	}
	d, err := s.tables.Find(name)
	if err != nil {
		return nil, err
	}
	created := d == nil
	if created {
		if d, err = w.createTable(ctx, name); err != nil {
			return nil, err
		}
	}
	into := *w
	if w.format != "" && !strings.EqualFold(w.format, d.Provider) {
		return nil, fault.New(fault.TableFormatDiffers, "the table %s holds %s and not %s; leave Format out", d.Name, d.Provider, w.format).
			With("tableName", d.Name)
	}
	if len(w.partitionBy) > 0 && !slices.EqualFunc(w.partitionBy, d.PartitionBy, strings.EqualFold) {
		return nil, fault.New(fault.TablePartitionsDiffer, "the table %s is partitioned by %v, and PartitionBy says %v", d.Name,
			d.PartitionBy, w.partitionBy).With("tableName", d.Name)
	}
	into.format, into.partitionBy, into.options = d.Provider, d.PartitionBy, maps.Clone(w.options)
	for k, v := range d.Options {
		if _, given := into.options[k]; !given {
			into.options[k] = v
		}
	}
	q, err := into.Start(ctx, d.Location)
	if err != nil && created {
		if _, dropped := s.dropTable(name); dropped != nil {
			err = fmt.Errorf("%w; the table %s, which it created, could not be dropped: %w", err, table, dropped)
		}
	}
	return q, err
}

// createTable makes the table that the query writes into.
func (w *StreamWriter) createTable(ctx context.Context, name []string) (*tableDefinition, error) {
	s := w.frame.session
	streaming, err := w.frame.IsStreaming(ctx)
	if err != nil {
		return nil, err
	}
	if !streaming {
		return nil, fault.New(fault.WriteStreamNotAllowed, "the query has no streaming source; use Write, or read a source with ReadStream")
	}
	schema, err := w.frame.Schema(ctx)
	if err = errors.Join(err, frames.CheckClusters(w.clusterBy, w.partitionBy, schema.Names())); err != nil {
		return nil, err
	}
	options := make(map[string]string)
	for k, v := range w.options {
		if !strings.EqualFold(k, "checkpointLocation") {
			options[k] = v
		}
	}
	err = s.createTable(ctx, &plan.CreateTable{Origin: plan.Origin{Site: callSite()}, Name: name, Using: w.format,
		PartitionBy: w.partitionBy, Options: options, Schema: &schema})
	if err != nil {
		return nil, err
	}
	return s.tables.Find(name)
}
