package weir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// tableDefinition is a table over files: what CREATE TABLE said, kept as JSON in the
// warehouse, in a directory that is no table's.
//
//	spark-warehouse/
//	  .weir/tables/sales.json     the definition
//	  sales/part-….parquet        the files, unless LOCATION names another place
type tableDefinition struct {
	Name        string            `json:"name"`
	Provider    string            `json:"provider"`
	Location    string            `json:"location"`
	Managed     bool              `json:"managed"` // DROP TABLE removes the files
	Schema      *types.Type       `json:"schema,omitempty"`
	PartitionBy []string          `json:"partitionBy,omitempty"`
	Options     map[string]string `json:"options,omitempty"`
}

// tables is the catalog spark_catalog.default: definitions in a directory.
type tables struct {
	fs        vfs.FS
	warehouse func() string
}

func (t *tables) file(name string) string {
	return path.Join(t.warehouse(), ".weir", "tables", strings.ToLower(name)+".json")
}

// tableName is the name of a table of the catalog; false for one of another schema.
func tableName(parts []string) (string, bool) {
	if len(parts) > 1 && strings.EqualFold(parts[0], "spark_catalog") {
		parts = parts[1:]
	}
	if len(parts) > 1 && strings.EqualFold(parts[0], "default") {
		parts = parts[1:]
	}
	return strings.Join(parts, "."), len(parts) == 1 && !strings.ContainsAny(parts[0], "/\\")
}

