package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/weirstream/weir/bench/gen"
	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/memory"
	"github.com/weirstream/weir/types"
)

// replay is a stream of column batches that lie in memory and are lent as often
// as wanted: what the engine costs without any decoding. An offset is the number
// of parts up to there. It is the format "replay", too.
//
//	memory.Table: part 0 … part n-1 ─▶ 0 1 … n-1 0 1 … up to the wanted number
type replay struct {
	table  *memory.Table
	splits []connector.Split
	parts  int64 // of the whole stream
	take   int64 // parts in a batch
}

// replayRows is how many records a part has.
const replayRows = 62_500

// newReplay keeps the first held records of a generator as columns and gives
// records of them, perBatch a batch, again and again.
func newReplay(ctx context.Context, g gen.Generator, held, records, perBatch int64) (*replay, error) {
	t := memory.NewTable(g.Schema(), connector.Append)
	var messages []connector.Message
	for from := int64(0); from < held; from += replayRows {
		m, err := t.Write(ctx, connector.BatchID{}, len(messages), &generated{g, from, min(from+replayRows, held)})
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	if err := t.Commit(ctx, connector.BatchID{}, messages); err != nil {
		return nil, err
	}
	splits, err := t.Plan(ctx)
	return &replay{t, splits, (records + replayRows - 1) / replayRows, max(perBatch/replayRows, 1)}, err
}

// generated reads records of a generator.
type generated struct {
	from    gen.Generator
	at, end int64
}

// Next makes the next records.
func (g *generated) Next(context.Context) (*connector.Batch, error) {
	n := min(g.end-g.at, 8192)
	if n <= 0 {
		return nil, io.EOF
	}
	b := g.from.Fill(g.at, int(n))
	g.at += n
	return b, nil
}

// Close does nothing.
func (g *generated) Close() error { return nil }

// Name is replay.
func (r *replay) Name() string { return "replay" }

// SourceSchema is the records'.
func (r *replay) SourceSchema(context.Context, connector.SourceSpec) (types.Schema, error) {
	return r.table.Schema(), nil
}

// OpenSource lends the stream itself: it has no state.
func (r *replay) OpenSource(context.Context, connector.SourceSpec) (connector.Source, error) {
	return r, nil
}

// Schema is the records'.
func (r *replay) Schema() types.Schema { return r.table.Schema() }

func place(o connector.Offset) (n int64, err error) {
	if o != nil {
		err = json.Unmarshal(o, &n)
	}
	return n, err
}

// Latest admits a batch.
func (r *replay) Latest(_ context.Context, from connector.Offset, l connector.Limit) (connector.Offset, error) {
	start, err := place(from)
	if err != nil {
		return nil, err
	}
	end := min(start+r.take, r.parts)
	if l.Until != nil {
		until, err := place(l.Until)
		if err != nil {
			return nil, err
		}
		end = min(end, until)
	} else if l.Unlimited {
		end = r.parts
	}
	if end <= start {
		return from, nil
	}
	return json.Marshal(end)
}

// Bounded is true.
func (r *replay) Bounded() bool { return true }

// Plan lends parts.
func (r *replay) Plan(_ context.Context, from, to connector.Offset) ([]connector.Split, error) {
	start, err := place(from)
	if err != nil {
		return nil, err
	}
	end, err := place(to)
	if err != nil {
		return nil, err
	}
	var list []connector.Split
	for i := start; i < end; i++ {
		s := r.splits[i%int64(len(r.splits))]
		s.Label = fmt.Sprintf("part %d", i)
		list = append(list, s)
	}
	return list, nil
}

// Open reads a part.
func (r *replay) Open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	return r.table.Open(ctx, s, scan)
}

// Commit keeps everything.
func (r *replay) Commit(context.Context, connector.Offset) error { return nil }
