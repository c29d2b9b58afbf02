package weir

import (
	"context"
	"io/fs"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/warehouse"
)

// tableDefinition is a table or view of the catalog.
type tableDefinition = warehouse.Table

// createTable runs CREATE TABLE.
func (s *Session) createTable(ctx context.Context, c *plan.CreateTable) error {
	name, err := warehouse.MustName(c.Name, c.Origin)
	if err != nil {
		return err
	}
	if err := s.tables.Finish(name); err != nil {
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
		if err := s.place(c, d, old != nil); err != nil {
			return err
		}
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
		return s.tables.Replace(old, d, c.Origin)
	case c.Query != nil:
		own, err := s.frame(c.Query, nil).Schema(ctx)
		if err != nil {
			return err
		}
		schema = &own
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
	return s.tables.Replace(old, d, c.Origin)
}

// place says where the files of a managed table lie. Those of a table that it replaces
// stay until the definition names the new ones.
func (s *Session) place(c *plan.CreateTable, d *tableDefinition, replaces bool) error {
	d.Location = s.tables.Place(d.Name, "")
	if held := s.holdsFiles(d.Location); c.Replace && (replaces || held) {
		d.Location = s.tables.Place(d.Name, uuid.NewString())
	} else if held {
		return fault.New(fault.LocationExists, "the directory %s of the table `%s` holds files already; choose another name, remove "+
			"them, or name it with LOCATION", d.Location, d.Name).With("location", d.Location).With("identifier", d.Name).Locate(c.At)
	}
	if c.Query != nil {
		return nil
	}
	return s.fs.MkdirAll(d.Location)
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
	if plain, ok := warehouse.Name(name); d == nil && err == nil && ok {
		err = s.tables.Finish(plain)
	}
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
	q, err := d.Insert(c, given)
	if err != nil {
		return err
	}
	mode := "append"
	if c.Overwrite {
		mode = "overwrite"
	}
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
