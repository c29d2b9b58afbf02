package weir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
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
	Properties  map[string]string `json:"properties,omitempty"`
	Comment     string            `json:"comment,omitempty"`
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
	d := &tableDefinition{Name: name, Provider: c.Using, Location: c.Location, PartitionBy: c.PartitionBy, Options: c.Options,
		Properties: c.Properties, Comment: c.Comment}
	if d.Provider == "" {
		d.Provider = s.defaultFormat()
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
		if !c.Replace && d.Managed && s.holdsFiles(d.Location) {
			return fault.New(fault.LocationExists, "the directory %s of the table `%s` holds files already; choose another name, "+
				"or remove them", d.Location, name).With("location", d.Location).With("identifier", name).Locate(c.At)
		}
		if err := s.writeFiles(ctx, c.Query, d.output("overwrite", nil, nil)); err != nil {
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

// holdsFiles reports whether there is more in a directory than what a write that a
// crash ended has left.
func (s *Session) holdsFiles(dir string) bool {
	entries, err := s.fs.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != "_temporary" })
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

// insertWith is insert once PARTITION is taken apart, with options beside the table's:
// overwriting replaces partition, or all where it is nil.
func (s *Session) insertWith(ctx context.Context, c *plan.InsertInto, options, partition map[string]string) error {
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
			if from := given.Fields[at].Type; !storable(from, f.Type) {
				return fault.New(fault.CannotSafelyCast, "the column %s of the table %s is %s, and a value of %s is not stored there "+
					"as it is; write the cast", f.Name, d.Name, f.Type.SQL(), from.SQL()).With("tableName", d.Name).
					With("colName", "`"+f.Name+"`").With("srcType", from.SQL()).With("targetType", f.Type.SQL()).Locate(c.At)
			}
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
	return s.writeFiles(ctx, q, d.output(mode, options, partition))
}

// output is where the rows of a write to the table go.
func (d *tableDefinition) output(mode string, options, partition map[string]string) output {
	all := maps.Clone(d.Options)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, options)
	return output{format: d.Provider, mode: mode, location: d.Location, options: all, partitionBy: d.PartitionBy, partition: partition}
}
