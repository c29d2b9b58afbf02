package sparkplan

import (
	"reflect"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/types"
)

// Lower puts what SQL would say for what clients alone say: text becomes expressions and
// queries, rows that were sent a local relation, subqueries by id subqueries. The analyzer
// knows the rest. The text is read by the session's parser, in its time zone. What weir
// cannot compute is refused here (UNSUPPORTED_FEATURE).
func Lower(n plan.Node, parser sql.Parser) (plan.Node, error) {
	l := &lowering{parser: parser, beside: make(map[int64]plan.Node)}
	return l.node(n)
}

// lowering is one run of Lower.
type lowering struct {
	parser sql.Parser
	// beside are the queries that stand beside the plan, by plan id.
	beside map[int64]plan.Node
	// arguments are those of the SQL text around; nil for none.
	arguments *plan.QueryText
	depth     int
}

// maxDepth bounds queries within each other, which may name each other.
const maxDepth = 100

func refuse(what string, at fault.Position) error {
	return fault.New(fault.UnsupportedFeature, "%s is not supported by this version of weir", what).Locate(at)
}

// node lowers a relation and what is beneath it.
func (l *lowering) node(n plan.Node) (plan.Node, error) {
	switch n := n.(type) {
	case *plan.WithRelations:
		return l.withRelations(n)
	case *plan.QueryText:
		return l.query(n)
	case *plan.SentRows:
		return sentRows(n)
	case *plan.Read:
		return sentRead(n)
	case *plan.Foreign:
		return nil, refuse("a relation "+n.What, n.At)
	case *plan.UploadedRows, *plan.KeptRelation, *plan.Shown:
		return nil, refuse("a relation that only a server of Spark Connect knows", originAt(n))
	}
	in := slices.Clone(n.Inputs())
	for i := range in {
		var err error
		if in[i], err = l.node(in[i]); err != nil {
			return nil, err
		}
	}
	if len(in) > 0 {
		n = n.WithInputs(in)
	}
	switch n := n.(type) {
	case *plan.ParsedText:
		return parsedText(n)
	case *plan.Repartition, *plan.Hint: // without effect
		return n, nil
	}
	return l.inside(n)
}

// inside lowers the expressions of one node, wherever its struct has them.
func (l *lowering) inside(n plan.Node) (plan.Node, error) {
	v := reflect.New(reflect.TypeOf(n).Elem())
	v.Elem().Set(reflect.ValueOf(n).Elem())
	for i := range v.Elem().NumField() {
		f := v.Elem().Field(i)
		if !f.CanSet() {
			continue
		}
		var err error
		switch held := f.Interface().(type) {
		case expr.Expr:
			var e expr.Expr
			if e, err = l.expr(held); err == nil {
				f.Set(reflect.ValueOf(e))
			}
		case []expr.Expr:
			err = lowerList(l, f, held)
		case []*expr.SortOrder:
			err = lowerList(l, f, held)
		case []*expr.Alias:
			err = lowerList(l, f, held)
		case [][]expr.Expr:
			fresh := make([][]expr.Expr, len(held))
			for k, list := range held {
				row := reflect.New(reflect.TypeOf(list)).Elem()
				if err = lowerList(l, row, list); err != nil {
					break
				}
				fresh[k] = row.Interface().([]expr.Expr)
			}
			if held != nil {
				f.Set(reflect.ValueOf(fresh))
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return v.Interface().(plan.Node), nil
}

func lowerList[E expr.Expr](l *lowering, f reflect.Value, list []E) error {
	if list == nil {
		return nil
	}
	fresh := make([]E, len(list))
	for i, e := range list {
		low, err := l.expr(e)
		if err != nil {
			return err
		}
		same, ok := low.(E)
		if !ok {
			return refuse("an expression of another kind", fault.Position{})
		}
		fresh[i] = same
	}
	f.Set(reflect.ValueOf(fresh))
	return nil
}

// expr lowers an expression. Text at the top may have a name or be a star.
func (l *lowering) expr(e expr.Expr) (expr.Expr, error) {
	top := e
	out, err := expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
		switch e := e.(type) {
		case *expr.Text:
			parsed, err := l.parser.ParseExpression(e.SQL)
			if err != nil {
				return nil, locate(err, e.At)
			}
			if a, ok := parsed.(*expr.Alias); ok && top != expr.Expr(e) {
				return a.Child, nil
			}
			return l.parsed(parsed)
		case *expr.UnresolvedCast:
			return lowerCast(e)
		case *expr.LambdaName:
			return &expr.UnresolvedAttribute{Parts: e.Parts, At: e.At}, nil
		case *expr.Composite:
			return compositeValue(e)
		case *expr.SubqueryName:
			return l.subquery(e)
		case *expr.Parameter:
			return l.argument(e)
		case *expr.UnresolvedFunction:
			return asWritten(e), nil
		case *expr.Subquery:
			return l.parsed(e)
		case *expr.Foreign:
			return nil, refuse(e.What, e.At)
		}
		return e, nil
	})
	if err == nil && expr.Any(out, func(x expr.Expr) bool { _, typeless := x.(*expr.Composite); return typeless }) {
		err = fault.New(fault.UnsupportedDataType, "a literal of an array, map or struct says no type")
	}
	return out, err
}

// parsed lowers the queries inside expressions that SQL text made.
func (l *lowering) parsed(e expr.Expr) (expr.Expr, error) {
	return expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
		q, ok := e.(*expr.Subquery)
		if !ok || l.arguments == nil {
			return e, nil
		}
		n, err := l.node(q.Plan.(plan.Node))
		if err != nil {
			return nil, err
		}
		fresh := *q
		fresh.Plan = n
		return &fresh, nil
	})
}

