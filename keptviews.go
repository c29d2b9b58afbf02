package weir

import (
	"context"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/warehouse"
	"github.com/weirstream/weir/types"
)

// keepView runs CREATE VIEW: the catalog keeps the text.
func (s *Session) keepView(ctx context.Context, c *plan.CreateView) error {
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
		return fault.New(fault.TableExists, "there is a table or view `%s`; use CREATE OR REPLACE, or another name", name).
			With("relationName", name).Locate(c.At)
	case old != nil && old.View == nil:
		return fault.New(fault.ViewOverTable, "%s is a table, which no view replaces", name).With("tableName", name).
			With("operation", "CREATE OR REPLACE VIEW").Locate(c.At)
	}
	v := &tableDefinition{Name: name, Comment: c.Comment, Properties: c.Properties,
		View: &warehouse.View{Text: c.Text, Columns: c.Columns, Zone: s.settings().zone}}
	return s.saveView(ctx, v, c.Comments, c.Origin)
}

// saveView looks whether a view can be read, and keeps it.
func (s *Session) saveView(ctx context.Context, v *tableDefinition, comments map[string]string, o plan.Origin) error {
	if err := s.tables.CheckView(v, s.catalog.holds, o); err != nil {
		return err
	}
	query, err := (&warehouse.Table{Name: v.Name, View: &warehouse.View{Text: v.View.Text, Zone: v.View.Zone}}).Read(o)
	schema, err := s.frame(query, err).Schema(ctx)
	if err != nil {
		return err
	}
	fields := slices.Clone(schema.Fields)
	if n := len(v.View.Columns); n > 0 && n != len(fields) {
		cond := fault.ViewColumnsMany
		if n > len(fields) {
			cond = fault.ViewColumnsFew
		}
		return fault.New(cond, "the view %s names %d columns, and its query has %d", v.Name, n, len(fields)).With("viewName", v.Name).Locate(o.At)
	}
	for i := range fields {
		if v.View.Columns != nil {
			fields[i].Name = v.View.Columns[i]
		}
		if comment := comments[fields[i].Name]; comment != "" {
			fields[i].Metadata = map[string]any{"comment": comment}
		}
		if types.NewSchema(fields[:i]...).Index(fields[i].Name) >= 0 {
			return fault.New(fault.ColumnExists, "the view %s would have two columns `%s`", v.Name, fields[i].Name).
				With("columnName", "`"+fields[i].Name+"`").Locate(o.At)
		}
	}
	t := types.StructOf(fields...)
	v.Schema = &t
	return s.tables.Save(v)
}

// alter runs ALTER TABLE, ALTER VIEW and COMMENT ON TABLE.
func (s *Session) alter(ctx context.Context, c *plan.AlterTable) error {
	if c.Query == nil {
		return s.tables.Alter(c)
	}
	v, err := s.tables.Must(c.Name, c.Origin)
	if err != nil {
		return err
	}
	if v.View == nil {
		return s.tables.Alter(c) // which says that it is a table
	}
	v.View = &warehouse.View{Text: c.Text, Zone: s.settings().zone}
	return s.saveView(ctx, v, nil, c.Origin)
}

// truncate runs TRUNCATE TABLE: no rows take the place of those that are there.
func (s *Session) truncate(ctx context.Context, c *plan.Truncate) error {
	d, err := s.tables.MustTable(c.Name, "TRUNCATE TABLE", c.Origin)
	if err != nil {
		return err
	}
	if !d.Managed {
		return fault.New(fault.TruncateExternal, "TRUNCATE TABLE: the files of %s are not the catalog's; remove them in their place, %s",
			d.Name, d.Location).With("tableName", d.Name).Locate(c.At)
	}
	for _, p := range c.Partition {
		if !slices.ContainsFunc(d.PartitionBy, func(by string) bool { return strings.EqualFold(by, p.Column) }) {
			return fault.New(fault.PartitionsNotFound, "the table %s is not partitioned by `%s`", d.Name, p.Column).
				With("partitionList", "`"+p.Column+"`").With("tableName", d.Name).Locate(c.At)
		}
	}
	var partition map[string]string
	if c.Partition != nil {
		if partition, err = s.partitionText(ctx, d, c.Partition); err != nil {
			return err
		}
	}
	all, err := d.Read(c.Origin)
	if err != nil {
		return err
	}
	none := &plan.Filter{Origin: c.Origin, Input: all, Condition: expr.Lit(false)}
	return s.writeFiles(ctx, none, outputOf(d, "overwrite", map[string]string{"partitionOverwriteMode": "static"}, partition))
}

// showRelations runs SHOW TABLES and SHOW VIEWS: those of the catalog, or the global
// temporary ones, and the session's own.
func (s *Session) showRelations(c *plan.Show, matches func(string) bool) (*DataFrame, error) {
	const global = "global_temp"
	column := map[string]string{"tables": "tableName", "views": "viewName"}[c.What]
	inGlobal := len(c.Name) == 1 && strings.EqualFold(c.Name[0], global)
	if !inGlobal && c.Name != nil {
		if err := use(&plan.Use{Origin: c.Origin, Name: c.Name}); err != nil {
			return nil, err
		}
	}
	var list []Row
	add := func(namespace, name string, temporary bool) {
		if matches(name) {
			list = append(list, Row{namespace, name, temporary})
		}
	}
	for _, name := range s.tables.Names() {
		d, err := s.tables.Find([]string{name})
		damaged := err != nil // it is listed: whoever reads it is told what is wrong
		if !inGlobal && (damaged && c.What == "tables" || d != nil && (c.What == "tables" || d.View != nil)) {
			add("default", name, false)
		}
	}
	var own []string
	for _, name := range s.catalog.temporary() {
		if plain, is := strings.CutPrefix(name, global+"."); !is {
			own = append(own, name)
		} else if inGlobal {
			add(global, plain, true)
		}
	}
	for _, name := range own {
		add("", name, true)
	}
	return s.CreateDataFrame(list, "namespace STRING, "+column+" STRING, isTemporary BOOLEAN"), nil
}
