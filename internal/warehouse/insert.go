package warehouse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Insert is the query of an INSERT as rows of the table: a column for each of the
// table's, in its type. given are the query's columns; they match by place, or by the
// names that the statement lists. Columns that it leaves out are null.
func (t *Table) Insert(c *plan.InsertInto, given types.Schema) (plan.Node, error) {
	columns := c.Columns
	for i, name := range columns {
		switch index := types.NewSchema(t.Schema.Fields...).Index(name); {
		case index < 0 && c.ByName:
			return nil, fault.New(fault.ExtraColumns, "the table %s has no column `%s`, which the query gives BY NAME", t.Name, name).
				With("tableName", t.Name).With("extraColumns", "`"+name+"`").Locate(c.At)
		case index < 0:
			return nil, fault.New(fault.UnresolvedColumn, "the table %s has no column `%s`", t.Name, name).With("objectName", name).Locate(c.At)
		case slices.ContainsFunc(columns[:i], func(before string) bool { return strings.EqualFold(before, name) }):
			return nil, fault.New(fault.ColumnExists, "the column `%s` is named twice", name).With("columnName", "`"+name+"`").Locate(c.At)
		}
	}
	if columns == nil {
		for _, f := range t.Schema.Fields {
			columns = append(columns, f.Name)
		}
	}
	if given.Len() != len(columns) {
		cond := fault.TooManyData
		if given.Len() < len(columns) {
			cond = fault.NotEnoughData
		}
		return nil, fault.New(cond, "the table %s takes %d columns here, the query has %d", t.Name, len(columns), given.Len()).Locate(c.At)
	}
	places := make([]string, len(columns))
	for i := range places {
		places[i] = fmt.Sprintf("_%d", i)
	}
	items := make([]expr.Expr, len(t.Schema.Fields))
	for i, f := range t.Schema.Fields {
		var value expr.Expr = expr.Lit(nil)
		if at := slices.IndexFunc(columns, func(n string) bool { return strings.EqualFold(n, f.Name) }); at >= 0 {
			if from := given.Fields[at].Type; !Storable(from, f.Type) {
				return nil, fault.New(fault.CannotSafelyCast, "the column %s of the table %s is %s, and a value of %s is not stored there "+
					"as it is; write the cast", f.Name, t.Name, f.Type.SQL(), from.SQL()).With("tableName", t.Name).
					With("colName", "`"+f.Name+"`").With("srcType", from.SQL()).With("targetType", f.Type.SQL()).Locate(c.At)
			}
			value = &expr.UnresolvedAttribute{Parts: []string{places[at]}, At: c.At}
		}
		items[i] = &expr.Alias{Child: &expr.Cast{Child: value, To: f.Type, At: c.At}, Names: []string{f.Name}}
	}
	return &plan.Project{Origin: c.Origin, Input: &plan.ToDF{Origin: c.Origin, Input: c.Query, Names: places}, Exprs: items}, nil
}
