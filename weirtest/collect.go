package weirtest

import (
	"context"
	"slices"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/rowvalue"
)

// Collect is the result of a DataFrame without streams in the form of
// [Query.Rows]: sorted rows of values cast to strings. So what a query gives as a
// stream can be compared with what it gives over all rows as a table.
func Collect(ctx context.Context, d *weir.DataFrame) ([]string, error) {
	schema, err := d.Schema(ctx)
	if err != nil {
		return nil, err
	}
	result, err := d.Collect(ctx)
	if err != nil {
		return nil, err
	}
	list := make([][]any, len(result))
	for i, r := range result {
		list[i] = r
	}
	b, err := rowvalue.Batch(schema, list)
	if err != nil {
		return nil, err
	}
	rows := []string{}
	for i := range b.Len() {
		rows = append(rows, text(b, i))
	}
	slices.Sort(rows)
	return rows, nil
}
