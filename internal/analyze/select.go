package analyze

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// filter resolves WHERE.
func (r *resolution) filter(n *plan.Filter) (plan.Node, error) {
	if n.Qualify {
		return r.qualify(n)
	}
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	cond, err := r.expr(n.Condition, scope{columns: in.Output()})
	if err != nil {
		return nil, err
	}
	if expr.HasAggregate(cond) {
		return nil, fault.New(fault.InvalidWhere, "an aggregate function stands in the condition %v; use HAVING", cond).
			Locate(n.At)
	}
	if expr.HasWindow(cond) {
		return nil, fault.New(fault.WindowInWhere, "a window function stands in WHERE; use QUALIFY, or a query around this one").Locate(n.At)
	}
	if cond, err = r.condition(cond, n.At); err != nil {
		return nil, err
	}
	list := []expr.Expr{cond}
	out := in.Output()
	if in, err = r.windows(in, list); err != nil {
		return nil, err
	}
	var node plan.Node = &plan.Filter{Origin: n.Origin, Input: in, Condition: list[0]}
	if len(in.Output()) != len(out) {
		node = &plan.Project{Input: node, Exprs: asExprs(out)}
	}
	return node, nil
}

// items resolves a select list: stars expanded, every item named.
func (r *resolution) items(list []expr.Expr, s scope) ([]expr.Expr, error) {
	var out []expr.Expr
	for _, e := range list {
		if star, ok := e.(*expr.UnresolvedStar); ok {
			columns, err := r.star(star, s)
			if err != nil {
				return nil, err
			}
			out = append(out, columns...)
			continue
		}
		if rx, ok := e.(*expr.UnresolvedRegex); ok {
			columns, err := matching(rx, s)
			if err != nil {
				return nil, err
			}
			out = append(out, columns...)
			continue
		}
		x, err := r.item(e, s, out)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// item resolves one item of a select list, which may name those before it.
func (r *resolution) item(e expr.Expr, s scope, before []expr.Expr) (expr.Expr, error) {
	s.aliases = before
	uses := false
	s.lateral = func(_ []string, e expr.Expr) expr.Expr {
		uses = true
		return e
	}
	x, err := r.expr(e, s)
	if err != nil {
		return nil, err
	}
	if ref, ok := x.(*expr.Ref); ok && len(r.outer) > 0 && !subset([]*expr.Ref{ref}, s.columns) && s.sets == nil {
		// A column of a query around this one gets an id of its own here.
		return &expr.Alias{Child: ref, Names: []string{ref.Name}, ID: expr.NewID()}, nil
	}
	if c, ok := e.(*expr.Cast); ok { // v:a::INT is called as v:a is
		e = c.Child
	}
	if path, ok := e.(*expr.UnresolvedExtract); ok && path.Path && path.Name != "" {
		return &expr.Alias{Child: x, Names: []string{path.Name}, ID: expr.NewID(), Implicit: true}, nil
	}
	if f, ok := x.(*expr.Field); ok {
		if _, extracts := e.(*expr.UnresolvedExtract); extracts { // s['x'] is s.x, and s.x is x
			return &expr.Alias{Child: f, Names: []string{f.String()}, ID: expr.NewID(), Implicit: true}, nil
		}
	}
	if x = named(x); !uses {
		return x, nil
	}
	if a, ok := x.(*expr.Alias); ok && a.Implicit {
		s.lateral = func(name []string, e expr.Expr) expr.Expr {
			text := "lateralAliasReference(" + name[len(name)-1] + ")"
			return &expr.Ref{Name: text, ID: expr.NewID(), Typ: e.Type(), Null: e.Nullable(), Watermark: -1}
		}
		if written, err := r.expr(e, s); err == nil {
			a.Names = []string{written.String()}
		}
	}
	return x, nil
}

// named gives an item of a select list the name that Spark gives it.
func named(e expr.Expr) expr.Expr {
	switch x := e.(type) {
	case *expr.Ref, *expr.Alias, *expr.GeneratorCall:
		return e
	case *expr.Field:
		if !fieldOfColumn(x) {
			break
		}
		return &expr.Alias{Child: e, Names: []string{x.Name()}, ID: expr.NewID(), Implicit: true}
	case *expr.Call:
		if isWindow(x) {
			return &expr.Alias{Child: e, Names: []string{x.Fn.Name}, ID: expr.NewID(), Implicit: true}
		}
	}
	if c, ok := e.(*expr.Cast); ok {
		if column, ok := c.Child.(*expr.Ref); ok {
			return &expr.Alias{Child: e, Names: []string{column.Name}, ID: expr.NewID(), Implicit: true}
		}
	}
	return &expr.Alias{Child: e, Names: []string{e.String()}, ID: expr.NewID(), Implicit: true}
}

// project resolves a select list.
func (r *resolution) project(n *plan.Project) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	items, err := r.items(n.Exprs, scope{columns: in.Output()})
	if below := r.generatorsBelow(n, err); below != nil {
		return r.project(below)
	}
	if err != nil {
		return nil, err
	}
	var out plan.Node
	if slices.ContainsFunc(items, expr.HasAggregate) {
		out, err = r.group(&plan.Aggregate{Origin: n.Origin, Input: in}, in, items, nil)
	} else {
		out, err = r.selectList(n.Origin, in, items)
	}
	if err != nil || !n.Distinct {
		return out, err
	}
	return distinct(out), comparable("DISTINCT", out.Output(), n.At)
}

// comparable is the error for columns of which rows cannot be told apart.
func comparable(what string, columns []*expr.Ref, at fault.Position) error {
	for _, c := range columns {
		cond := fault.UnsupportedSetTypes
		switch {
		case holds(c.Typ, types.Variant):
			cond = fault.UnsupportedSetVariant
		case !holds(c.Typ, types.Map):
			continue
		}
		return fault.New(cond, "the column `%s` is of type %s; %s cannot compare such values", c.Name, c.Typ.SQL(), what).
			With("colName", "`"+c.Name+"`").Locate(at)
	}
	return nil
}

// holds reports whether values of a type have parts of a kind.
func holds(t types.Type, kind types.Kind) bool {
	return t.Kind == kind || t.Elem != nil && holds(*t.Elem, kind) || t.Key != nil && holds(*t.Key, kind) ||
		slices.ContainsFunc(t.Fields, func(f types.Field) bool { return holds(f.Type, kind) })
}

// distinct keeps one of equal rows.
func distinct(in plan.Node) plan.Node {
	columns := asExprs(in.Output())
	return &plan.Aggregate{Input: in, Grouping: columns, Exprs: columns}
}

func asExprs(refs []*expr.Ref) []expr.Expr {
	list := make([]expr.Expr, len(refs))
	for i, c := range refs {
		list[i] = c
	}
	return list
}

// selectList makes a Project of resolved items, generators and time windows
// beneath it.
func (r *resolution) selectList(o plan.Origin, in plan.Node, items []expr.Expr) (plan.Node, error) {
	in, items, err := r.generators(o, in, items)
	if err != nil {
		return nil, err
	}
	if in, err = r.windows(in, items); err != nil {
		return nil, err
	}
	if in, items, err = r.overs(in, items); err != nil {
		return nil, err
	}
	return &plan.Project{Origin: o, Input: in, Exprs: items}, nil
}

// generators takes the generator out of a select list, where there is one.
func (r *resolution) generators(o plan.Origin, in plan.Node, items []expr.Expr) (plan.Node, []expr.Expr, error) {
	var out []expr.Expr
	for _, item := range items {
		call, names := item, []string(nil)
		if a, ok := item.(*expr.Alias); ok && !a.Implicit {
			call, names = a.Child, a.Names
		}
		gen, ok := call.(*expr.GeneratorCall)
		if !ok {
			if expr.Any(item, func(x expr.Expr) bool { _, is := x.(*expr.GeneratorCall); return is }) {
				return nil, nil, fault.New(fault.NestedGenerator, "a generator stands inside %v; it must stand alone", item).
					Locate(o.At)
			}
			out = append(out, item)
			continue
		}
		columns, err := generated(gen, names)
		if err != nil {
			return nil, nil, err
		}
		args := slices.Clone(gen.Args)
		if in, err = r.windows(in, args); err != nil {
			return nil, nil, err
		}
		in = &plan.Generate{Origin: o, Input: in, Generator: gen.WithChildren(args), Columns: columns,
			Outer: strings.HasSuffix(gen.Fn.Name, "_outer")}
		out = append(out, asExprs(columns)...)
	}
	return in, out, nil
}

// generated are the columns that a generator makes, under other names where
// names are given.
func generated(g *expr.GeneratorCall, names []string) ([]*expr.Ref, error) {
	if len(names) > 0 && len(names) != len(g.Fields) {
		return nil, fault.New(fault.GeneratorNames, "%v gives %d columns, %d names are given", g, len(g.Fields),
			len(names)).Locate(g.At)
	}
	columns := refs(types.NewSchema(g.Fields...), nil)
	for i, name := range names {
		columns[i].Name = name
	}
	return columns, nil
}

// generate resolves LATERAL VIEW.
func (r *resolution) generate(n *plan.Generate) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	e, err := r.expr(n.Generator, scope{columns: in.Output()})
	if err != nil {
		return nil, err
	}
	gen, ok := e.(*expr.GeneratorCall)
	if !ok {
		return nil, fault.New(fault.NotGenerator, "%v is no generator such as explode", e).Locate(n.At)
	}
	columns, err := generated(gen, n.Names)
	if err != nil {
		return nil, err
	}
	if n.Alias != "" {
		for _, c := range columns {
			c.Qualifier = []string{n.Alias}
		}
	}
	return &plan.Generate{Origin: n.Origin, Input: in, Generator: gen, Columns: columns,
		Outer: n.Outer || strings.HasSuffix(gen.Fn.Name, "_outer")}, nil
}

