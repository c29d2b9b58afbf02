package analyze

import (
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// refs are new columns for the fields of a schema.
func refs(s types.Schema, qualifier []string) []*expr.Ref {
	list := make([]*expr.Ref, s.Len())
	for i, f := range s.Fields {
		list[i] = &expr.Ref{Name: f.Name, ID: expr.NewID(), Typ: f.Type, Null: f.Nullable,
			Qualifier: qualifier, Metadata: f.Metadata, Watermark: -1}
	}
	return list
}

// read finds a table, a view, a CTE or a format.
func (r *resolution) read(n *plan.Read) (plan.Node, error) {
	if n.Format != "" {
		return r.readFormat(n, n.Format, n.Paths)
	}
	if len(n.Table) == 1 {
		if out, ok, err := r.readCTE(n); ok || err != nil {
			return out, err
		}
	}
	if view, err := r.Catalog.View(n.Table); err != nil {
		return nil, err
	} else if view != nil {
		return r.readView(n, view)
	}
	if len(n.Table) == 2 {
		if f, ok := r.Catalog.Format(n.Table[0]); ok {
			if _, isTable := f.(connector.TableFormat); isTable {
				return r.readFormat(n, n.Table[0], []string{n.Table[1]})
			}
		}
	}
	name := strings.Join(n.Table, ".")
	e := fault.New(fault.TableNotFound, "the table or view `%s` cannot be found", name).With("relationName", name)
	if near := connector.Nearest(name, r.Catalog.Names()); near != "" {
		e.Message += "; did you mean `" + near + "`?"
	}
	return nil, e.Locate(n.At)
}

func (r *resolution) readCTE(n *plan.Read) (plan.Node, bool, error) {
	for i := len(r.ctes) - 1; i >= 0; i-- {
		c := r.ctes[i]
		if !strings.EqualFold(c.name, n.Table[0]) {
			continue
		}
		if c.running != nil {
			return &plan.SubqueryAlias{Origin: n.Origin, Input: lastLevel(n, c.running), Name: []string{c.name}}, true, nil
		}
		defer r.within(r.ctes[:c.outer])()
		if rec, ok, err := r.recursive(n, c); ok {
			if err != nil {
				return nil, true, err
			}
			return &plan.SubqueryAlias{Origin: n.Origin, Input: rec, Name: []string{c.name}}, true, nil
		}
		out, err := r.node(&plan.SubqueryAlias{Origin: n.Origin, Input: c.query, Name: []string{c.name}, Columns: c.columns})
		return out, true, err
	}
	return nil, false, nil
}

// within makes these named queries the only ones in scope, and no columns of
// queries around, until the function it gives is called.
func (r *resolution) within(ctes []cte) func() {
	outer, columns := r.ctes, r.outer
	r.ctes, r.outer = ctes, nil
	return func() { r.ctes, r.outer = outer, columns }
}

// readView resolves a view's own plan. A view over a format is a stream where
// STREAM(view) asks for one.
func (r *resolution) readView(n *plan.Read, view plan.Node) (plan.Node, error) {
	if read, ok := view.(*plan.Read); ok && n.Streaming && read.Format != "" {
		stream := *read
		stream.Streaming = true
		view = &stream
	}
	defer r.within(nil)()
	r.hidden = r.hidden || asksHidden(view)
	out, err := r.node(view)
	if err != nil {
		return nil, err
	}
	if n.Streaming && !plan.Streaming(out) {
		return nil, fault.New(fault.UnsupportedFeature,
			"STREAM(%s): the view is no stream; read it without STREAM", strings.Join(n.Table, ".")).Locate(n.At)
	}
	return &plan.SubqueryAlias{Origin: n.Origin, Input: out, Name: n.Table}, nil
}

func (r *resolution) readFormat(n *plan.Read, name string, paths []string) (plan.Node, error) {
	f, ok := r.Catalog.Format(name)
	if !ok {
		e := fault.New(fault.DataSourceNotFound, "there is no data source %s", name).With("provider", name)
		if near := connector.Nearest(name, r.Catalog.Formats()); near != "" {
			e.Message += "; did you mean " + near + "?"
		}
		return nil, e.Locate(n.At)
	}
	scan := &plan.Scan{Origin: n.Origin, Name: f.Name(), Streaming: n.Streaming,
		Spec: connector.SourceSpec{Options: connector.NewOptions(n.Options), Schema: n.Schema, Paths: paths, Env: r.Env}}
	if n.Streaming {
		source, ok := f.(connector.SourceFormat)
		if !ok {
			return nil, fault.New(fault.UnsupportedFeature, "%s cannot be read as a stream", name).Locate(n.At)
		}
		schema, err := source.SourceSchema(r.ctx, scan.Spec)
		if err != nil {
			return nil, err
		}
		scan.Source, scan.Columns = source, refs(schema, nil)
		r.withHidden(f, scan)
		return scan, nil
	}
	tables, ok := f.(connector.TableFormat)
	if !ok {
		return nil, fault.New(fault.UnsupportedFeature,
			"%s can only be read as a stream; use readStream or STREAM(…)", name).Locate(n.At)
	}
	table, err := tables.OpenTable(r.ctx, scan.Spec)
	if err != nil {
		return nil, err
	}
	scan.Table, scan.Columns = table, refs(table.Schema(), nil)
	r.withHidden(f, scan)
	return scan, nil
}

func (r *resolution) local(n *plan.LocalRelation) plan.Node {
	return &plan.LocalRelation{Origin: n.Origin, Schema: n.Schema, Rows: n.Rows, Columns: refs(n.Schema, nil)}
}

// values makes a local relation of VALUES, the columns col1, col2, … of the
// common types of their rows.
func (r *resolution) values(n *plan.Values) (plan.Node, error) {
	width := len(n.Rows[0])
	rows := make([][]expr.Expr, len(n.Rows))
	for i, row := range n.Rows {
		if len(row) != width {
			return nil, fault.New(fault.InlineTableColumns, "row %d of VALUES has %d columns, the first has %d",
				i+1, len(row), width).Locate(n.At)
		}
		var err error
		if rows[i], err = r.exprs(row, scope{}); err != nil {
			return nil, err
		}
	}
	fields := make([]types.Field, width)
	for c := range width {
		column := make([]expr.Expr, len(rows))
		for i := range rows {
			column[i] = rows[i][c]
		}
		cast, t, err := r.Resolver.UnifyApart("VALUES", column)
		if err != nil {
			return nil, fault.New(fault.InlineTableTypes, "the values of column %d of VALUES have types that have none in common", c+1).
				Wrap(err).Locate(n.At)
		}
		nullable := false
		for i := range rows {
			rows[i][c] = cast[i]
			nullable = nullable || cast[i].Nullable()
		}
		fields[c] = types.Field{Name: "col" + strconv.Itoa(c+1), Type: t, Nullable: nullable}
	}
	schema := types.NewSchema(fields...)
	union := &plan.LocalRelation{Origin: n.Origin, Schema: schema, Columns: refs(schema, nil), Exprs: rows}
	return union, nil
}

func (r *resolution) tableFunction(n *plan.TableFunction) (plan.Node, error) {
	if strings.EqualFold(n.Name, "identifier") && len(n.Args) == 1 {
		if parts := r.identifier(n.Args[0]); parts != nil {
			return r.node(&plan.Read{Origin: n.Origin, Table: parts})
		}
	}
	args, err := r.exprs(n.Args, scope{})
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(n.Name, "range") {
		return r.rangeFunction(n, args)
	}
	if r.Registry.Generator(n.Name) == nil {
		return nil, fault.New(fault.UnresolvedTVF, "there is no table-valued function `%s`", n.Name).
			With("name", "`"+n.Name+"`").Locate(n.At)
	}
	return r.generate(&plan.Generate{Origin: n.Origin, Input: &plan.OneRow{},
		Generator: &expr.UnresolvedFunction{Name: n.Name, Args: n.Args, At: n.At}})
}

func (r *resolution) rangeFunction(n *plan.TableFunction, args []expr.Expr) (plan.Node, error) {
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := r.constantNumber(a)
		if !ok || i > 3 {
			return nil, fault.New(fault.TypeMismatch, "range takes whole numbers: range([start,] end [, step])").Locate(n.At)
		}
		if i < 3 {
			bounds[i] = v
		}
	}
	if len(args) == 0 {
		return nil, fault.New(fault.WrongNumArgs, "range takes 1 to 4 arguments").Locate(n.At)
	}
	if len(args) == 1 {
		bounds = []int64{0, bounds[0], 1}
	}
	return ranged(&plan.Range{Origin: n.Origin, Start: bounds[0], End: bounds[1], Step: bounds[2]})
}

