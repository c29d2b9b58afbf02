package weir

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/types"
)

// Result is what one statement of a script gave: rows, or a query that runs.
type Result struct {
	// Text is the statement's.
	Text string
	// Rows is the table of a query or of SHOW and the like; nil for a statement
	// that gives none.
	Rows *DataFrame
	// Query is the stream that CREATE STREAMING TABLE has started.
	Query *Query
}

// Run runs the statements of a script in order and gives each result to emit, at
// once: a query of CREATE STREAMING TABLE runs on. emit may be nil. An error stops
// the script; queries that it has started run on.
func (s *Session) Run(ctx context.Context, script string, emit func(Result) error) error {
	statements, err := s.parser().ParseStatements(script)
	if err != nil {
		return err
	}
	for _, st := range statements {
		r := Result{Text: st.Text}
		switch c := st.Command.(type) {
		case nil:
			r.Rows = s.frame(st.Query, nil)
		case *plan.CreateStreamingTable:
			var w *StreamWriter
			if w, err = s.streamingTable(c, script); err == nil {
				r.Query, err = w.Start(ctx)
			}
		default:
			r.Rows, err = s.command(ctx, c)
		}
		if err != nil {
			return err
		}
		if emit == nil {
			continue
		}
		if err := emit(r); err != nil {
			return err
		}
	}
	return nil
}

// command runs a statement that is no query. Its result is nil where it gives no
// rows.
func (s *Session) command(ctx context.Context, c plan.Command) (*DataFrame, error) {
	switch c := c.(type) {
	case *plan.CreateView:
		if c.Permanent {
			return s.empty(), s.keepView(ctx, c)
		}
		return s.empty(), s.createView(ctx, c)
	case *plan.AlterTable:
		return s.empty(), s.alter(ctx, c)
	case *plan.Truncate:
		return s.empty(), s.truncate(ctx, c)
	case *plan.Set:
		return s.setCommand(c)
	case *plan.Reset:
		return s.empty(), s.reset(c.Key)
	case *plan.DeclareVariable:
		return s.empty(), s.declare(ctx, c)
	case *plan.SetVariable:
		return s.empty(), s.setVariables(ctx, c)
	case *plan.DropVariable:
		return s.empty(), s.dropVariable(c)
	case *plan.ExecuteImmediate:
		return s.executeImmediate(ctx, c)
	case *plan.InsertDirectory:
		return s.empty(), s.insertDirectory(ctx, c)
	case *plan.DropView:
		return s.empty(), s.drop(c)
	case *plan.CreateTable:
		return s.empty(), s.createTable(ctx, c)
	case *plan.InsertInto:
		return s.empty(), s.insert(ctx, c)
	case *plan.Use:
		return s.empty(), use(c)
	case *plan.Cache:
		return s.empty(), s.cache(ctx, c)
	case *plan.Refresh:
		return s.empty(), s.refresh(ctx, c)
	case *plan.Explain:
		return s.explain(ctx, c)
	case *plan.Show:
		return s.show(ctx, c)
	case *plan.Describe:
		return s.describe(ctx, c)
	case *plan.CreateStreamingTable:
		return nil, fault.New(fault.UnsupportedFeature, "CREATE STREAMING TABLE starts a query: run it with Session.Run or weir run").
			Locate(c.At)
	default:
		return nil, fault.New(fault.UnsupportedFeature, "%s is not supported by this version of weir",
			strings.TrimPrefix(fmt.Sprintf("%T", c), "*plan."))
	}
}

// drop runs DROP VIEW and DROP TABLE: views go before tables of the same name.
func (s *Session) drop(c *plan.DropView) error {
	name := strings.Join(c.Name, ".")
	if s.catalog.drop(name) {
		return nil
	}
	if d, err := s.tables.Find(c.Name); err == nil && d != nil && c.View && d.View == nil {
		return fault.New(fault.WrongObject, "%s is a table; write DROP TABLE", d.Name).With("objectName", d.Name).
			With("alternative", "DROP TABLE").Locate(c.At)
	}
	found, err := s.dropTable(c.Name)
	if err != nil {
		return err
	}
	if !found && !c.IfExists {
		return fault.New(fault.TableNotFound, "the table or view `%s` cannot be found", name).With("relationName", name).Locate(c.At)
	}
	return nil
}

// use runs USE: there is one schema.
func use(c *plan.Use) error {
	name := strings.ToLower(strings.Join(c.Name, "."))
	if name == "default" || name == "spark_catalog" || name == "spark_catalog.default" {
		return nil
	}
	return fault.New(fault.SchemaNotFound, "there is no schema %s; all tables are in spark_catalog.default", name).
		With("schemaName", name).Locate(c.At)
}

// cache runs CACHE TABLE, UNCACHE TABLE and CLEAR CACHE.
func (s *Session) cache(ctx context.Context, c *plan.Cache) error {
	switch {
	case c.Drop && (c.IfExists || c.Name == nil):
		return nil
	case c.Query != nil:
		return s.createView(ctx, &plan.CreateView{Origin: c.Origin, Name: c.Name, Query: c.Query})
	}
	return s.refresh(ctx, &plan.Refresh{Origin: c.Origin, Name: c.Name})
}

// refresh looks whether there is the table.
func (s *Session) refresh(ctx context.Context, c *plan.Refresh) error {
	if c.Name == nil {
		return nil
	}
	_, err := s.frame(&plan.Read{Origin: c.Origin, Table: c.Name}, nil).Schema(ctx)
	return err
}