// aggregate resolves GROUP BY, with the orders of an ORDER BY above it.
func (r *resolution) aggregate(n *plan.Aggregate, orders []*expr.SortOrder) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	if n.Kind == plan.Rollup || n.Kind == plan.Cube || n.Kind == plan.GroupingSets {
		return r.groupSets(n, in, orders)
	}
	windows, err := r.groupWindows(n, in)
	if err != nil {
		return nil, err
	}
	items, err := r.items(n.Exprs, scope{columns: in.Output(), windows: windows})
	if err != nil {
		return nil, err
	}
	return r.group(n, in, items, orders)
}

// groupSets resolves GROUPING SETS, ROLLUP and CUBE.
func (r *resolution) groupSets(n *plan.Aggregate, in plan.Node, orders []*expr.SortOrder) (plan.Node, error) {
	all := *n
	all.Grouping = slices.Concat(append([][]expr.Expr{n.Grouping}, n.Sets...)...)
	windows, err := r.groupWindows(&all, in)
	if err != nil {
		return nil, err
	}
	calls := make([]expr.Expr, len(windows))
	for i, w := range windows {
		calls[i] = w
	}
	if in, err = r.windows(in, calls); err != nil {
		return nil, err
	}
	// What can be named by GROUP BY has no grouping(…) in it.
	var plainItems []expr.Expr
	for _, e := range n.Exprs {
		if x, err := r.items([]expr.Expr{e}, scope{columns: in.Output(), windows: windows}); err == nil {
			plainItems = append(plainItems, x...)
		} else {
			plainItems = append(plainItems, expr.Lit(nil))
		}
	}
	over, sets, err := r.expand(n, in, plainItems)
	if err != nil {
		return nil, err
	}
	items, err := r.items(n.Exprs, scope{columns: in.Output(), sets: sets, windows: windows})
	if err != nil {
		return nil, err
	}
	return r.groupOver(n, over, items, orders, scope{columns: in.Output(), aliases: items, sets: sets, windows: windows})
}

