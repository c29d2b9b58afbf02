package weir

import (
	"context"
	"errors"
	"maps"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/plan"
)

// output is where the rows of a batch query go: what Write, CREATE TABLE AS and
// INSERT have in common.
type output struct {
	format      string
	mode        string // append, overwrite, error or ignore
	location    string // empty for formats without one
	options     map[string]string
	partitionBy []string
	partition   map[string]string // what overwriting is limited to; nil: nothing
}

// tableSink is the format of a name, if it can take a table.
func (s *Session) tableSink(name string) (connector.TableSinkFormat, error) {
	f, ok := s.catalog.Format(name)
	if !ok && strings.EqualFold(name, "orc") {
		return nil, fault.New(fault.DataSourceNotFound, "weir neither reads nor writes ORC; use parquet").With("provider", name)
	}
	if !ok {
		return nil, s.noFormat(name)
	}
	sink, ok := f.(connector.TableSinkFormat)
	if !ok {
		return nil, fault.New(fault.UnsupportedFeature, "%s cannot hold a table", name)
	}
	return sink, nil
}

// noFormat is the error of a name that no format has.
func (s *Session) noFormat(name string) error {
	e := fault.New(fault.DataSourceNotFound, "there is no data source %s", name).With("provider", name)
	if near := connector.Nearest(name, s.catalog.Formats()); near != "" {
		e.Message += "; did you mean " + near + "?"
	}
	return e
}

// writeFiles computes a query and writes its rows, all or none.
func (s *Session) writeFiles(ctx context.Context, n plan.Node, to output) error {
	format, err := s.tableSink(to.format)
	if err != nil {
		return err
	}
	c := s.settings()
	if n, err = s.optimized(ctx, n, &c); err != nil {
		return err
	}
	if plan.Streaming(n) {
		return fault.New(fault.NotSupportedStreaming, "a stream is written with CREATE STREAMING TABLE or writeStream")
	}
	env := c.env()
	p, err := physical.Compile(n, physical.Options{Workers: c.workers, Env: &env})
	if err != nil {
		return err
	}
	defer p.Close()
	options := maps.Clone(to.options)
	if options == nil {
		options = make(map[string]string)
	}
	if to.location != "" {
		options["path"] = to.location
	}
	sink, err := format.OpenTableSink(ctx, connector.SinkSpec{Options: connector.NewOptions(options), Schema: p.Schema(),
		PartitionBy: to.partitionBy, Partition: to.partition, Env: s.connectorEnv(&c)}, to.mode)
	if err != nil {
		return err
	}
	if idle, ok := sink.(connector.Idler); ok && idle.Idle() {
		return nil
	}
	return s.writeParts(ctx, p, sink)
}

// writeParts runs a program into a sink.
func (s *Session) writeParts(ctx context.Context, p *physical.Program, sink connector.Sink) error {
	var mu sync.Mutex
	var messages []connector.Message
	id := connector.BatchID{Query: uuid.NewString(), Epoch: 1}
	err := p.Run(ctx, &exec.Run{Now: s.clockNow().UnixMicro()}, func(ctx context.Context, part int, r connector.Reader) error {
		m, err := sink.Write(ctx, id, part, r)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, m)
		return nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = sink.Commit(ctx, id, messages)
	} else {
		err = errors.Join(err, sink.Abort(context.WithoutCancel(ctx), id, messages))
	}
	if c, ok := sink.(connector.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}
