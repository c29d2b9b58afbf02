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
	if s.catalog.holds(c.Name) {
		return nil, fault.New(fault.TemporaryView, "%s is a temporary view, and SHOW %s tells of tables and views of the catalog",
			strings.Join(c.Name, "."), strings.ToUpper(c.What)).With("viewName", strings.Join(c.Name, ".")).Locate(c.At)
	}
	d, err := s.tables.Must(c.Name, c.Origin)
	if err != nil {
		return nil, err
	}
	switch c.What {
	case "create table":
		return s.CreateDataFrame([]Row{{d.Text()}}, "createtab_stmt STRING"), nil
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

func (s *Session) showExtended(matches func(string) bool) (*DataFrame, error) {
	var list []Row
	for _, name := range s.tables.Names() {
		if !matches(name) {
			continue
		}
		d, err := s.tables.Find([]string{name})
		if err != nil || d == nil {
			return nil, err
		}
		var b strings.Builder
		for _, row := range d.Details() {
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
	read, err := d.Read(c.Origin)
	rows, err := s.frame(read, err).Select(columns...).Distinct().Collect(ctx)
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
		{"Location", s.tables.Warehouse()}}
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