// grouping resolves the keys: columns, items by their place or alias, any
// expression.
func (r *resolution) grouping(n *plan.Aggregate, in plan.Node, items []expr.Expr) ([]expr.Expr, error) {
	if n.Kind == plan.GroupByAll {
		var keys []expr.Expr
		for _, item := range items {
			if !expr.HasAggregate(item) {
				keys = append(keys, unalias(item))
			}
		}
		return keys, nil
	}
	var keys []expr.Expr
	for _, g := range n.Grouping {
		if l, ok := g.(*expr.Literal); ok {
			if at, isNumber := wholeNumber(l); isNumber {
				if at < 1 || at > int64(len(items)) {
					return nil, fault.New(fault.GroupByPosRange, "GROUP BY %d: the select list has %d items", at, len(items)).
						Locate(n.At)
				}
				g = unalias(items[at-1])
				if expr.HasAggregate(g) {
					return nil, fault.New(fault.GroupByPosAggregate, "GROUP BY %d: that item, %v, has an aggregate function", at, g).
						Locate(n.At)
				}
			}
		}
		e, err := r.expr(g, scope{columns: in.Output(), aliases: items})
		if err != nil {
			return nil, err
		}
		if expr.HasAggregate(e) {
			return nil, fault.New(fault.GroupByAggregate, "an aggregate function stands in GROUP BY %v", e).Locate(n.At)
		}
		if holds(e.Type(), types.Variant) {
			return nil, fault.New(fault.GroupNotOrderable, "rows cannot be grouped by %v, which is a VARIANT or holds one", e).Locate(n.At)
		}
		if plan.Streaming(in) && holds(e.Type(), types.Map) {
			return nil, fault.New(fault.UnsupportedFeature, "%v is a map or holds one; the state of a stream has no maps as keys; "+
				"group by map_entries of it, sorted", e).Locate(n.At)
		}
		keys = append(keys, unalias(e))
	}
	return keys, nil
}

