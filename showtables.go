package weir

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// showMore runs the forms of SHOW that ask the catalog.
func (s *Session) showMore(ctx context.Context, c *plan.Show) (*DataFrame, error) {
	matches := pattern(c.Pattern)
	switch c.What {
	case "databases":
		return s.namesOf("namespace", matches, "default"), nil
	case "catalogs":
		return s.namesOf("catalog", matches, "spark_catalog"), nil
	case "current schema":
		return s.CreateDataFrame([]Row{{"spark_catalog", "default"}}, "catalog STRING, namespace STRING"), nil
	case "table extended":
		return s.showExtended(matches)
	}
	d, err := s.definition(c.Name, c.Origin)
	if err != nil {
		return nil, err
	}
	switch c.What {
	case "create table":
		return s.CreateDataFrame([]Row{{d.text()}}, "createtab_stmt STRING"), nil
	case "tblproperties":
		return s.showProperties(d, c.Pattern), nil
	default:
		return s.showPartitions(ctx, d, c)
	}
}

func (s *Session) namesOf(column string, matches func(string) bool, names ...string) *DataFrame {
	var list []Row
	for _, n := range names {
		if matches(n) {
			list = append(list, Row{n})
		}
	}
	return s.CreateDataFrame(list, column+" STRING")
}

// definition is that of a table of the catalog, which must be there.
func (s *Session) definition(name []string, o plan.Origin) (*tableDefinition, error) {
	d, err := s.tables.find(name)
	if err == nil && d == nil {
		text := strings.Join(name, ".")
		err = fault.New(fault.TableNotFound, "the table `%s` cannot be found", text).With("relationName", text).Locate(o.At)
	}
	return d, err
}

func (s *Session) showExtended(matches func(string) bool) (*DataFrame, error) {
	var list []Row
	for _, name := range s.tables.names() {
		if !matches(name) {
			continue
		}
		d, err := s.tables.find([]string{name})
		if err != nil || d == nil {
			return nil, err
		}
		var b strings.Builder
		for _, row := range d.details() {
			fmt.Fprintf(&b, "%s: %s\n", row[0], row[1])
		}
		list = append(list, Row{"default", name, false, b.String()})
	}
	for _, name := range s.catalog.temporary() {
		if matches(name) {
			list = append(list, Row{"", name, true, ""})
		}
	}
	return s.CreateDataFrame(list, "namespace STRING, tableName STRING, isTemporary BOOLEAN, information STRING"), nil
}

func (s *Session) showProperties(d *tableDefinition, key string) *DataFrame {
	var list []Row
	for _, k := range slices.Sorted(maps.Keys(d.Properties)) {
		if key == "" || key == k {
			list = append(list, Row{k, d.Properties[k]})
		}
	}
	if key != "" && list == nil {
		list = []Row{{key, fmt.Sprintf("Table spark_catalog.default.%s does not have property: %s", d.Name, key)}}
	}
	return s.CreateDataFrame(list, "key STRING, value STRING")
}

