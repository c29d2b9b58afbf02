package weir

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/warehouse"
	"github.com/weirstream/weir/types"
)

// tableDefinition is a table or view of the catalog.
type tableDefinition = warehouse.Table

// createTable runs CREATE TABLE.
func (s *Session) createTable(ctx context.Context, c *plan.CreateTable) error {
	name, err := warehouse.MustName(c.Name, c.Origin)
	if err != nil {
		return err
	}
	old, err := s.tables.Find(c.Name)
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
		mark := ""
		if old != nil && c.Query != nil {
			mark = uuid.NewString() // the old files stay until the definition names the new ones
		}
		d.Location = s.tables.Place(name, mark)
	}
	if c.Like != nil {
		if err := s.like(ctx, c, d); err != nil {
			return err
		}
	}
	if _, err := s.tableSink(d.Provider); err != nil {
		return err
	}
	schema := c.Schema
	switch {
	case c.Like != nil:
		return s.tables.Save(d)
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
		if err := s.writeFiles(ctx, c.Query, outputOf(d, "overwrite", nil, nil)); err != nil {
			return err
		}
	case schema == nil:
		read, err := d.Read(c.Origin)
		own, err := s.frame(read, err).Schema(ctx)
		if err != nil {
			return err
		}
		schema = &own
	}
	if schema != nil {
		t := warehouse.PartitionsLast(*schema, d.PartitionBy).AsStruct()
		d.Schema = &t
	}
	return s.tables.Replace(old, d)
}

// like gives a new table the columns of another, and what else CREATE TABLE LIKE takes
// over.
func (s *Session) like(ctx context.Context, c *plan.CreateTable, d *tableDefinition) error {
	schema, err := s.frame(&plan.Read{Origin: c.Origin, Table: c.Like}, nil).Schema(ctx)
	if err != nil {
		return err
	}
	t := schema.AsStruct()
	d.Schema = &t
	if from, err := s.tables.Find(c.Like); err != nil || from == nil || from.View != nil {
		return err
	} else if d.PartitionBy = from.PartitionBy; c.Using == "" {
		d.Provider, d.Options = from.Provider, from.Options
	}
	return nil
}

// holdsFiles reports whether there is more in a directory than what a write that a
// crash ended has left.
func (s *Session) holdsFiles(dir string) bool {
	entries, err := s.fs.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != "_temporary" })
}

// dropTable runs DROP TABLE; false where there is none.
func (s *Session) dropTable(name []string) (bool, error) {
	d, err := s.tables.Find(name)
	if d == nil || err != nil {
		return false, err
	}
	return true, s.tables.Drop(d)
}

// insertWith is insert once PARTITION is taken apart, with options beside the table's:
// overwriting replaces partition, or all where it is nil.
func (s *Session) insertWith(ctx context.Context, c *plan.InsertInto, options, partition map[string]string) error {
	d, err := s.tables.MustTable(c.Name, "INSERT", c.Origin)
	if err != nil {
		return err
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
			if from := given.Fields[at].Type; !warehouse.Storable(from, f.Type) {
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
	return s.writeFiles(ctx, q, outputOf(d, mode, options, partition))
}

// outputOf is where the rows of a write to the table go.
func outputOf(d *tableDefinition, mode string, options, partition map[string]string) output {
	all := maps.Clone(d.Options)
	if all == nil {
		all = make(map[string]string)
	}
	maps.Copy(all, options)
	return output{format: d.Provider, mode: mode, location: d.Location, options: all, partitionBy: d.PartitionBy, partition: partition}
}