func locate(err error, at fault.Position) error {
	if e, ok := err.(*fault.Error); ok {
		return e.Locate(at)
	}
	return err
}

// withRelations names those beside a plan: by their ids in subqueries, by their
// aliases in SQL text.
func (l *lowering) withRelations(n *plan.WithRelations) (plan.Node, error) {
	w := &plan.With{Origin: n.Origin}
	for _, ref := range n.References {
		if o, ok := ref.(interface{ From() plan.Origin }); ok && o.From().PlanID != 0 {
			l.beside[o.From().PlanID] = ref
		}
		if a, ok := ref.(*plan.SubqueryAlias); ok && len(a.Name) == 1 {
			in, err := l.node(a.Input)
			if err != nil {
				return nil, err
			}
			w.Names, w.Relations = append(w.Names, a.Name[0]), append(w.Relations, in)
		}
	}
	in, err := l.node(n.Input)
	if err != nil || len(w.Names) == 0 {
		return in, err
	}
	w.Input = in
	return w, nil
}

// query reads a query and puts its arguments in.
func (l *lowering) query(n *plan.QueryText) (plan.Node, error) {
	q, err := l.parser.ParseQuery(n.Text)
	if err != nil {
		return nil, err
	}
	outer := l.arguments
	l.arguments = n
	defer func() { l.arguments = outer }()
	return l.node(q)
}

// argument is the value of a parameter.
func (l *lowering) argument(p *expr.Parameter) (expr.Expr, error) {
	a := l.arguments
	if a == nil {
		return p, nil
	}
	value := expr.Expr(nil)
	if p.Name == "" && p.Index < len(a.Placed) {
		value = a.Placed[p.Index]
	}
	for i, name := range a.Names {
		if p.Name != "" && strings.EqualFold(name, p.Name) {
			value = a.Named[i]
		}
	}
	if value == nil {
		return p, nil // the analyzer says so
	}
	return l.expr(value)
}

// subquery puts the query that stands beside the plan into the expression.
func (l *lowering) subquery(e *expr.SubqueryName) (expr.Expr, error) {
	n, ok := l.beside[e.PlanID]
	if l.depth++; !ok || l.depth > maxDepth {
		return nil, fault.New(fault.UnsupportedFeature, "no query stands beside the plan under the id %d", e.PlanID-1).Locate(e.At)
	}
	defer func() { l.depth-- }()
	low, err := l.node(n)
	return &expr.Subquery{Kind: e.Kind, Values: e.Values, Plan: low, At: e.At}, err
}

func lowerCast(e *expr.UnresolvedCast) (expr.Expr, error) {
	c := &expr.Cast{Child: e.Child, To: e.To, At: e.At}
	if e.Text != "" {
		var err error
		if c.To, err = types.ParseType(e.Text); err != nil {
			return nil, locate(err, e.At)
		}
	}
	switch e.Mode {
	case expr.WireCastTry:
		c.Mode = expr.CastTry
	case expr.WireCastLegacy:
		return nil, refuse("a cast that makes nulls whatever the session says", e.At)
	}
	return c, nil
}
