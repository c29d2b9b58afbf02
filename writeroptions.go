package weir

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/query"
)

// The options of a query that are not its sink's, by their names in lower case.
const (
	lateRowsOption   = "laterows"
	lateFormatOption = "laterowsformat"
	asyncOption      = "asyncprogresstrackingenabled"
	asyncEveryOption = "asyncprogresstrackingcheckpointintervalms"
)

// LateRows keeps the rows that operators with state drop because they are late: in
// files beneath path, as rows of reason, operator, operator_id, event_time,
// watermark, batch_id and the row itself as JSON. The option lateRows is the same,
// and lateRowsFormat names the format of the files: json, if it is not said. Rows that
// the operator counts as dropped (S113, numRowsDroppedByWatermark) are all there, once
// for each window that they are late for; they are visible before the batch is, and
// as exactly-once as it.
func (w *StreamWriter) LateRows(path string) *StreamWriter { return w.Option("lateRows", path) }

// LateRowsTo is [StreamWriter.LateRows] for a function. It is called before each batch
// becomes visible, with the number of the batch, also where there are no late rows,
// and perhaps again with the same number after a crash or a failure.
func (w *StreamWriter) LateRowsTo(f func(ctx context.Context, late *DataFrame, id int64) error) *StreamWriter {
	w.late = &foreachBatchSink{session: w.frame.session, f: f, frame: w.frame, schema: query.LateSchema()}
	return w
}

// option finds one of the query's own options.
func (w *StreamWriter) option(lower string) string {
	for k, v := range w.options {
		if strings.EqualFold(k, lower) {
			return v
		}
	}
	return ""
}

// sinkOptions are those that the sink is given.
func (w *StreamWriter) sinkOptions() map[string]string {
	out := make(map[string]string, len(w.options))
	for k, v := range w.options {
		if !slices.Contains([]string{lateRowsOption, lateFormatOption, asyncOption, asyncEveryOption}, strings.ToLower(k)) {
			out[k] = v
		}
	}
	return out
}

// lateSink is what opens the side output for late rows; nil: there is none.
func (w *StreamWriter) lateSink(c *conf) (func(context.Context, connector.SinkSpec) (connector.Sink, error), error) {
	if w.late != nil {
		return func(context.Context, connector.SinkSpec) (connector.Sink, error) { return w.late, nil }, nil
	}
	path := w.option(lateRowsOption)
	if path == "" {
		return nil, nil
	}
	name := cmp.Or(w.option(lateFormatOption), "json")
	found, _ := w.frame.session.catalog.Format(name)
	format, ok := found.(connector.SinkFormat)
	if !ok || !slices.Contains([]string{"json", "parquet", "csv"}, strings.ToLower(name)) {
		return nil, fault.New(fault.IllegalArgument, "lateRowsFormat is %s; it must be json, parquet or csv", name)
	}
	env := w.frame.session.connectorEnv(c)
	return func(ctx context.Context, spec connector.SinkSpec) (connector.Sink, error) {
		spec.Options, spec.Env = connector.NewOptions(map[string]string{"path": path}), env
		return format.OpenSink(ctx, spec)
	}, nil
}

// asyncSinks may lose their place in the stream, as in Spark: what they were given
// again after a crash does not matter, or their users have said that it does not.
var asyncSinks = []string{"console", "kafka", "memory", "noop"}

// asyncEvery reads the options of async progress tracking (S87); 0: it is off.
func (w *StreamWriter) asyncEvery() (time.Duration, error) {
	text := cmp.Or(w.option(asyncOption), "false")
	on, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return 0, fault.New(fault.IllegalArgument, "asyncProgressTrackingEnabled is %q; it must be true or false", text)
	}
	text = cmp.Or(w.option(asyncEveryOption), "1000")
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 {
		return 0, fault.New(fault.IllegalArgument, "asyncProgressTrackingCheckpointIntervalMs is %q; it must be a number of milliseconds", text)
	}
	name := cmp.Or(strings.ToLower(w.format), "parquet")
	switch {
	case !on:
		return 0, nil
	case w.foreach != nil || !slices.Contains(asyncSinks, name):
		if w.foreach != nil {
			name = "foreach"
		}
		return 0, fault.New(fault.IllegalArgument, "the sink %s does not support async progress tracking: after a crash it would be given rows again. "+
			"Sinks that do are %s", name, strings.Join(asyncSinks, ", "))
	case w.trigger.Ends():
		return 0, fault.New(fault.IllegalArgument, "async progress tracking cannot be used with the triggers Once and AvailableNow")
	}
	return max(time.Duration(ms)*time.Millisecond, 1), nil
}
