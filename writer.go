package weir

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/frames"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/query"
)

// StreamWriter says where a stream goes and how (S04). Its methods change it and
// return it.
type StreamWriter struct {
	frame       *DataFrame
	format      string
	options     map[string]string
	mode        string
	trigger     Trigger
	name        string
	partitionBy []string
	clusterBy   []string
	foreach     connector.Sink // of Foreach and ForeachBatch
	job         query.Job
	late        connector.Sink // of LateRowsTo
}

// WriteStream begins to say where a stream goes.
func (d *DataFrame) WriteStream() *StreamWriter {
	return &StreamWriter{frame: d, options: make(map[string]string)}
}

// Format names the sink's format.
func (w *StreamWriter) Format(name string) *StreamWriter {
	w.format = name
	return w
}

// Option sets an option; the value is written as text. checkpointLocation says
// where the query keeps its progress.
func (w *StreamWriter) Option(name string, value any) *StreamWriter {
	setOption(w.options, name, value)
	return w
}

// OutputMode says which rows reach the sink; without it that is Append.
func (w *StreamWriter) OutputMode(m OutputMode) *StreamWriter {
	w.mode = m.String()
	return w
}

// OutputModeNamed is OutputMode by its name, in any case.
func (w *StreamWriter) OutputModeNamed(name string) *StreamWriter {
	w.mode = name
	return w
}

// Trigger says when batches run.
func (w *StreamWriter) Trigger(t Trigger) *StreamWriter {
	w.trigger = t
	return w
}

// QueryName names the query.
func (w *StreamWriter) QueryName(name string) *StreamWriter {
	w.name = name
	return w
}

// PartitionBy makes directories of the values of columns, in file sinks.
func (w *StreamWriter) PartitionBy(columns ...string) *StreamWriter {
	w.partitionBy = slices.Clone(columns)
	return w
}

// ClusterBy names columns by which rows should lie together: checked, without effect on
// files, as in Spark (S04).
func (w *StreamWriter) ClusterBy(columns ...string) *StreamWriter {
	w.clusterBy = slices.Clone(columns)
	return w
}

// outputMode reads the mode (S56).
func (w *StreamWriter) outputMode() (OutputMode, error) {
	switch strings.ToLower(w.mode) {
	case "", "append":
		return Append, nil
	case "update":
		return Update, nil
	case "complete":
		return Complete, nil
	}
	return Append, fault.New(fault.OutputModeInvalid, "the output mode %s is not known; known are append, update and complete",
		w.mode).With("outputMode", w.mode)
}

// Start starts the query. Its checkpoint is the option checkpointLocation, or a
// directory named like the query beneath spark.sql.streaming.checkpointLocation;
// console, memory, noop and foreach sinks may do without and then forget
// everything (S07). path, for file sinks, may also be given as an option.
// Cancelling ctx stops the query after the running batch.
func (w *StreamWriter) Start(ctx context.Context, path ...string) (*Query, error) {
	if len(path) > 0 {
		w.Option("path", path[0])
	}
	c := w.frame.settings()
	config, err := w.config(ctx, &c)
	if err != nil {
		return nil, err
	}
	where, err := w.checkpoint(&c)
	if err != nil {
		return nil, err
	}
	config.Checkpoint = where
	q, err := w.frame.session.queries.start(ctx, config, c.runs)
	if err != nil && where.Temporary {
		err = errors.Join(err, os.RemoveAll(where.Dir))
	}
	return q, err
}

// settings are the session's now; none where the chain has failed, which its user says.
func (d *DataFrame) settings() conf {
	if d.err != nil {
		return conf{}
	}
	return d.session.settings()
}

// config is what the query is made of, but for its checkpoint.
func (w *StreamWriter) config(ctx context.Context, c *conf) (query.Config, error) {
	if w.frame.err != nil {
		return query.Config{}, w.frame.err
	}
	mode, err := w.outputMode()
	if err = errors.Join(err, w.trigger.err, frames.CheckClusters(w.clusterBy, w.partitionBy, nil)); err != nil {
		return query.Config{}, err
	}
	s := w.frame.session
	node, err := s.analyze(ctx, w.frame.node, c)
	if err != nil {
		return query.Config{}, err
	}
	if err := c.checkStream(node, mode); err != nil {
		return query.Config{}, err
	}
	env := c.env()
	env.Now = s.clockNow().UnixMicro()
	if node, err = optimize.Optimize(node, &env); err != nil {
		return query.Config{}, err
	}
	open, err := w.sink(c, mode)
	if err != nil {
		return query.Config{}, err
	}
	job := w.job
	job.Sink = w.sinkText()
	settings := c.querySettings()
	if settings.AsyncEvery, err = w.asyncEvery(); err != nil {
		return query.Config{}, err
	}
	late, err := w.lateSink(c)
	if err != nil {
		return query.Config{}, err
	}
	return query.Config{Name: w.name, Plan: node, Mode: mode, Trigger: w.trigger.trigger, OpenSink: open, OpenLate: late, Job: job,
		Settings: settings, Env: c.env(), Pinned: w.pinned(c), Clock: s.clock, Bus: s.bus, Warn: s.log}, nil
}

