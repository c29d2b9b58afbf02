package sql

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// queryAt reports whether a query begins at a token: SELECT, WITH, FROM, VALUES or
// TABLE with what must follow it.
func (p *parser) queryAt(i int) bool {
	if i+1 >= len(p.tokens) || p.tokens[i].kind != wordToken {
		return false
	}
	t, next := &p.tokens[i], &p.tokens[i+1]
	switch {
	case t.is("SELECT"):
		return next.kind != symbolToken || next.isAnySymbol("*", "(", "-", "+", "~", "!", "?", ":", "/*+")
	case t.is("WITH"):
		return next.isName()
	case t.is("FROM"):
		return next.isName() || next.isSymbol("(")
	case t.is("VALUES"):
		return next.isSymbol("(") || next.kind == textToken || next.isNumber() || next.isSymbol("-") && p.tokens[i+2].isNumber() ||
			next.kind == wordToken && !next.isAny(operandWords)
	case t.is("TABLE"):
		return next.isName() && !next.isAny(operandWords)
	}
	return false
}

func (t *token) isAnySymbol(symbols ...string) bool {
	for _, s := range symbols {
		if t.isSymbol(s) {
			return true
		}
	}
	return false
}

// queryAfterParentheses reports whether a query begins behind the parentheses at
// the token.
func (p *parser) queryAfterParentheses() bool { return p.queryAfterParenthesesAt(p.next) }

func (p *parser) queryAfterParenthesesAt(i int) bool {
	for end := i + maxDepth; i < end && i < len(p.tokens) && p.tokens[i].isSymbol("("); i++ {
	}
	return p.queryAt(i)
}

// queryGoesOn reports whether what stands behind a query in parentheses belongs
// to a query rather than to an expression or a relation.
func (p *parser) queryGoesOn() bool {
	t := p.token()
	return t.isAnySymbol(")", "|>") || t.isAny(queryWords)
}

var queryWords = []string{"UNION", "EXCEPT", "MINUS", "INTERSECT", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "LIMIT",
	"OFFSET"}

var orderWords = []string{"ORDER", "SORT", "CLUSTER", "DISTRIBUTE"}

// query reads a whole query.
func (p *parser) query() plan.Node { return p.queryFrom(nil, p.begin()) }

// queryFrom reads a query of which the first operand may have been read.
func (p *parser) queryFrom(first plan.Node, start int) plan.Node {
	if !p.enter() {
		return &plan.OneRow{}
	}
	defer p.leave()
	base, named := p.windowBase, p.named
	p.windowBase, p.named = len(p.windows), nil
	defer func() { p.windowBase, p.named = base, named }()
	var with *plan.With
	if first == nil && p.atWord("WITH") {
		with = p.with()
		start = p.begin()
	}
	n := p.organize(p.setOperations(first, start))
	p.resolveWindows()
	if with != nil {
		with.Input = n
		return with
	}
	return n
}

// with reads WITH name (columns) AS (query), ….
func (p *parser) with() *plan.With {
	w := &plan.With{}
	start := p.begin()
	p.expectWords("WITH")
	if p.atWord("RECURSIVE") && p.ahead(1).isName() && !p.ahead(1).is("AS") {
		p.advance()
		w.Recursive = true
	}
	for {
		w.Names = append(w.Names, p.name("the name of a query"))
		var columns []string
		if p.at("(") && !p.queryAt(p.next+1) {
			columns = p.nameList()
		}
		levels := int64(0)
		if at := p.begin(); p.acceptWords("MAX", "RECURSION", "LEVEL") {
			if levels = int64(p.number()); !w.Recursive {
				p.failAt(at, fault.InvalidSQLSyntax, "MAX RECURSION LEVEL needs WITH RECURSIVE")
			}
		}
		w.MaxLevels = append(w.MaxLevels, levels)
		p.acceptWords("AS")
		p.expect("(")
		w.Columns = append(w.Columns, columns)
		w.Relations = append(w.Relations, p.query())
		p.expect(")")
		if !p.accept(",") {
			w.Origin = p.origin(start)
			return w
		}
	}
}

// setOperations reads queries with UNION, EXCEPT and MINUS between them, from the
// left, and the pipes behind them.
func (p *parser) setOperations(first plan.Node, start int) plan.Node {
	left := p.intersections(first, start)
	for n := 1; ; n++ {
		p.link(n)
		var kind plan.SetKind
		switch {
		case p.at("|>"):
			p.advance()
			left = p.pipe(left, start)
			continue
		case p.acceptWords("UNION"):
			kind = plan.UnionSet
		case p.acceptWords("EXCEPT"), p.acceptWords("MINUS"):
			kind = plan.ExceptSet
		default:
			return left
		}
		all := p.quantifier()
		right := p.intersections(nil, p.begin())
		left = &plan.SetOp{Origin: p.origin(start), Left: left, Right: right, Kind: kind, All: all}
	}
}