func (s *Session) empty() *DataFrame {
	return s.frame(&plan.LocalRelation{Rows: batch.New(types.Schema{})}, nil)
}

// createView gives a name to a query, or to a format with options.
func (s *Session) createView(ctx context.Context, c *plan.CreateView) error {
	name := strings.Join(c.Name, ".")
	if n, _ := s.catalog.View(c.Name); n != nil && c.IfNotExists {
		return nil
	}
	n := c.Query
	if c.Using != "" {
		n = &plan.Read{Origin: c.Origin, Format: c.Using, Options: c.Options, Schema: c.Schema}
		// What can only be read as a stream is one.
		if f, ok := s.catalog.Format(c.Using); ok && onlyStream(f) {
			n.(*plan.Read).Streaming = true
		}
	}
	if len(c.Columns) > 0 {
		n = &plan.SubqueryAlias{Origin: c.Origin, Input: n, Name: c.Name, Columns: c.Columns}
	}
	if c.Using == "" {
		// A view that cannot be read is refused when it is made.
		settings := s.settings()
		if _, err := s.analyze(ctx, n, &settings); err != nil {
			return err
		}
	} else if _, ok := s.catalog.Format(c.Using); !ok {
		settings := s.settings()
		_, err := s.analyze(ctx, n, &settings)
		return err
	}
	return s.catalog.put(name, n, c.Replace)
}

// jobOptions are those of CREATE STREAMING TABLE that are the query's and not the
// sink's.
type jobOptions struct {
	mode, trigger, name string
	sink                map[string]string
}

func splitOptions(options map[string]string) jobOptions {
	j := jobOptions{sink: make(map[string]string)}
	for k, v := range options {
		switch strings.ToLower(k) {
		case "outputmode":
			j.mode = v
		case "trigger":
			j.trigger = v
		case "queryname":
			j.name = v
		default:
			j.sink[k] = v
		}
	}
	return j
}

// streamingTable is the query of the job form (S230), before it is started.
func (s *Session) streamingTable(c *plan.CreateStreamingTable, script string) (*StreamWriter, error) {
	o := splitOptions(c.Options)
	w := s.frame(c.Query, nil).WriteStream().PartitionBy(c.PartitionBy...).OutputModeNamed(o.mode)
	w.QueryName(o.name)
	if o.name == "" {
		w.QueryName(strings.Join(c.Name, "."))
	}
	w.format = c.Using
	for k, v := range o.sink {
		w.Option(k, v)
	}
	if o.trigger != "" {
		t, err := ParseTrigger(o.trigger)
		if err != nil {
			return nil, err
		}
		w.Trigger(t)
	}
	w.job = query.Job{Table: strings.Join(c.Name, ".")}
	if len(script) <= longestJob && !fault.Secret(script) {
		w.job.Script = script
	}
	return w, nil
}

// ParseTrigger reads a trigger as text: "1 second" or "processingTime 1 second",
// "once", "availableNow", "continuous 1 second", "realTime 5 minutes".
func ParseTrigger(text string) (Trigger, error) {
	word := strings.ToLower(strings.TrimSpace(text))
	switch word {
	case "once":
		return Once(), nil
	case "availablenow", "available now":
		return AvailableNow(), nil
	case "", "default":
		return Trigger{}, nil
	case "realtime":
		return RealTime(0), nil
	}
	word, realTime := strings.CutPrefix(word, "realtime")
	word, continuous := strings.CutPrefix(word, "continuous")
	word = strings.TrimSpace(strings.TrimPrefix(word, "processingtime"))
	v, ok := datetime.ParseInterval(word)
	if !ok || v.Months != 0 {
		return Trigger{}, fault.New(fault.IllegalArgument, "the trigger %q is none of: an interval such as '1 second', "+
			"'once', 'availableNow'", text)
	}
	d := time.Duration(v.Days)*24*time.Hour + time.Duration(v.Micros)*time.Microsecond
	t := ProcessingTime(d)
	if continuous {
		t = Continuous(d)
	} else if realTime {
		t = RealTime(d)
	}
	return t, t.err
}

func (s *Session) setCommand(c *plan.Set) (*DataFrame, error) {
	if c.Value != nil {
		if err := s.Set(c.Key, *c.Value); err != nil {
			if f, ok := errors.AsType[*fault.Error](err); ok {
				return nil, f.Locate(c.At)
			}
			return nil, err
		}
	}
	var list []Row
	if c.Key == "-v" {
		for _, k := range slices.Sorted(maps.Keys(confKeys)) {
			v, _ := s.Get(k)
			list = append(list, Row{k, v, "", ""})
		}
		return s.CreateDataFrame(list, "key STRING, value STRING, meaning STRING, `Since version` STRING"), nil
	}
	for _, k := range slices.Sorted(maps.Keys(confKeys)) {
		if v, _ := s.Get(k); c.Key == "" || c.Key == k {
			list = append(list, Row{k, redacted(k, v)})
		}
	}
	if v, ok := s.Get(c.Key); ok && len(list) == 0 {
		list = append(list, Row{c.Key, redacted(c.Key, v)})
	}
	if c.Key != "" && len(list) == 0 {
		list = append(list, Row{c.Key, "<undefined>"})
	}
	return s.CreateDataFrame(list, "key STRING, value STRING"), nil
}
