package sql

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// joins reads the joins behind a relation.
func (p *parser) joins(left plan.Node, start int) plan.Node {
	for n := 1; ; n++ {
		p.link(n)
		kind, natural, ok := p.joinType()
		if !ok {
			return left
		}
		if p.acceptWords("LATERAL") {
			left = p.lateral(left, kind, start)
			continue
		}
		j := &plan.Join{Left: left, Type: kind, Natural: natural}
		j.Right = p.relationOperand()
		p.joinOn(j)
		j.Origin = p.origin(start)
		left = j
	}
}

// joinOn reads ON and USING.
func (p *parser) joinOn(j *plan.Join) {
	start := p.begin()
	switch {
	case p.acceptWords("ON"):
		j.Condition = p.expression()
	case p.atWord("USING"):
		p.advance()
		j.Using = p.nameList()
	default:
		return
	}
	if j.Natural {
		p.failAt(start, fault.ParseSyntax, "a NATURAL JOIN has no ON and no USING: it joins by the columns of the same name")
	}
}

// joinForm is one spelling of a join, without the word JOIN.
type joinForm struct {
	words []string
	kind  plan.JoinType
}

// joinForms are the spellings, longer ones first.
var joinForms = []joinForm{
	{[]string{"INNER"}, plan.InnerJoin}, {[]string{"CROSS"}, plan.CrossJoin},
	{[]string{"LEFT", "OUTER"}, plan.LeftOuterJoin}, {[]string{"LEFT", "SEMI"}, plan.LeftSemiJoin},
	{[]string{"LEFT", "ANTI"}, plan.LeftAntiJoin}, {[]string{"LEFT"}, plan.LeftOuterJoin},
	{[]string{"SEMI"}, plan.LeftSemiJoin}, {[]string{"ANTI"}, plan.LeftAntiJoin},
	{[]string{"RIGHT", "OUTER"}, plan.RightOuterJoin}, {[]string{"RIGHT"}, plan.RightOuterJoin},
	{[]string{"FULL", "OUTER"}, plan.FullOuterJoin}, {[]string{"FULL"}, plan.FullOuterJoin},
	{nil, plan.InnerJoin},
}

// joinType takes [NATURAL] [LEFT [OUTER|SEMI|ANTI] | …] JOIN; ok is false where no
// join stands here.
func (p *parser) joinType() (kind plan.JoinType, natural, ok bool) {
	if p.token().kind != wordToken {
		return 0, false, false
	}
	skip := 0
	if p.atWord("NATURAL") {
		skip = 1
	}
	for _, f := range joinForms {
		match := p.ahead(skip + len(f.words)).is("JOIN")
		for i, w := range f.words {
			match = match && p.ahead(skip+i).is(w)
		}
		if match {
			for range skip + len(f.words) + 1 {
				p.advance()
			}
			return f.kind, skip == 1, true
		}
	}
	return 0, false, false
}

// lateral reads what follows LATERAL and joins it: a query that may use the
// columns of left, or a generator, which is the same as LATERAL VIEW.
func (p *parser) lateral(left plan.Node, kind plan.JoinType, start int) plan.Node {
	at := p.begin()
	if kind > plan.LeftOuterJoin && kind != plan.CrossJoin {
		p.failAt(at, fault.LateralJoinType, "LATERAL can follow only INNER, LEFT OUTER and CROSS JOIN")
		return left
	}
	if !p.at("(") && !p.ahead(1).isSymbol("(") {
		p.unexpected("a query in parentheses or a function behind LATERAL")
		return left
	}
	right := p.relationOperand()
	j := &plan.Join{Left: left, Right: right, Type: kind, Lateral: true}
	p.joinOn(j)
	if g := p.lateralGenerator(j); g != nil {
		g.Origin = p.origin(start)
		return g
	}
	j.Origin = p.origin(start)
	return j
}

// lateralGenerator is the Generate that a lateral join with a function stands for,
// nil where it stands for none.
func (p *parser) lateralGenerator(j *plan.Join) *plan.Generate {
	g := &plan.Generate{Input: j.Left, Outer: j.Type == plan.LeftOuterJoin}
	n := j.Right
	if alias, ok := n.(*plan.SubqueryAlias); ok {
		g.Alias, g.Names, n = alias.Name[0], alias.Columns, alias.Input
	}
	f, ok := n.(*plan.TableFunction)
	if !ok || strings.EqualFold(f.Name, "range") || len(j.Using) > 0 {
		return nil
	}
	if l, literal := j.Condition.(*expr.Literal); j.Condition != nil && (!literal || l.Value != true) {
		return nil
	}
	g.Generator = &expr.UnresolvedFunction{Name: f.Name, Args: f.Args, Written: true, At: f.At}
	return g
}