// find is the definition of a table; nil for none.
func (t *tables) find(parts []string) (*tableDefinition, error) {
	name, ok := tableName(parts)
	if !ok {
		return nil, nil
	}
	text, err := t.fs.ReadFile(t.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d := &tableDefinition{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("the definition of the table %s: %w", name, err)
	}
	return d, nil
}

// names are those of all tables, sorted.
func (t *tables) names() []string {
	entries, err := t.fs.ReadDir(path.Join(t.warehouse(), ".weir", "tables"))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// save writes a definition, at once or not at all.
func (t *tables) save(d *tableDefinition) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	file := t.file(d.Name)
	if err := t.fs.MkdirAll(path.Dir(file)); err != nil {
		return err
	}
	w, err := t.fs.Create(file + ".tmp")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	if err = errors.Join(err, w.Sync(), w.Close()); err != nil {
		return err
	}
	if err := t.fs.Rename(file+".tmp", file); err != nil {
		return err
	}
	return t.fs.SyncDir(path.Dir(file))
}

// read is the relation of a table.
func (d *tableDefinition) read(o plan.Origin) plan.Node {
	r := &plan.Read{Origin: o, Format: d.Provider, Options: d.Options, Paths: []string{d.Location}}
	if d.Schema != nil {
		schema := types.NewSchema(d.Schema.Fields...)
		r.Schema = &schema
	}
	return r
}

// createTable runs CREATE TABLE.
func (s *Session) createTable(ctx context.Context, c *plan.CreateTable) error {
	name, ok := tableName(c.Name)
	if !ok {
		return fault.New(fault.SchemaNotFound, "there is no schema but `default` for the table %s", strings.Join(c.Name, ".")).Locate(c.At)
	}
	old, err := s.tables.find(c.Name)
	switch {
	case err != nil:
		return err
	case old != nil && c.IfNotExists:
		return nil
	case old != nil && !c.Replace:
		return fault.New(fault.TableExists, "the table `%s` exists; use IF NOT EXISTS, or another name", name).
			With("relationName", name).Locate(c.At)
	}
	d := &tableDefinition{Name: name, Provider: c.Using, Location: c.Location, PartitionBy: c.PartitionBy, Options: c.Options}
	if d.Provider == "" {
		d.Provider = "parquet"
	}
	if location, given := c.Options["path"]; given && d.Location == "" {
		d.Location = location
		delete(d.Options, "path")
	}
	if d.Managed = d.Location == ""; d.Managed {
		d.Location = path.Join(s.tables.warehouse(), name)
	}
	if _, err := s.tableSink(d.Provider); err != nil {
		return err
	}
	schema := c.Schema
	switch {
	case c.Query != nil:
		own, err := s.frame(c.Query, nil).Schema(ctx)
		if err != nil {
			return err
		}
		schema = &own
		mode := "error"
		if c.Replace || !d.Managed {
			mode = "overwrite"
		}
		if err := s.writeTable(ctx, c.Query, d, mode); err != nil {
			return err
		}
	case schema == nil:
		own, err := s.frame(d.read(c.Origin), nil).Schema(ctx)
		if err != nil {
			return err
		}
		schema = &own
	}
	if schema != nil {
		t := partitionsLast(*schema, d.PartitionBy).AsStruct()
		d.Schema = &t
	}
	return s.tables.save(d)
}

// partitionsLast is a schema with the columns that are directories behind all
// others, as files are read.
func partitionsLast(s types.Schema, partition []string) types.Schema {
	isPartition := func(f types.Field) bool {
		return slices.ContainsFunc(partition, func(p string) bool { return strings.EqualFold(p, f.Name) })
	}
	var first, last []types.Field
	for _, f := range s.Fields {
		f.Nullable = true // files may miss any column
		if isPartition(f) {
			last = append(last, f)
		} else {
			first = append(first, f)
		}
	}
	return types.NewSchema(append(first, last...)...)
}

// dropTable runs DROP TABLE; false where there is none.
func (s *Session) dropTable(name []string) (bool, error) {
	d, err := s.tables.find(name)
	if d == nil || err != nil {
		return false, err
	}
	if d.Managed {
		if err := vfs.RemoveAll(s.fs, d.Location); err != nil {
			return true, err
		}
	}
	return true, s.fs.Remove(s.tables.file(d.Name))
}

// insert runs INSERT INTO and INSERT OVERWRITE: columns match by place, or by the
// names listed, and are cast to those of the table.
func (s *Session) insert(ctx context.Context, c *plan.InsertInto) error {
	d, err := s.tables.find(c.Name)
	if err != nil {
		return err
	}
	if d == nil {
		return fault.New(fault.TableNotFound, "the table `%s` cannot be found", strings.Join(c.Name, ".")).
			With("relationName", strings.Join(c.Name, ".")).Locate(c.At)
	}
	given, err := s.frame(c.Query, nil).Schema(ctx)
	if err != nil {
		return err
	}
	columns := c.Columns
	if columns == nil {
		for _, f := range d.Schema.Fields {
			columns = append(columns, f.Name)
		}
	}
	if given.Len() != len(columns) {
		cond := fault.TooManyData
		if given.Len() < len(columns) {
			cond = fault.NotEnoughData
		}
		return fault.New(cond, "the table %s takes %d columns here, the query has %d", d.Name, len(columns), given.Len()).Locate(c.At)
	}
	places := make([]string, len(columns))
	for i := range places {
		places[i] = fmt.Sprintf("_%d", i)
	}
	items := make([]expr.Expr, len(d.Schema.Fields))
	for i, f := range d.Schema.Fields {
		var value expr.Expr = expr.Lit(nil)
		if at := slices.IndexFunc(columns, func(n string) bool { return strings.EqualFold(n, f.Name) }); at >= 0 {
			value = &expr.UnresolvedAttribute{Parts: []string{places[at]}, At: c.At}
		}
		items[i] = &expr.Alias{Child: &expr.Cast{Child: value, To: f.Type, At: c.At}, Names: []string{f.Name}}
	}
	for _, name := range c.Columns {
		if types.NewSchema(d.Schema.Fields...).Index(name) < 0 {
			return fault.New(fault.UnresolvedColumn, "the table %s has no column `%s`", d.Name, name).With("objectName", name).Locate(c.At)
		}
	}
	mode := "append"
	if c.Overwrite {
		mode = "overwrite"
	}
	q := &plan.Project{Origin: c.Origin, Input: &plan.ToDF{Origin: c.Origin, Input: c.Query, Names: places}, Exprs: items}
	return s.writeTable(ctx, q, d, mode)
}

func (s *Session) tableSink(name string) (connector.TableSinkFormat, error) {
	f, ok := s.catalog.Format(name)
	if !ok {
		return nil, fault.New(fault.DataSourceNotFound, "there is no data source %s", name).With("provider", name)
	}
	sink, ok := f.(connector.TableSinkFormat)
	if !ok {
		return nil, fault.New(fault.UnsupportedFeature, "%s cannot hold a table", name)
	}
	return sink, nil
}

// writeTable computes a query into the files of a table.
func (s *Session) writeTable(ctx context.Context, n plan.Node, d *tableDefinition, mode string) error {
	format, err := s.tableSink(d.Provider)
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
	options := map[string]string{"path": d.Location}
	for k, v := range d.Options {
		options[k] = v
	}
	sink, err := format.OpenTableSink(ctx, connector.SinkSpec{Options: connector.NewOptions(options), Schema: p.Schema(),
		PartitionBy: d.PartitionBy, Env: s.connectorEnv(&c)}, mode)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var messages []connector.Message
	id := connector.BatchID{Query: d.Name, Epoch: 1}
	err = p.Run(ctx, &exec.Run{Now: s.clockNow().UnixMicro()}, func(ctx context.Context, part int, r connector.Reader) error {
		m, err := sink.Write(ctx, id, part, r)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, m)
		return nil
	})
	if err != nil {
		return errors.Join(err, sink.Abort(context.WithoutCancel(ctx), id, messages))
	}
	return sink.Commit(ctx, id, messages)
}