// ranged gives the numbers their column.
func ranged(n *plan.Range) (plan.Node, error) {
	if n.Step == 0 {
		return nil, fault.New(fault.IllegalArgument, "the step of range is 0").Locate(n.At)
	}
	out := *n
	out.Column = &expr.Ref{Name: "id", ID: expr.NewID(), Typ: types.Of(types.Long), Watermark: -1}
	return &out, nil
}

// wholeNumber is the value of an integer that is written as one.
func wholeNumber(e expr.Expr) (int64, bool) {
	switch e := e.(type) {
	case *expr.Literal:
		return expr.WholeNumber(e.Value)
	case *expr.Call:
		if e.Fn.Name == "negative" && len(e.Args) == 1 {
			v, ok := wholeNumber(e.Args[0])
			return -v, ok
		}
	case *expr.Cast:
		return wholeNumber(e.Child)
	}
	return 0, false
}

// constantNumber is the value of a constant integer.
func (r *resolution) constantNumber(e expr.Expr) (int64, bool) {
	if !e.Type().Integral() {
		return 0, false
	}
	return expr.WholeNumber(r.constant(e))
}

// constant is the value of an expression that reads no column, nil where it has none
// or fails.
func (r *resolution) constant(e expr.Expr) any {
	if l, ok := e.(*expr.Literal); ok {
		return l.Value
	}
	reads := false
	expr.Walk(e, func(x expr.Expr) bool {
		switch x.(type) {
		case *expr.Literal, *expr.Call, *expr.Cast:
		default:
			reads = true
		}
		return !reads
	})
	if reads {
		return nil
	}
	v, err := r.value(e)
	if err != nil {
		return nil
	}
	return v
}