// intersections reads queries with INTERSECT between them, which binds more
// tightly than UNION.
func (p *parser) intersections(first plan.Node, start int) plan.Node {
	left := first
	if left == nil {
		left = p.queryOperand()
	}
	for n := 1; p.acceptWords("INTERSECT"); n++ {
		p.link(n)
		all := p.quantifier()
		left = &plan.SetOp{Left: left, Kind: plan.IntersectSet, All: all, Right: p.queryOperand(), Origin: p.origin(start)}
	}
	return left
}

// quantifier reads ALL or DISTINCT behind a set operation.
func (p *parser) quantifier() (all bool) {
	if p.acceptWords("ALL") {
		return true
	}
	p.acceptWords("DISTINCT")
	return false
}

// queryOperand reads one operand of a set operation.
func (p *parser) queryOperand() plan.Node {
	start := p.begin()
	switch {
	case p.at("("):
		if !p.enter() {
			return &plan.OneRow{}
		}
		defer p.leave()
		p.advance()
		q := p.query()
		p.expect(")")
		return q
	case p.atWord("SELECT"):
		return p.selectFrom(nil, start)
	case p.atWord("FROM"):
		p.advance()
		from := p.relations()
		if !p.atWord("SELECT") {
			return from
		}
		n := p.selectFrom(from, start)
		for i := 1; p.atWord("SELECT"); i++ { // the same rows once more
			p.link(i)
			again := p.selectFrom(from, p.begin())
			n = &plan.SetOp{Origin: p.origin(start), Left: n, Right: again, Kind: plan.UnionSet, All: true}
		}
		return n
	case p.atWord("VALUES"):
		return p.inlineTable()
	case p.acceptWords("TABLE"):
		name := p.relationName()
		return &plan.Read{Origin: p.origin(start), Table: name}
	}
	p.unexpected("a query", "SELECT", "FROM", "VALUES", "TABLE", "WITH")
	return &plan.OneRow{}
}

// organize reads what orders and cuts the rows of a query.
func (p *parser) organize(n plan.Node) plan.Node {
	start := p.begin()
	switch {
	case p.acceptWords("ORDER", "BY"):
		orders := p.sortOrders()
		n = &plan.Sort{Origin: p.origin(start), Input: n, Orders: orders, Global: true}
	case p.acceptWords("CLUSTER", "BY"):
		by := p.expressions()
		n = &plan.Repartition{Origin: p.origin(start), Input: n, By: by, Shuffle: true}
		n = &plan.Sort{Origin: p.origin(start), Input: n, Orders: ascending(by)}
	default:
		if p.acceptWords("DISTRIBUTE", "BY") {
			by := p.expressions()
			n = &plan.Repartition{Origin: p.origin(start), Input: n, By: by, Shuffle: true}
		}
		if at := p.begin(); p.acceptWords("SORT", "BY") {
			orders := p.sortOrders()
			n = &plan.Sort{Origin: p.origin(at), Input: n, Orders: orders}
		}
	}
	if p.token().isAny(orderWords) && p.ahead(1).is("BY") {
		p.failAt(p.begin(), fault.UnsupportedFeature, "of ORDER BY, CLUSTER BY, and DISTRIBUTE BY with SORT BY behind it, "+
			"a query can have only one")
	}
	if p.acceptWords("WINDOW") {
		p.defineWindows()
	}
	return p.cut(n)
}

// cut reads LIMIT and OFFSET, in either order. Rows are skipped first.
func (p *parser) cut(n plan.Node) plan.Node {
	start := p.begin()
	limit := p.limit()
	if at := p.begin(); p.acceptWords("OFFSET") {
		count := p.expression()
		n = &plan.Offset{Origin: p.origin(at), Input: n, Count: count}
		if limit == nil {
			start = p.begin()
			limit = p.limit()
		}
	}
	if limit != nil {
		n = &plan.Limit{Origin: p.origin(start), Input: n, Count: limit}
	}
	return n
}

// limit reads LIMIT; nil for none and for LIMIT ALL.
func (p *parser) limit() expr.Expr {
	if !p.acceptWords("LIMIT") || p.acceptWords("ALL") {
		return nil
	}
	return p.expression()
}

func ascending(by []expr.Expr) []*expr.SortOrder {
	orders := make([]*expr.SortOrder, len(by))
	for i, e := range by {
		orders[i] = &expr.SortOrder{Child: e, NullsFirst: true}
	}
	return orders
}

// sortOrders reads what follows ORDER BY. Nulls come first where the order is
// ascending and last where it is descending, unless the text says otherwise.
func (p *parser) sortOrders() []*expr.SortOrder {
	var orders []*expr.SortOrder
	for {
		o := &expr.SortOrder{Child: p.expression()}
		switch {
		case p.acceptWords("DESC"):
			o.Descending = true
		case p.acceptWords("ASC"):
		}
		o.NullsFirst = !o.Descending
		switch {
		case p.acceptWords("NULLS", "FIRST"):
			o.NullsFirst = true
		case p.acceptWords("NULLS", "LAST"):
			o.NullsFirst = false
		}
		orders = append(orders, o)
		if !p.accept(",") {
			return orders
		}
	}
}
