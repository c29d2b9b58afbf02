package sql

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// maxSets bounds the grouping sets that ROLLUP, CUBE and their products make.
const maxSets = 4096

// groupElement is one item of GROUP BY: the sets it stands for. An expression is
// one set of one.
type groupElement struct {
	kind plan.GroupKind
	// exprs are the arguments of ROLLUP and CUBE, or the expression.
	exprs []expr.Expr
	// simple says that no argument is a list.
	simple bool
	sets   [][]expr.Expr
}

// grouping reads what follows GROUP BY.
func (p *parser) grouping(agg *plan.Aggregate) {
	if next := p.ahead(1); p.atWord("ALL") && (next.kind != symbolToken || next.isAnySymbol(")", ";", "|>")) {
		p.advance()
		agg.Kind = plan.GroupByAll
		return
	}
	start := p.begin()
	if p.at("(") && p.ahead(1).isSymbol(")") {
		p.advance()
		p.unexpected("an expression; () stands within GROUPING SETS alone")
		return
	}
	elements := []groupElement{p.groupElement()}
	for p.accept(",") {
		elements = append(elements, p.groupElement())
	}
	switch {
	case p.acceptWords("WITH", "ROLLUP"):
		agg.Kind, agg.Grouping = plan.Rollup, plainGroup(elements)
	case p.acceptWords("WITH", "CUBE"):
		agg.Kind, agg.Grouping = plan.Cube, plainGroup(elements)
	case p.atWords("GROUPING", "SETS"):
		sets := p.groupElement()
		agg.Kind, agg.Grouping, agg.Sets = plan.GroupingSets, plainGroup(elements), sets.sets
	default:
		p.combine(agg, elements, start)
	}
}

func plainGroup(elements []groupElement) []expr.Expr {
	var list []expr.Expr
	for _, e := range elements {
		list = append(list, e.exprs...)
	}
	return list
}

// combine makes one form of all the elements: as written where there is one, else
// every combination of their sets.
func (p *parser) combine(agg *plan.Aggregate, elements []groupElement, start int) {
	if len(elements) == 1 && elements[0].simple {
		agg.Kind, agg.Grouping = elements[0].kind, elements[0].exprs
		return
	}
	plain := true
	for _, e := range elements {
		plain = plain && e.kind == plan.GroupBy
	}
	if plain {
		agg.Grouping = plainGroup(elements)
		return
	}
	sets := [][]expr.Expr{nil}
	for _, e := range elements {
		own := p.expand(e)
		if len(sets)*len(own) > maxSets {
			p.failAt(start, fault.TooComplex, "GROUP BY makes more than %d grouping sets", maxSets)
			return
		}
		var next [][]expr.Expr
		for _, left := range sets {
			for _, right := range own {
				next = append(next, append(left[:len(left):len(left)], right...))
			}
		}
		sets = next
	}
	agg.Kind, agg.Sets, agg.Grouping = plan.GroupingSets, sets, distinctExprs(sets)
}

// distinctExprs are the expressions of all sets, each once, told apart by their
// text.
func distinctExprs(sets [][]expr.Expr) []expr.Expr {
	var list []expr.Expr
	seen := map[string]bool{}
	for _, set := range sets {
		for _, e := range set {
			if text := e.String(); !seen[text] {
				seen[text] = true
				list = append(list, e)
			}
		}
	}
	return list
}

// groupElement reads one item of GROUP BY.
func (p *parser) groupElement() groupElement {
	if !p.enter() {
		return groupElement{}
	}
	defer p.leave()
	next := p.ahead(1)
	switch {
	case p.atWords("GROUPING", "SETS") && p.ahead(2).isSymbol("("):
		p.advance()
		p.advance()
		e := groupElement{kind: plan.GroupingSets}
		for _, inner := range p.groupElements() {
			e.sets = append(e.sets, p.expand(inner)...)
		}
		e.exprs = distinctExprs(e.sets)
		return e
	case p.atWord("ROLLUP") && next.isSymbol("("), p.atWord("CUBE") && next.isSymbol("("):
		e := groupElement{kind: plan.Rollup, simple: true}
		if p.atWord("CUBE") {
			e.kind = plan.Cube
		}
		p.advance()
		for _, inner := range p.groupElements() {
			e.simple = e.simple && len(inner.exprs) == 1
			e.exprs = append(e.exprs, inner.exprs...)
			e.sets = append(e.sets, inner.exprs)
		}
		return e
	case p.at("("):
		return p.groupList()
	}
	x := p.expression()
	return groupElement{exprs: []expr.Expr{x}, simple: true}
}

// groupElements reads items of GROUP BY in parentheses.
func (p *parser) groupElements() []groupElement {
	p.expect("(")
	var list []groupElement
	for {
		list = append(list, p.groupElement())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return list
}

// groupList reads (a, b), () or an expression that begins with a parenthesis.
func (p *parser) groupList() groupElement {
	start := p.begin()
	if p.ahead(1).isSymbol(")") {
		p.advance()
		p.advance()
		return groupElement{}
	}
	x := p.expression()
	if row, ok := x.(*expr.UnresolvedFunction); ok && row.Name == "struct" && !row.Written && row.At.Start == start {
		return groupElement{exprs: row.Args}
	}
	return groupElement{exprs: []expr.Expr{x}, simple: true}
}

// expand is the sets that an element stands for.
func (p *parser) expand(e groupElement) [][]expr.Expr {
	switch e.kind {
	case plan.GroupingSets:
		return e.sets
	case plan.Rollup:
		var sets [][]expr.Expr
		for n := len(e.sets); n >= 0; n-- {
			var set []expr.Expr
			for _, part := range e.sets[:n] {
				set = append(set, part...)
			}
			sets = append(sets, set)
		}
		return sets
	case plan.Cube:
		if len(e.sets) > 12 {
			p.failAt(p.begin(), fault.TooComplex, "CUBE of %d expressions makes more than %d grouping sets", len(e.sets), maxSets)
			return nil
		}
		var sets [][]expr.Expr
		for left := 1<<len(e.sets) - 1; left >= 0; left-- {
			var set []expr.Expr
			for i, part := range e.sets {
				if left>>(len(e.sets)-1-i)&1 == 1 {
					set = append(set, part...)
				}
			}
			sets = append(sets, set)
		}
		return sets
	default:
		return [][]expr.Expr{e.exprs}
	}
}