// subqueryAlias names a relation; column names become a projection.
func (r *resolution) subqueryAlias(n *plan.SubqueryAlias) (plan.Node, error) {
	in, err := r.node(n.Input)
	if err != nil {
		return nil, err
	}
	in = r.without(in, ofSide)
	if len(n.Columns) > 0 {
		out := in.Output()
		if len(out) != len(n.Columns) {
			cond := fault.NumColumnsMismatch
			if _, inline := n.Input.(*plan.Values); inline {
				cond = fault.InlineTableColumns
			}
			return nil, fault.New(cond, "%s has %d columns, %d names are given",
				strings.Join(n.Name, "."), len(out), len(n.Columns)).Locate(n.At)
		}
		in = rename(in, out, n.Columns)
	}
	return &plan.SubqueryAlias{Origin: n.Origin, Input: in, Name: n.Name}, nil
}

func rename(in plan.Node, out []*expr.Ref, names []string) plan.Node {
	exprs := make([]expr.Expr, len(out))
	for i, c := range out {
		if c.Name == names[i] {
			exprs[i] = c
		} else {
			exprs[i] = &expr.Alias{Child: c, Names: names[i : i+1], ID: expr.NewID()}
		}
	}
	return &plan.Project{Input: in, Exprs: exprs}
}

func (r *resolution) with(n *plan.With) (plan.Node, error) {
	outer := r.ctes
	defer func() { r.ctes = outer }()
	for i, name := range n.Names {
		if slices.ContainsFunc(n.Names[:i], func(before string) bool { return sameName(before, name) }) {
			return nil, fault.New(fault.DuplicateCTE, "two queries of WITH are called `%s`", name).
				With("duplicateNames", "`"+name+"`").Locate(n.At)
		}
		c := cte{name: name, query: n.Relations[i], outer: len(r.ctes), recursive: n.Recursive}
		if n.Columns != nil {
			c.columns = n.Columns[i]
		}
		if n.MaxLevels != nil {
			c.levels = n.MaxLevels[i]
		}
		r.ctes = append(r.ctes[:len(r.ctes):len(r.ctes)], c)
	}
	return r.node(n.Input)
}

func sameName(a, b string) bool { return strings.EqualFold(a, b) }
