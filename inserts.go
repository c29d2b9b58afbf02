package weir

import (
	"context"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// insert runs INSERT INTO and INSERT OVERWRITE: columns match by place, by the names
// listed, or BY NAME; those that PARTITION gives a value have it in all rows.
func (s *Session) insert(ctx context.Context, c *plan.InsertInto) error {
	n := *c
	options := map[string]string(nil)
	if len(c.Partition) > 0 {
		var err error
		if options, err = s.intoPartition(&n); err != nil {
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
	return s.insertWith(ctx, &n, options)
}

// intoPartition makes columns of the query of what PARTITION says, and gives the options
// of the write: a partition that is named whole is overwritten alone.
func (s *Session) intoPartition(n *plan.InsertInto) (map[string]string, error) {
	d, err := s.tables.find(n.Name)
	if err != nil || d == nil {
		return nil, err // the insert says that there is no table
	}
	items := []expr.Expr{&expr.UnresolvedStar{At: n.At}}
	var fixed, open []string
	for _, p := range n.Partition {
		if !slices.ContainsFunc(d.PartitionBy, func(c string) bool { return strings.EqualFold(c, p.Column) }) {
			return nil, fault.New(fault.NonPartitionColumn, "the table %s is not partitioned by `%s`", d.Name, p.Column).
				With("columnName", "`"+p.Column+"`").Locate(n.At)
		}
		if p.Value == nil {
			open = append(open, p.Column)
			continue
		}
		fixed = append(fixed, p.Column)
		items = append(items, &expr.Alias{Child: p.Value, Names: []string{p.Column}})
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
	switch {
	case !n.Overwrite || len(fixed) == 0:
		return nil, nil
	case len(open) > 0 || len(fixed) < len(d.PartitionBy):
		return nil, fault.New(fault.UnsupportedFeature, "INSERT OVERWRITE of some columns of a partition is not supported; give all "+
			"of them a value, or none").Locate(n.At)
	}
	return map[string]string{"partitionOverwriteMode": "dynamic"}, nil
}

// insertDirectory runs INSERT OVERWRITE DIRECTORY.
func (s *Session) insertDirectory(ctx context.Context, c *plan.InsertDirectory) error {
	return s.writeFiles(ctx, c.Query, output{format: c.Using, mode: "overwrite", location: c.Path, options: c.Options})
}
