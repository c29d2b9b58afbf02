package file

import (
	"context"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file/parquet"
)

const (
	// estimateFiles is how many files are asked; the others are taken to be alike.
	estimateFiles = 8
	// bytesPerRow is what a row of a text format is taken for.
	bytesPerRow = 100
)

// Estimate asks the footers of a few files, or goes by the files' sizes.
func (t *Table) Estimate(ctx context.Context) (connector.Estimate, error) {
	var total int64
	for _, f := range t.files {
		total += f.size
	}
	d, isParquet := t.content.decoder.(parquetDecoder)
	if !isParquet {
		return connector.Estimate{Rows: total / bytesPerRow}, nil
	}
	out := connector.Estimate{Bounds: make(map[string][2]int64), Distinct: make(map[string]int64)}
	var asked int64
	step := max(1, (len(t.files)+estimateFiles-1)/estimateFiles)
	for i := 0; i < len(t.files); i += step {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if t.files[i].size == 0 {
			continue
		}
		if err := t.ask(t.files[i], d.pool, &out, asked == 0); err != nil {
			return out, err
		}
		asked += t.files[i].size
	}
	if asked > 0 {
		out.Rows = int64(float64(out.Rows) * float64(total) / float64(asked))
	}
	for name, b := range out.Bounds {
		if width := b[1] - b[0]; width >= 0 && width < out.Rows {
			out.Distinct[name] = width + 1
		}
	}
	return out, nil
}

// ask adds what the footer of a file says.
func (t *Table) ask(f found, pool *parquet.Pool, out *connector.Estimate, first bool) error {
	r, err := t.content.fs.Open(f.path)
	if err != nil {
		return unreadable(f.path, err)
	}
	open, err := parquet.Open(f.path, r, pool)
	if err != nil {
		return err
	}
	out.Rows += open.Rows()
	ranges := open.Ranges()
	for name, b := range ranges {
		if have, known := out.Bounds[name]; known {
			out.Bounds[name] = [2]int64{min(have[0], b[0]), max(have[1], b[1])}
		} else if first {
			out.Bounds[name] = b
		}
	}
	for name := range out.Bounds {
		if _, known := ranges[name]; !known {
			delete(out.Bounds, name)
		}
	}
	return open.Close()
}

var _ connector.Estimated = (*Table)(nil)