func unalias(e expr.Expr) expr.Expr {
	if a, ok := e.(*expr.Alias); ok {
		return a.Child
	}
	return e
}

// group makes the three nodes of an aggregate, see the package's text, and the
// sort above them.
func (r *resolution) group(n *plan.Aggregate, in plan.Node, items []expr.Expr, orders []*expr.SortOrder) (plan.Node, error) {
	windows, err := r.groupWindows(n, in)
	if err != nil {
		return nil, err
	}
	return r.groupOver(n, in, items, orders, scope{columns: in.Output(), aliases: items, windows: windows})
}

// groupOver is group where in may be expanded for grouping sets, which s then has.
func (r *resolution) groupOver(n *plan.Aggregate, in plan.Node, items []expr.Expr, orders []*expr.SortOrder, s scope) (plan.Node, error) {
	var keys []expr.Expr
	var err error
	if s.sets != nil {
		keys = append(asExprs(s.sets.columns), s.sets.id)
	} else if keys, err = r.grouping(n, in, items); err != nil {
		return nil, err
	}
	var having expr.Expr
	if n.Having != nil {
		if having, err = r.expr(n.Having, s); err != nil {
			return nil, err
		}
		if having, err = r.condition(having, n.At); err != nil {
			return nil, err
		}
	}
	orders, err = r.orders(orders, items, s)
	if err != nil {
		return nil, err
	}
	// Everything that may hold a time window passes through one list.
	all := slices.Concat(keys, items)
	if having != nil {
		all = append(all, having)
	}
	for _, o := range orders {
		all = append(all, o)
	}
	if in, err = r.windows(in, all); err != nil {
		return nil, err
	}
	keys, items, all = all[:len(keys)], all[len(keys):len(keys)+len(items)], all[len(keys)+len(items):]
	g := newGrouping(n, in, keys)
	g.sets, g.outer = s.sets, r.outer
	out := make([]expr.Expr, len(items))
	for i, item := range items {
		if out[i], err = g.rewrite(item); err != nil {
			return nil, err
		}
	}
	for i := range all {
		if all[i], err = g.rewrite(all[i]); err != nil {
			return nil, err
		}
	}
	if having != nil {
		having, all = all[0], all[1:]
	}
	var node plan.Node = g.node()
	if having != nil {
		node = &plan.Filter{Origin: n.Origin, Input: node, Condition: having}
	}
	both := append(slices.Clone(out), all...)
	if node, both, err = r.overs(node, both); err != nil {
		return nil, err
	}
	out, all = both[:len(out)], both[len(out):]
	if node, out, err = r.generators(n.Origin, node, out); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return &plan.Project{Origin: n.Origin, Input: node, Exprs: out}, nil
	}
	return sorted(n.Origin, node, out, all), nil
}

// sorted puts a Sort over a Project; what the orders need and the Project does
// not give goes through it hidden.
func sorted(o plan.Origin, in plan.Node, items, orders []expr.Expr) plan.Node {
	wide := slices.Clone(items)
	keys := make([]*expr.SortOrder, len(orders))
	for i, e := range orders {
		order := *e.(*expr.SortOrder)
		order.Child = hidden(order.Child, &wide)
		keys[i] = &order
	}
	var node plan.Node = &plan.Sort{Origin: o, Input: &plan.Project{Origin: o, Input: in, Exprs: wide}, Orders: keys, Global: true}
	if len(wide) == len(items) {
		return node
	}
	narrow := make([]expr.Expr, len(items))
	for i, item := range items {
		narrow[i] = expr.Named(item)
	}
	return &plan.Project{Origin: o, Input: node, Exprs: narrow}
}

