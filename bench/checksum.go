package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/zeebo/xxh3"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/celltext"
)

// checksum is a sink, and the format "checksum", that adds up the hashes of rows:
// equal results have equal sums in whatever order and parts their rows come.
type checksum struct {
	mu   sync.Mutex
	sum  uint64
	rows int64
}

// Name is checksum.
func (c *checksum) Name() string { return "checksum" }

// OpenSink gives c itself: it is used for one query.
func (c *checksum) OpenSink(context.Context, connector.SinkSpec) (connector.Sink, error) {
	return c, nil
}

type partSum struct {
	sum  uint64
	rows int64
}

// Write adds up the rows of a part. A cell is hashed with its place, as text.
func (c *checksum) Write(ctx context.Context, _ connector.BatchID, _ int, r connector.Reader) (connector.Message, error) {
	var p partSum
	var cell []byte
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Len() {
			row, hash := b.Row(i), uint64(0)
			for k, column := range b.Columns {
				cell = cell[:0]
				if !column.Null(row) {
					cell = celltext.Append(append(cell, 1), column, row, time.UTC)
				}
				hash = xxh3.HashSeed(cell, hash+uint64(k))
			}
			p.sum += hash
		}
		p.rows += int64(b.Len())
	}
}

// Commit counts the parts.
func (c *checksum) Commit(_ context.Context, _ connector.BatchID, m []connector.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, part := range m {
		if p, ok := part.(partSum); ok {
			c.sum += p.sum
			c.rows += p.rows
		}
	}
	return nil
}

// Abort does nothing.
func (c *checksum) Abort(context.Context, connector.BatchID, []connector.Message) error { return nil }

// String is the sum.
func (c *checksum) String() string { return fmt.Sprintf("%016x", c.sum) }
