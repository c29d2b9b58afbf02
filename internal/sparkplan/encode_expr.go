package sparkplan

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
)

func unsayable(what string, at fault.Position) error {
	return fault.New(fault.UnsupportedFeature, "Spark Connect has no message for %s", what).Locate(at)
}

// said is an expression of a kind, written somewhere.
func said(kind sparkpb.ExpressionKind, at fault.Position) *sparkpb.Expression {
	m := &sparkpb.Expression{Kind: kind}
	if o := origin(at); o != nil {
		m.Common = &sparkpb.ExpressionCommon{Origin: o}
	}
	return m
}

func (c *encoder) exprs(list []expr.Expr) ([]*sparkpb.Expression, error) {
	var out []*sparkpb.Expression
	for _, e := range list {
		m, err := c.expr(e)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (c *encoder) expr(e expr.Expr) (*sparkpb.Expression, error) {
	switch e := e.(type) {
	case *expr.Literal:
		m, err := EncodeLiteral(e)
		return said(m, e.At), err
	case *expr.Composite:
		m, err := EncodeLiteral(e)
		return said(m, e.At), err
	case *expr.UnresolvedAttribute:
		return said(&sparkpb.UnresolvedAttribute{UnparsedIdentifier: joinName(e.Parts), PlanID: wireID(e.PlanID)}, e.At), nil
	case *expr.UnresolvedStar:
		return encodeStar(e)
	case *expr.UnresolvedRegex:
		return said(&sparkpb.UnresolvedRegex{ColumnName: "`" + e.Pattern + "`", PlanID: wireID(e.PlanID)}, e.At), nil
	case *expr.UnresolvedFunction:
		return c.function(e)
	case *expr.UnresolvedTimestamp:
		return said(&sparkpb.ExpressionString{Expression: e.String()}, e.At), nil
	case *expr.Text:
		return said(&sparkpb.ExpressionString{Expression: e.SQL}, e.At), nil
	case *expr.Alias:
		m, err := c.alias(e)
		return said(m, e.At), err
	case *expr.UnresolvedCast, *expr.Cast:
		return c.cast(e)
	case *expr.SortOrder:
		m, err := c.order(e)
		return said(m, e.At), err
	case *expr.Lambda:
		return c.lambda(e)
	case *expr.LambdaName:
		return said(&sparkpb.LambdaVariable{NameParts: e.Parts}, e.At), nil
	case *expr.Window:
		return c.window(e)
	case *expr.UnresolvedExtract:
		both, err := c.exprs([]expr.Expr{e.Child, e.Key})
		if err != nil {
			return nil, err
		}
		return said(&sparkpb.UnresolvedExtractValue{Child: both[0], Extraction: both[1]}, e.At), nil
	case *expr.UpdateFields:
		return c.update(e)
	case *expr.NamedArgument:
		value, err := c.expr(e.Value)
		return said(&sparkpb.NamedArgument{Key: e.Name, Value: value}, e.At), err
	case *expr.SubqueryName:
		return c.subquery(e.Kind, e.PlanID, e.Values, e.At)
	case *expr.Subquery:
		return c.inlineSubquery(e)
	case *expr.Foreign:
		if m, ok := e.Message.(*sparkpb.Expression); ok {
			return said(m.Kind, e.At), nil
		}
	}
	return nil, unsayable(e.String(), fault.Position{})
}

func encodeStar(e *expr.UnresolvedStar) (*sparkpb.Expression, error) {
	if len(e.Except) > 0 {
		return nil, unsayable("* EXCEPT", e.At)
	}
	m := &sparkpb.UnresolvedStar{PlanID: wireID(e.PlanID)}
	if e.Target != nil {
		m.UnparsedTarget = ptr(joinName(e.Target) + ".*")
	}
	return said(m, e.At), nil
}

func (c *encoder) function(e *expr.UnresolvedFunction) (*sparkpb.Expression, error) {
	args, err := c.exprs(e.Args)
	switch {
	case err != nil:
		return nil, err
	case e.Own != nil:
		return nil, unsayable("a Go function", e.At)
	case e.Filter != nil:
		return nil, unsayable("FILTER (WHERE …)", e.At)
	case len(e.OrderBy) > 0:
		return nil, unsayable("WITHIN GROUP", e.At)
	case e.IgnoreNulls:
		return nil, unsayable("IGNORE NULLS", e.At)
	case e.Lookup&expr.LookupCall != 0:
		return said(&sparkpb.CallFunction{FunctionName: e.Name, Arguments: args}, e.At), nil
	}
	m := &sparkpb.UnresolvedFunction{FunctionName: e.Name, Arguments: args, IsDistinct: e.Distinct,
		IsUserDefinedFunction: e.Lookup&expr.LookupByName != 0}
	if e.Lookup&(expr.LookupInternal|expr.LookupPublic) != 0 {
		m.IsInternal = ptr(e.Lookup&expr.LookupInternal != 0)
	}
	return said(m, e.At), nil
}

func (c *encoder) alias(e *expr.Alias) (*sparkpb.Alias, error) {
	child, err := c.expr(e.Child)
	if err != nil {
		return nil, err
	}
	m := &sparkpb.Alias{Expr: child, Name: e.Names}
	if e.Metadata != nil {
		m.Metadata, err = encodeMetadata(e.Metadata)
	}
	return m, err
}

func (c *encoder) cast(e expr.Expr) (*sparkpb.Expression, error) {
	m := &sparkpb.Cast{}
	var at fault.Position
	switch e := e.(type) {
	case *expr.UnresolvedCast:
		m.EvalMode, at = sparkpb.EvalMode(e.Mode), e.At
		if e.Text != "" {
			m.TypeStr = ptr(e.Text)
		} else {
			m.Type = EncodeType(e.To)
		}
	case *expr.Cast:
		m.Type, at = EncodeType(e.To), e.At
		if e.Mode == expr.CastTry {
			m.EvalMode = sparkpb.EvalModeTry
		}
	}
	var err error
	m.Expr, err = c.expr(e.Children()[0])
	return said(m, at), err
}

func (c *encoder) order(e *expr.SortOrder) (*sparkpb.SortOrder, error) {
	child, err := c.expr(e.Child)
	m := &sparkpb.SortOrder{Child: child, Direction: sparkpb.SortDirectionAscending, NullOrdering: sparkpb.NullOrderingLast}
	if e.Descending {
		m.Direction = sparkpb.SortDirectionDescending
	}
	if e.NullsFirst {
		m.NullOrdering = sparkpb.NullOrderingFirst
	}
	return m, err
}

func (c *encoder) orders(list []*expr.SortOrder) ([]*sparkpb.SortOrder, error) {
	var out []*sparkpb.SortOrder
	for _, o := range list {
		m, err := c.order(o)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (c *encoder) lambda(e *expr.Lambda) (*sparkpb.Expression, error) {
	body, err := c.expr(e.Body)
	m := &sparkpb.LambdaFunction{Function: body}
	for _, p := range e.Params {
		m.Arguments = append(m.Arguments, &sparkpb.LambdaVariable{NameParts: []string{p}})
	}
	return said(m, e.At), err
}

func (c *encoder) window(e *expr.Window) (*sparkpb.Expression, error) {
	if e.Name != "" {
		return nil, unsayable("the window "+e.Name+" by its name", e.At)
	}
	m := &sparkpb.Window{}
	var err error
	if m.WindowFunction, err = c.expr(e.Fn); err != nil {
		return nil, err
	}
	if m.PartitionBy, err = c.exprs(e.PartitionBy); err != nil {
		return nil, err
	}
	if m.OrderBy, err = c.orders(e.OrderBy); err != nil || e.Frame == nil {
		return said(m, e.At), err
	}
	m.FrameBy = &sparkpb.WindowFrame{FrameType: sparkpb.FrameKindRange}
	if e.Frame.Rows {
		m.FrameBy.FrameType = sparkpb.FrameKindRow
	}
	f := e.Frame
	if m.FrameBy.Lower, err = c.boundary(f.Lower, f.LowerCurrent, !f.LowerFollowing); err != nil {
		return nil, err
	}
	m.FrameBy.Upper, err = c.boundary(f.Upper, f.UpperCurrent, f.UpperBefore)
	return said(m, e.At), err
}

// boundary is one end of a frame; what lies before the row is negative.
func (c *encoder) boundary(value expr.Expr, current, before bool) (*sparkpb.FrameBoundary, error) {
	switch {
	case current:
		return &sparkpb.FrameBoundary{CurrentRow: ptr(true)}, nil
	case value == nil:
		return &sparkpb.FrameBoundary{Unbounded: ptr(true)}, nil
	case before:
		value = &expr.UnresolvedFunction{Name: "negative", Args: []expr.Expr{value}}
	}
	m, err := c.expr(value)
	return &sparkpb.FrameBoundary{Value: m}, err
}

func (c *encoder) update(e *expr.UpdateFields) (*sparkpb.Expression, error) {
	m := &sparkpb.UpdateFields{FieldName: e.Name}
	var err error
	if m.StructExpression, err = c.expr(e.Child); err == nil && e.Value != nil {
		m.ValueExpression, err = c.expr(e.Value)
	}
	return said(m, e.At), err
}

func (c *encoder) subquery(kind expr.SubqueryKind, id int64, values []expr.Expr, at fault.Position) (*sparkpb.Expression, error) {
	list, err := c.exprs(values)
	m := &sparkpb.Subquery{PlanID: id - 1, InSubqueryValues: list, SubqueryType: sparkpb.SubqueryKindScalar}
	switch kind {
	case expr.ExistsSubquery:
		m.SubqueryType = sparkpb.SubqueryKindExists
	case expr.InSubquery:
		m.SubqueryType = sparkpb.SubqueryKindIn
	}
	return said(m, at), err
}

// inlineSubquery puts the query of a subquery beside the whole plan, under an id that
// no other plan has.
func (c *encoder) inlineSubquery(e *expr.Subquery) (*sparkpb.Expression, error) {
	n, ok := e.Plan.(plan.Node)
	if !ok || e.Resolved {
		return nil, unsayable(e.String(), e.At)
	}
	m, err := c.relation(n)
	if err != nil {
		return nil, err
	}
	if m.Common == nil {
		m.Common = &sparkpb.RelationCommon{}
	}
	if m.Common.PlanID == nil {
		c.made++
		m.Common.PlanID = ptr(firstMade + c.made)
	}
	c.references = append(c.references, m)
	return c.subquery(e.Kind, *m.Common.PlanID+1, e.Values, e.At)
}

// literals are the messages of constants.
func literals(list []expr.Expr) ([]*sparkpb.Literal, error) {
	var out []*sparkpb.Literal
	for _, e := range list {
		m, err := encodeLiteral(e, false)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// plainNames are the texts of columns that a message says by name.
func plainNames(list []expr.Expr) ([]string, error) {
	var out []string
	for _, e := range list {
		u, ok := e.(*expr.UnresolvedAttribute)
		if !ok || len(u.Parts) != 1 {
			return nil, unsayable("a column that is no name", fault.Position{})
		}
		out = append(out, u.Parts[0])
	}
	return out, nil
}

func attributes(names []string) []expr.Expr {
	var out []expr.Expr
	for _, n := range names {
		out = append(out, &expr.UnresolvedAttribute{Parts: []string{n}})
	}
	return out
}

func optionalText(s string) *string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return &s
}