// pinned are the settings that change what a batch gives (S152).
func (w *StreamWriter) pinned(c *conf) query.Pinned {
	under := func(ctx context.Context, other map[string]string) (query.Config, error) {
		own := *c
		for k, v := range other {
			if err := own.set(k, v); err != nil {
				return query.Config{}, err
			}
		}
		return w.config(ctx, &own)
	}
	return query.Pinned{Conf: map[string]string{ansiKey: strconv.FormatBool(c.ansi), zoneKey: c.zone}, Under: under, Forget: c.runs.replan}
}

// sinkText is the format of the sink, and where it writes if it has a path.
func (w *StreamWriter) sinkText() string {
	if w.foreach != nil {
		return "foreach"
	}
	text := cmp.Or(strings.ToLower(w.format), "parquet")
	for k, v := range w.options {
		if strings.EqualFold(k, "path") {
			text += " " + v
		}
	}
	return text
}

// sink finds the format and gives what opens it.
func (w *StreamWriter) sink(c *conf, mode OutputMode) (func(context.Context, connector.SinkSpec) (connector.Sink, error), error) {
	name := cmp.Or(w.format, "parquet")
	switch w.foreach.(type) {
	case nil:
	case *foreachBatchSink:
		name = "foreachBatch"
	default:
		name = "foreach"
	}
	if len(w.partitionBy) > 0 && (w.foreach != nil || strings.EqualFold(name, "memory")) {
		return nil, fault.New(fault.SinkNotPartitioned, "'%s' does not support partitioning", name)
	}
	if w.foreach != nil {
		return func(context.Context, connector.SinkSpec) (connector.Sink, error) { return w.foreach, nil }, nil
	}
	s := w.frame.session
	f, ok := s.catalog.Format(name)
	if !ok {
		return nil, s.noFormat(name)
	}
	format, ok := f.(connector.SinkFormat)
	if !ok {
		return nil, fault.New(fault.UnsupportedFeature, "%s cannot be written to by a stream", name)
	}
	env := s.connectorEnv(c)
	return func(ctx context.Context, spec connector.SinkSpec) (connector.Sink, error) {
		spec.Options, spec.PartitionBy, spec.Env = connector.NewOptions(w.sinkOptions()), w.partitionBy, env
		sink, err := format.OpenSink(ctx, spec)
		if err != nil {
			return nil, err
		}
		if m, ok := sink.(connector.Moded); ok && !slices.Contains(m.Modes(), mode) {
			if c, ok := sink.(connector.Closer); ok {
				_ = c.Close() // the refusal counts
			}
			return nil, fault.New(fault.OutputModeDataSource, "the sink %s does not take %s mode", name, mode).
				With("className", name).With("outputMode", mode.String())
		}
		return sink, nil
	}, nil
}

// checkpoint finds the query's directory.
func (w *StreamWriter) checkpoint(c *conf) (query.Checkpoint, error) {
	disk := w.frame.session.fs
	for k, v := range w.options {
		if strings.EqualFold(k, "checkpointLocation") && v != "" {
			dir, err := localPath(v)
			return query.Checkpoint{FS: disk, Dir: dir}, err
		}
	}
	if c.checkpoint != "" {
		name := w.name
		if name == "" {
			name = uuid.NewString()
		}
		dir, err := localPath(c.checkpoint)
		return query.Checkpoint{FS: disk, Dir: filepath.Join(dir, name)}, err
	}
	if w.foreach == nil && !slices.Contains([]string{"console", "memory", "noop"}, strings.ToLower(w.format)) {
		return query.Checkpoint{}, fault.New(fault.IllegalArgument, "checkpointLocation must be specified either through "+
			"option(\"checkpointLocation\", …) or SET spark.sql.streaming.checkpointLocation")
	}
	dir, err := os.MkdirTemp("", "weir-temporary-")
	return query.Checkpoint{FS: disk, Dir: dir, Temporary: true}, err
}

// localPath takes a path or a file: URL.
func localPath(p string) (string, error) {
	if rest, ok := strings.CutPrefix(p, "file:"); ok {
		return filepath.Clean("/" + strings.TrimLeft(rest, "/")), nil
	}
	if scheme, _, ok := strings.Cut(p, "://"); ok {
		return "", fault.New(fault.UnsupportedFeature, "%s: only local paths are supported, not %s:", p, scheme)
	}
	return filepath.Clean(p), nil
}