// hidden is a column of the list that equals e, added where there is none.
func hidden(e expr.Expr, list *[]expr.Expr) expr.Expr {
	for _, item := range *list {
		if expr.Equal(unalias(item), e) {
			return expr.Named(item)
		}
	}
	item := named(e)
	if r, ok := item.(*expr.Ref); ok {
		*list = append(*list, r)
		return r
	}
	*list = append(*list, item)
	return expr.Named(item)
}

// grouped builds an Aggregate: keys and aggregate functions, each once.
type grouped struct {
	origin plan.Origin
	in     plan.Node
	keys   []expr.Expr // Refs or Aliases
	calls  []*expr.Alias
	sets   *expanded // of grouping sets, nil for none
	outer  []scope   // whose columns are constant within the query
}

func newGrouping(n *plan.Aggregate, in plan.Node, keys []expr.Expr) *grouped {
	g := &grouped{origin: n.Origin, in: in}
	for _, k := range keys {
		if !slices.ContainsFunc(g.keys, func(have expr.Expr) bool { return expr.Equal(unalias(have), k) }) {
			g.keys = append(g.keys, named(k))
		}
	}
	return g
}

// rewrite replaces keys and aggregate functions by the columns of the Aggregate.
func (g *grouped) rewrite(e expr.Expr) (expr.Expr, error) {
	for _, k := range g.keys {
		if expr.Equal(unalias(k), e) {
			return expr.Named(k), nil
		}
	}
	if g.sets != nil {
		for i, k := range g.sets.keys {
			if expr.Equal(k, e) {
				return g.sets.columns[i], nil
			}
		}
	}
	switch e := e.(type) {
	case *expr.Window:
		return g.rewriteWindow(e)
	case *expr.AggregateCall:
		for _, c := range g.calls {
			if expr.Equal(c.Child, e) {
				return c.Ref(), nil
			}
		}
		c := &expr.Alias{Child: e, Names: []string{e.String()}, ID: expr.NewID(), Implicit: true}
		g.calls = append(g.calls, c)
		return c.Ref(), nil
	case *expr.Ref:
		if slices.ContainsFunc(g.outer, func(s scope) bool {
			return slices.ContainsFunc(s.columns, func(c *expr.Ref) bool { return c.ID == e.ID })
		}) {
			return e, nil
		}
		cond := fault.MissingAggregation
		if len(g.keys) == 0 {
			cond = fault.MissingGroupBy
		}
		return nil, fault.New(cond, "the column `%s` is neither grouped nor in an aggregate function; "+
			"add it to GROUP BY or write any_value(%s)", e.Name, e.Name).With("expression", e.Name).Locate(g.origin.At)
	}
	children := e.Children()
	if len(children) == 0 {
		return e, nil
	}
	fresh := make([]expr.Expr, len(children))
	for i, c := range children {
		var err error
		if fresh[i], err = g.rewrite(c); err != nil {
			return nil, err
		}
	}
	return e.WithChildren(fresh), nil
}

// rewriteWindow is rewrite for a window function over groups: its function is no
// aggregate of the groups, but what that reads may be one.
func (g *grouped) rewriteWindow(w *expr.Window) (expr.Expr, error) {
	children := slices.Clone(w.Children())
	for i, c := range children {
		if i > 0 {
			var err error
			if children[i], err = g.rewrite(c); err != nil {
				return nil, err
			}
			continue
		}
		args := slices.Clone(c.Children())
		for k, a := range args {
			var err error
			if args[k], err = g.rewrite(a); err != nil {
				return nil, err
			}
		}
		children[0] = c.WithChildren(args)
	}
	return w.WithChildren(children), nil
}

func (g *grouped) node() plan.Node {
	exprs := make([]expr.Expr, 0, len(g.keys)+len(g.calls))
	for _, k := range g.keys {
		exprs = append(exprs, expr.Named(k))
	}
	for _, c := range g.calls {
		exprs = append(exprs, c)
	}
	return &plan.Aggregate{Origin: g.origin, Input: g.in, Grouping: g.keys, Exprs: exprs}
}

// fieldOfColumn reports whether e is a field of a column, or of a field of one: such
// an item has the field's name, others that of the whole expression.
func fieldOfColumn(e *expr.Field) bool {
	switch child := e.Child.(type) {
	case *expr.Ref:
		return true
	case *expr.Field:
		return fieldOfColumn(child)
	}
	return false
}
