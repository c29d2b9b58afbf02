package connect

import (
	"context"

	"github.com/weirstream/weir/internal/sparkpb"
)

// saveModes are the modes of a write by their numbers.
var saveModes = [...]string{
	sparkpb.SaveModeUnspecified: "", sparkpb.SaveModeAppend: "append", sparkpb.SaveModeOverwrite: "overwrite",
	sparkpb.SaveModeErrorIfExists: "errorifexists", sparkpb.SaveModeIgnore: "ignore",
}

// write writes the rows of a relation to files or into a table.
func (r *reply) write(ctx context.Context, k *sparkpb.WriteOperation) error {
	n, err := r.c.decode(k.Input)
	if err != nil {
		return err
	}
	w := r.c.weir.Plan(n).Write().Options(k.Options)
	if k.Source != nil && *k.Source != "" {
		w = w.Format(*k.Source)
	}
	if k.Mode >= 0 && int(k.Mode) < len(saveModes) {
		w = w.Mode(saveModes[k.Mode])
	}
	if len(k.PartitioningColumns) > 0 {
		w = w.PartitionBy(k.PartitioningColumns...)
	}
	if k.BucketBy != nil {
		w = w.BucketBy(int(k.BucketBy.NumBuckets), k.BucketBy.BucketColumnNames...)
	}
	if len(k.SortColumnNames) > 0 {
		w = w.SortBy(k.SortColumnNames...)
	}
	switch {
	case k.Table != nil && k.Table.SaveMethod == sparkpb.SaveMethodInsertInto:
		return w.InsertInto(ctx, k.Table.TableName)
	case k.Table != nil:
		return w.SaveAsTable(ctx, k.Table.TableName)
	case k.Path != nil:
		return w.Save(ctx, *k.Path)
	}
	return w.Save(ctx)
}
