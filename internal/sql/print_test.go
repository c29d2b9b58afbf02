package sql

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// The golden files show plans as trees with all that the parser decides, unlike
// the nodes' own String, which is for people.

// printer writes a tree, two blanks a level.
type printer struct{ strings.Builder }

func (w *printer) line(depth int, format string, args ...any) {
	w.WriteString(strings.Repeat("  ", depth) + strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func printPlan(n plan.Node) string {
	var w printer
	w.plan(n, 0)
	return w.String()
}

func (w *printer) plan(n plan.Node, depth int) {
	w.line(depth, "%s", headOf(n))
	if with, ok := n.(*plan.With); ok {
		for i, q := range with.Relations {
			columns := ""
			if with.Columns[i] != nil {
				columns = "(" + strings.Join(with.Columns[i], ", ") + ")"
			}
			w.line(depth+1, "%s%s:", with.Names[i], columns)
			w.plan(q, depth+2)
		}
	}
	for _, q := range subqueries(n) {
		w.line(depth+1, "subquery:")
		w.plan(q, depth+2)
	}
	for _, in := range n.Inputs() {
		w.plan(in, depth+1)
	}
}

func flag(set bool, word string) string {
	if set {
		return " " + word
	}
	return ""
}

func optional(word string, e expr.Expr) string {
	if e == nil {
		return ""
	}
	return " " + word + " " + sexpr(e)
}

func headOf(n plan.Node) string {
	switch n := n.(type) {
	case *plan.Project:
		return "Project" + flag(n.Distinct, "distinct") + " " + list(n.Exprs)
	case *plan.Filter:
		return "Filter" + flag(n.Qualify, "qualify") + " " + sexpr(n.Condition)
	case *plan.Pivot:
		return "Pivot " + list(n.Aggregates) + " for " + list(n.Columns) + " in " + list(n.Values)
	case *plan.Unpivot:
		head := "Unpivot" + flag(n.IncludeNulls, "nulls") + columns(n.Values) + " for " + n.Variable
		for i, set := range n.Sets {
			head += " " + list(set) + " " + strconv.Quote(n.Names[i])
		}
		return head
	case *plan.Aggregate:
		kind := [...]string{"", " rollup", " cube", " sets", " all"}[n.Kind]
		head := "Aggregate" + kind + " by " + list(n.Grouping)
		for _, s := range n.Sets {
			head += " set " + list(s)
		}
		return head + " " + list(n.Exprs) + optional("having", n.Having)
	case *plan.Generate:
		return "Generate " + sexpr(n.Generator) + flag(n.Outer, "outer") + " " + n.Alias + fmt.Sprint(n.Names)
	case *plan.Sort:
		return "Sort" + flag(n.Global, "global") + " " + orders(n.Orders)
	case *plan.Limit:
		return "Limit " + sexpr(n.Count)
	case *plan.Offset:
		return "Offset " + sexpr(n.Count)
	case *plan.Read:
		return n.String() + options(n.Options)
	case *plan.SubqueryAlias:
		return "Alias " + strings.Join(n.Name, ".") + columns(n.Columns)
	case *plan.Join:
		head := "Join " + n.Type.String() + flag(n.Natural, "natural") + flag(n.Lateral, "lateral")
		if n.Using != nil {
			head += " using" + columns(n.Using)
		}
		return head + optional("on", n.Condition)
	case *plan.Values:
		rows := make([]string, len(n.Rows))
		for i, r := range n.Rows {
			rows[i] = list(r)
		}
		return "Values " + strings.Join(rows, " ")
	case *plan.TableFunction:
		return "TableFunction " + n.Name + " " + list(n.Args)
	case *plan.WithWatermark:
		return "Watermark " + sexpr(n.Column) + " " + strconv.Quote(n.DelayText)
	case *plan.Repartition:
		return "Repartition by " + list(n.By)
	case *plan.Hint:
		return "Hint " + n.Name + " " + list(n.Args)
	case *plan.Sample:
		return fmt.Sprintf("Sample %v..%v seed %d", n.Lower, n.Upper, n.Seed)
	case *plan.WithColumns:
		return "WithColumns " + list(n.Aliases)
	case *plan.Drop:
		return "Drop " + list(n.Columns)
	case *plan.With:
		return "With" + flag(n.Recursive, "recursive")
	default:
		return n.String()
	}
}

func columns(names []string) string {
	if names == nil {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func options(o map[string]string) string {
	if o == nil {
		return ""
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(o)) {
		parts = append(parts, k+"="+strconv.Quote(o[k]))
	}
	return " {" + strings.Join(parts, " ") + "}"
}

func list[E expr.Expr](exprs []E) string {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = sexpr(e)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func orders(list []*expr.SortOrder) string {
	parts := make([]string, len(list))
	for i, o := range list {
		parts[i] = sexpr(o)
	}
	return strings.Join(parts, ", ")
}

// sexpr is an expression, each call in parentheses with its name first; the type
// of a literal behind it.
func sexpr(e expr.Expr) string {
	switch e := e.(type) {
	case *expr.Literal:
		return literalOf(e)
	case *expr.UnresolvedTimestamp:
		return e.String()
	case *expr.UnresolvedAttribute:
		for i, p := range e.Parts {
			if strings.ContainsAny(p, ". `") {
				e = &expr.UnresolvedAttribute{Parts: slices.Clone(e.Parts)}
				e.Parts[i] = "`" + p + "`"
			}
		}
		return strings.Join(e.Parts, ".")
	case *expr.UnresolvedStar:
		s := strings.Join(append(slices.Clone(e.Target), "*"), ".")
		for _, x := range e.Except {
			s += " -" + strings.Join(x, ".")
		}
		return s
	case *expr.UnresolvedFunction:
		return functionOf(e)
	case *expr.UnresolvedExtract:
		return sexpr(e.Child) + "[" + sexpr(e.Key) + "]"
	case *expr.Cast:
		return "(" + [...]string{"cast", "try_cast"}[e.Mode] + " " + sexpr(e.Child) + " " + e.To.SQL() + ")"
	case *expr.Alias:
		return sexpr(e.Child) + " as " + strings.Join(e.Names, ",")
	case *expr.NamedArgument:
		return e.Name + "=>" + sexpr(e.Value)
	case *expr.Lambda:
		return "(" + strings.Join(e.Params, ",") + " -> " + sexpr(e.Body) + ")"
	case *expr.SortOrder:
		s := sexpr(e.Child) + " asc"
		if e.Descending {
			s = sexpr(e.Child) + " desc"
		}
		if e.NullsFirst == e.Descending {
			s += map[bool]string{true: " nulls first", false: " nulls last"}[e.NullsFirst]
		}
		return s
	case *expr.Window:
		return windowOf(e)
	case *expr.Subquery:
		kind := [...]string{"scalar", "exists", "in"}[e.Kind]
		if e.Values != nil {
			kind += " " + list(e.Values)
		}
		return "<" + kind + ">"
	case *expr.Parameter:
		if e.Name == "" {
			return "?" + strconv.Itoa(e.Index)
		}
		return ":" + e.Name
	}
	return fmt.Sprintf("%T", e)
}

func functionOf(f *expr.UnresolvedFunction) string {
	s := f.Name
	if f.Written {
		s += "()"
	}
	s += flag(f.Distinct, "distinct")
	for _, a := range f.Args {
		s += " " + sexpr(a)
	}
	if f.OrderBy != nil {
		s += " within " + orders(f.OrderBy)
	}
	return "(" + s + optional("filter", f.Filter) + flag(f.IgnoreNulls, "ignore-nulls") + ")"
}

func windowOf(w *expr.Window) string {
	s := sexpr(w.Fn) + " over(" + w.Name + list(w.PartitionBy)
	if w.OrderBy != nil {
		s += " order " + orders(w.OrderBy)
	}
	if f := w.Frame; f != nil {
		s += fmt.Sprintf(" %s %s..%s", map[bool]string{true: "rows", false: "range"}[f.Rows],
			end(f.Lower, f.LowerCurrent, f.LowerFollowing), end(f.Upper, f.UpperCurrent, !f.UpperBefore))
	}
	return s + ")"
}

func end(value expr.Expr, current, following bool) string {
	switch {
	case current:
		return "current"
	case value == nil:
		return "unbounded"
	case following:
		return "+" + sexpr(value)
	}
	return "-" + sexpr(value)
}

func literalOf(l *expr.Literal) string {
	switch v := l.Value.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case string:
		if l.Typ.Kind == types.Binary {
			return fmt.Sprintf("X'%X'", v)
		}
		return strconv.Quote(v)
	case int32:
		if l.Typ.Kind == types.Int {
			return fmt.Sprint(v)
		}
	case types.Decimal:
		return v.Format(l.Typ.Scale) + ":" + l.Typ.String()
	}
	return fmt.Sprintf("%v:%s", l.Value, l.Typ)
}

// subqueries are the plans inside the expressions of a node.
func subqueries(n plan.Node) []plan.Node {
	var found []plan.Node
	var visit func(e expr.Expr)
	visit = func(e expr.Expr) {
		if e == nil {
			return
		}
		if s, ok := e.(*expr.Subquery); ok {
			found = append(found, s.Plan.(plan.Node))
		}
		for _, c := range e.Children() {
			visit(c)
		}
	}
	switch n := n.(type) {
	case *plan.Project:
		for _, e := range n.Exprs {
			visit(e)
		}
	case *plan.Filter:
		visit(n.Condition)
	case *plan.Join:
		visit(n.Condition)
	case *plan.Aggregate:
		for _, e := range n.Exprs {
			visit(e)
		}
		visit(n.Having)
	}
	return found
}

func printStatement(s plan.Statement) string {
	if s.Query != nil {
		return printPlan(s.Query)
	}
	var w printer
	switch c := s.Command.(type) {
	case *plan.CreateView:
		w.line(0, "CreateView %s%s%s%s %s%s", strings.Join(c.Name, "."), columns(c.Columns), flag(c.Replace, "replace"),
			flag(c.IfNotExists, "if-not-exists"), c.Using, options(c.Options))
		if c.Schema != nil {
			w.line(1, "%s", c.Schema.DDL())
		}
		w.below(c.Query)
	case *plan.CreateStreamingTable:
		w.line(0, "CreateStreamingTable %s%s using %q partitioned %v%s", strings.Join(c.Name, "."),
			flag(c.IfNotExists, "if-not-exists"), c.Using, c.PartitionBy, options(c.Options))
		w.below(c.Query)
	case *plan.CreateTable:
		w.line(0, "CreateTable %s%s%s using %q at %q partitioned %v%s", strings.Join(c.Name, "."), flag(c.Replace, "replace"),
			flag(c.IfNotExists, "if-not-exists"), c.Using, c.Location, c.PartitionBy, options(c.Options))
		if c.Schema != nil {
			w.line(1, "%s", c.Schema.DDL())
		}
		w.below(c.Query)
	case *plan.Use:
		w.line(0, "Use %s", strings.Join(c.Name, "."))
	case *plan.Cache:
		w.line(0, "Cache %s%s%s", strings.Join(c.Name, "."), flag(c.Drop, "drop"), flag(c.IfExists, "if-exists"))
		w.below(c.Query)
	case *plan.Refresh:
		w.line(0, "Refresh %s", strings.Join(c.Name, "."))
	case *plan.InsertInto:
		w.line(0, "InsertInto %s%s%s", strings.Join(c.Name, "."), columns(c.Columns), flag(c.Overwrite, "overwrite"))
		w.below(c.Query)
	case *plan.Set:
		value := "?"
		if c.Value != nil {
			value = strconv.Quote(*c.Value)
		}
		w.line(0, "Set %s %s", c.Key, value)
	case *plan.Reset:
		w.line(0, "Reset %s", c.Key)
	case *plan.AlterTable:
		w.line(0, "Alter %s%s rename %v add %d set %v unset %v comment %t %s", strings.Join(c.Name, "."), flag(c.View, "view"), c.Rename,
			len(c.Add), c.Set, c.Unset, c.Comment != nil, c.Text)
	case *plan.Truncate:
		w.line(0, "Truncate %s %d", strings.Join(c.Name, "."), len(c.Partition))
	case *plan.DropView:
		w.line(0, "Drop %s%s", strings.Join(c.Name, "."), flag(c.IfExists, "if-exists"))
	case *plan.Explain:
		w.line(0, "Explain %s", c.Mode)
		w.WriteString(printStatement(c.Statement))
	case *plan.Show:
		w.line(0, "Show %s %s %q", c.What, strings.Join(c.Name, "."), c.Pattern)
	case *plan.Describe:
		w.line(0, "Describe %s %s", c.What, strings.Join(c.Name, "."))
		w.below(c.Query)
	}
	return w.String()
}

func (w *printer) below(n plan.Node) {
	if n != nil {
		w.plan(n, 1)
	}
}
