package weir

import (
	"context"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// insert runs INSERT INTO and INSERT OVERWRITE: columns match by place, by the names
// listed, or BY NAME; those that PARTITION gives a value have it in all rows.
func (s *Session) insert(ctx context.Context, c *plan.InsertInto) error {
	n := *c
	var partition map[string]string
	if len(c.Partition) > 0 {
		var err error
		if partition, err = s.intoPartition(ctx, &n); err != nil {
			return err
		}
	}
	if c.ByName {
		given, err := s.frame(n.Query, nil).Schema(ctx)
		if err != nil {
			return err
		}
		n.Columns = given.Names()
	}
	return s.insertWith(ctx, &n, nil, partition)
}

// intoPartition makes columns of the query of what PARTITION says, and gives the values
// of the partition that is overwritten, by column as text.
func (s *Session) intoPartition(ctx context.Context, n *plan.InsertInto) (map[string]string, error) {
	d, err := s.tables.Find(n.Name)
	if err != nil || d == nil {
		return nil, err // the insert says that there is no table
	}
	items := []expr.Expr{&expr.UnresolvedStar{At: n.At}}
	var fixed, open []string
	for _, p := range n.Partition {
		at := slices.IndexFunc(d.Schema.Fields, func(f types.Field) bool { return strings.EqualFold(f.Name, p.Column) })
		if at < 0 || !slices.ContainsFunc(d.PartitionBy, func(c string) bool { return strings.EqualFold(c, p.Column) }) {
			return nil, fault.New(fault.PartitionsNotFound, "the table %s is not partitioned by `%s`", d.Name, p.Column).
				With("partitionList", "`"+p.Column+"`").With("tableName", d.Name).Locate(n.At)
		}
		if p.Value == nil {
			open = append(open, p.Column)
			continue
		}
		fixed = append(fixed, p.Column)
		value := &expr.Cast{Child: p.Value, To: d.Schema.Fields[at].Type, At: n.At} // 'text' too, as in the directory's name
		items = append(items, &expr.Alias{Child: value, Names: []string{p.Column}})
	}
	if n.Columns == nil && !n.ByName {
		for _, f := range d.Schema.Fields {
			if !slices.ContainsFunc(fixed, func(c string) bool { return strings.EqualFold(c, f.Name) }) {
				n.Columns = append(n.Columns, f.Name)
			}
		}
	}
	if n.Columns != nil {
		n.Columns = append(n.Columns, fixed...)
	}
	n.Query = &plan.Project{Origin: n.Origin, Input: n.Query, Exprs: items}
	if !n.Overwrite || len(fixed) == 0 {
		return nil, nil
	}
	return s.partitionText(ctx, d, n.Partition)
}

// partitionText is what the directories of a partition say, by column: the text of the
// value in the column's type, empty for null.
func (s *Session) partitionText(ctx context.Context, d *tableDefinition, spec []plan.PartitionValue) (map[string]string, error) {
	text := make(map[string]string)
	var items []expr.Expr
	for _, p := range spec {
		i := slices.IndexFunc(d.Schema.Fields, func(f types.Field) bool { return strings.EqualFold(f.Name, p.Column) })
		if p.Value == nil || i < 0 {
			continue
		}
		typed := &expr.Cast{Child: p.Value, To: d.Schema.Fields[i].Type}
		items = append(items, &expr.Alias{Child: &expr.Cast{Child: typed, To: types.Of(types.String)}, Names: []string{p.Column}})
	}
	one := &plan.Project{Input: &plan.OneRow{}, Exprs: items}
	rows, err := s.frame(one, nil).Collect(ctx)
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		value, _ := rows[0][i].(string)
		text[item.(*expr.Alias).Names[0]] = value
	}
	return text, nil
}

// insertDirectory runs INSERT OVERWRITE DIRECTORY.
func (s *Session) insertDirectory(ctx context.Context, c *plan.InsertDirectory) error {
	return s.writeFiles(ctx, c.Query, output{format: c.Using, mode: "overwrite", location: c.Path, options: c.Options})
}
