package warehouse

import (
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Must is the definition of a table or view that has to be there.
func (d *Directory) Must(name []string, o plan.Origin) (*Table, error) {
	t, err := d.Find(name)
	if err == nil && t == nil {
		text := strings.Join(name, ".")
		err = fault.New(fault.TableNotFound, "the table `%s` cannot be found", text).With("relationName", text).Locate(o.At)
	}
	return t, err
}

// MustTable is Must for what only a table can do.
func (d *Directory) MustTable(name []string, operation string, o plan.Origin) (*Table, error) {
	t, err := d.Must(name, o)
	if err == nil && t.View != nil {
		err = fault.New(fault.TableNotView, "%s: %s is a view", operation, t.Name).With("viewName", t.Name).
			With("operation", operation).Locate(o.At)
	}
	return t, err
}

// Alter runs ALTER TABLE, ALTER VIEW and COMMENT ON TABLE, all but the new query of a
// view.
func (d *Directory) Alter(c *plan.AlterTable) error {
	t, err := d.Must(c.Name, c.Origin)
	switch {
	case err != nil:
		return err
	case c.View && t.View == nil:
		return fault.New(fault.ViewNotTable, "ALTER VIEW: %s is a table; write ALTER TABLE", t.Name).With("tableName", t.Name).
			With("operation", "ALTER VIEW").Locate(c.At)
	case !c.View && t.View != nil && c.Comment == nil:
		return fault.New(fault.TableNotViewUse, "ALTER TABLE: %s is a view; write ALTER VIEW", t.Name).With("viewName", t.Name).
			With("operation", "ALTER TABLE").Locate(c.At)
	case c.Rename != nil:
		return d.rename(t, c)
	case c.Add != nil:
		if err := t.addColumns(c); err != nil {
			return err
		}
	case c.Set != nil:
		all := maps.Clone(t.Properties)
		if all == nil {
			all = make(map[string]string)
		}
		maps.Copy(all, c.Set)
		t.Properties = all
	case c.Unset != nil:
		for _, key := range c.Unset {
			delete(t.Properties, key)
		}
	case c.Comment != nil:
		t.Comment = *c.Comment
	}
	return d.Save(t)
}

func (d *Directory) rename(t *Table, c *plan.AlterTable) error {
	name, err := MustName(c.Rename, c.Origin)
	if err != nil {
		return err
	}
	there, err := d.Find(c.Rename)
	if err != nil {
		return err
	}
	if there != nil {
		return fault.New(fault.TableExists, "there is a table or view `%s`; give another name", name).With("relationName", name).Locate(c.At)
	}
	return d.Rename(t, name)
}

// MustName is Name, and the error for a name of a schema that there is not.
func MustName(name []string, o plan.Origin) (string, error) {
	plain, ok := Name(name)
	if ok {
		return plain, nil
	}
	return "", fault.New(fault.SchemaNotFound, "%s: there is one schema, spark_catalog.default", strings.Join(name, ".")).
		With("schemaName", strings.Join(name[:len(name)-1], ".")).Locate(o.At)
}

// addColumns puts columns behind the others, before those that are directories. Rows
// written before have null in them.
func (t *Table) addColumns(c *plan.AlterTable) error {
	at := len(t.Schema.Fields) - len(t.PartitionBy)
	all := slices.Clone(t.Schema.Fields)
	for i, f := range c.Add {
		if types.NewSchema(all...).Index(f.Name) >= 0 {
			return fault.New(fault.ColumnExists, "the table %s has a column `%s`", t.Name, f.Name).With("columnName", "`"+f.Name+"`").Locate(c.At)
		}
		f.Nullable = true
		all = slices.Insert(all, at+i, f)
	}
	s := types.StructOf(all...)
	t.Schema = &s
	return nil
}