// showPartitions lists the directories that hold rows.
func (s *Session) showPartitions(ctx context.Context, d *tableDefinition, c *plan.Show) (*DataFrame, error) {
	if len(d.PartitionBy) == 0 {
		return nil, fault.New(fault.NotPartitioned, "the table `%s` is not partitioned", d.Name).Locate(c.At)
	}
	columns := make([]any, len(d.PartitionBy))
	for i, p := range d.PartitionBy {
		columns[i] = p
	}
	rows, err := s.frame(d.read(c.Origin), nil).Select(columns...).Distinct().Collect(ctx)
	if err != nil {
		return nil, err
	}
	var list []Row
next:
	for _, r := range rows {
		parts := make([]string, len(r))
		for i, v := range r {
			text := "__HIVE_DEFAULT_PARTITION__"
			if v != nil {
				text = fmt.Sprint(v)
			}
			for _, p := range c.Partition {
				if l, ok := p.Value.(*expr.Literal); ok && strings.EqualFold(p.Column, d.PartitionBy[i]) && fmt.Sprint(l.Value) != text {
					continue next
				}
			}
			parts[i] = d.PartitionBy[i] + "=" + text
		}
		list = append(list, Row{strings.Join(parts, "/")})
	}
	slices.SortFunc(list, func(a, b Row) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return s.CreateDataFrame(list, "partition STRING"), nil
}

// text is the statement that would make the table.
func (d *tableDefinition) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE spark_catalog.default.%s (\n", d.Name)
	for i, f := range d.Schema.Fields {
		b.WriteString("  " + f.Name + " " + f.Type.SQL())
		if comment, _ := f.Metadata["comment"].(string); comment != "" {
			b.WriteString(" COMMENT " + quoted(comment))
		}
		b.WriteString(map[bool]string{true: ")\n", false: ",\n"}[i == len(d.Schema.Fields)-1])
	}
	b.WriteString("USING " + d.Provider + "\n")
	writeMap(&b, "OPTIONS", d.Options)
	if len(d.PartitionBy) > 0 {
		b.WriteString("PARTITIONED BY (" + strings.Join(d.PartitionBy, ", ") + ")\n")
	}
	if d.Comment != "" {
		b.WriteString("COMMENT " + quoted(d.Comment) + "\n")
	}
	if !d.Managed {
		b.WriteString("LOCATION " + quoted(d.Location) + "\n")
	}
	writeMap(&b, "TBLPROPERTIES", d.Properties)
	return b.String()
}

func quoted(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
}

func writeMap(b *strings.Builder, clause string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, "  "+quoted(k)+" = "+quoted(m[k]))
	}
	b.WriteString(clause + " (\n" + strings.Join(parts, ",\n") + ")\n")
}

// details are what DESCRIBE EXTENDED tells of a table.
func (d *tableDefinition) details() []Row {
	kind := "EXTERNAL"
	if d.Managed {
		kind = "MANAGED"
	}
	list := []Row{{"Catalog", "spark_catalog", ""}, {"Database", "default", ""}, {"Table", d.Name, ""}, {"Type", kind, ""},
		{"Provider", d.Provider, ""}}
	if d.Comment != "" {
		list = append(list, Row{"Comment", d.Comment, ""})
	}
	list = append(list, Row{"Location", d.Location, ""})
	if len(d.Properties) > 0 {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(d.Properties)) {
			parts = append(parts, k+"="+d.Properties[k])
		}
		list = append(list, Row{"Table Properties", "[" + strings.Join(parts, ", ") + "]", ""})
	}
	return list
}

// describeColumn runs DESCRIBE table column.
func (s *Session) describeColumn(c *plan.Describe, schema types.Schema) (*DataFrame, error) {
	i := schema.Index(c.Column[len(c.Column)-1])
	if i < 0 {
		name := strings.Join(c.Column, ".")
		return nil, fault.New(fault.UnresolvedColumn, "there is no column `%s`", name).With("objectName", name).Locate(c.At)
	}
	f := schema.Fields[i]
	comment, _ := f.Metadata["comment"].(string)
	if comment == "" {
		comment = "NULL"
	}
	return s.CreateDataFrame([]Row{{"col_name", f.Name}, {"data_type", f.Type.String()}, {"comment", comment}},
		"info_name STRING, info_value STRING"), nil
}

// describeDatabase runs DESCRIBE DATABASE: there is one.
func (s *Session) describeDatabase(c *plan.Describe) (*DataFrame, error) {
	if err := use(&plan.Use{Origin: c.Origin, Name: c.Name}); err != nil {
		return nil, err
	}
	list := []Row{{"Catalog Name", "spark_catalog"}, {"Namespace Name", "default"}, {"Comment", "default database"},
		{"Location", s.tables.warehouse()}}
	if c.Extended {
		list = append(list, Row{"Properties", ""})
	}
	return s.CreateDataFrame(list, "info_name STRING, info_value STRING"), nil
}

// reset runs RESET: settings become those that the session was opened with.
func (s *Session) reset(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == "" {
		warehouse := s.conf.warehouse
		s.conf = s.initial
		s.conf.warehouse = warehouse
		return nil
	}
	if k, ok := confKeys[key]; ok {
		return k.set(&s.conf, k.get(&s.initial))
	}
	other := maps.Clone(s.conf.other)
	delete(other, key)
	if v, ok := s.initial.other[key]; ok {
		other[key] = v
	}
	s.conf.other = other
	return nil
}
