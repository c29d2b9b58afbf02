package rate

import (
	"context"
	"fmt"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
)

// numbers are the rows of a split: the values [from, to) and the time of each, in
// microseconds.
type numbers struct {
	from, to int64
	at       func(n int64) int64
}

// largestSplit is how many rows a split has where numPartitions is not given.
const largestSplit = 1 << 18

// splits cuts [start, end) into so many runs, or, for zero, into runs of
// largestSplit.
func splits(start, end, partitions int64, at func(int64) int64) []connector.Split {
	if partitions == 0 {
		partitions = (end - start + largestSplit - 1) / largestSplit
	}
	var list []connector.Split
	for i := range partitions {
		n := numbers{start + share(end-start, i, partitions), start + share(end-start, i+1, partitions), at}
		if n.to > n.from {
			list = append(list, connector.Split{Label: fmt.Sprintf("values %d to %d", n.from, n.to-1), Rows: n.to - n.from,
				Bytes: -1, Part: n})
		}
	}
	return list
}

// share is n*i/parts without overflow.
func share(n, i, parts int64) int64 { return n/parts*i + n%parts*i/parts }

func open(split connector.Split, scan connector.Scan) *reader {
	r := &reader{rest: split.Part.(numbers), out: batch.New(scan.Schema)}
	for _, f := range scan.Schema.Fields {
		r.values = append(r.values, f.Name == "value")
	}
	return r
}

type reader struct {
	rest   numbers
	out    *batch.Batch
	values []bool // by column: value, or timestamp
}

func (r *reader) Next(context.Context) (*batch.Batch, error) {
	r.out.Poison()
	n := min(r.rest.to-r.rest.from, batch.Size)
	if n <= 0 {
		return nil, io.EOF
	}
	r.out.Resize(int(n))
	for k, value := range r.values {
		cells := batch.Values[int64](r.out.Columns[k])
		for i := range cells {
			if value {
				cells[i] = r.rest.from + int64(i)
			} else {
				cells[i] = r.rest.at(r.rest.from + int64(i))
			}
		}
	}
	r.rest.from += n
	return r.out, nil
}

func (r *reader) Close() error { return nil }
