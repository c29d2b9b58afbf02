package sparkplan

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/types"
)

// DecodeExpr is the expression that a message means.
func DecodeExpr(m *sparkpb.Expression) (expr.Expr, error) {
	if m == nil || m.Kind == nil {
		return nil, fault.New(fault.UnsupportedFeature, "an expression is missing, or of a kind that this version of weir does not know")
	}
	var at fault.Position
	if m.Common != nil {
		at = position(m.Common.Origin)
	}
	switch k := m.Kind.(type) {
	case *sparkpb.Literal:
		return decodeLiteral(k, at)
	case *sparkpb.UnresolvedAttribute:
		if or(k.IsMetadataColumn, false) {
			return &expr.Foreign{What: "a metadata column", Message: m, At: at}, nil
		}
		parts, err := splitName(k.UnparsedIdentifier)
		return &expr.UnresolvedAttribute{Parts: parts, PlanID: planID(k.PlanID), At: at}, err
	case *sparkpb.UnresolvedFunction:
		return decodeFunction(k, at)
	case *sparkpb.CallFunction:
		args, err := decodeExprs(k.Arguments)
		return &expr.UnresolvedFunction{Name: k.FunctionName, Args: args, Written: true,
			Lookup: expr.LookupByName | expr.LookupCall, At: at}, err
	case *sparkpb.ExpressionString:
		return &expr.Text{SQL: k.Expression, At: at}, nil
	case *sparkpb.UnresolvedStar:
		return decodeStar(k, at)
	case *sparkpb.Alias:
		return decodeAlias(k, at)
	case *sparkpb.Cast:
		return decodeCast(m, k, at)
	case *sparkpb.UnresolvedRegex:
		return decodeRegex(k, at)
	case *sparkpb.SortOrder:
		return decodeOrder(k, at)
	case *sparkpb.LambdaFunction:
		return decodeLambda(k, at)
	case *sparkpb.LambdaVariable:
		return &expr.LambdaName{Parts: k.NameParts, At: at}, nil
	case *sparkpb.Window:
		return decodeWindow(k, at)
	case *sparkpb.UnresolvedExtractValue:
		both, err := decodeExprs([]*sparkpb.Expression{k.Child, k.Extraction})
		if err != nil {
			return nil, err
		}
		return &expr.UnresolvedExtract{Child: both[0], Key: both[1], At: at}, nil
	case *sparkpb.UpdateFields:
		return decodeUpdate(k, at)
	case *sparkpb.NamedArgument:
		value, err := DecodeExpr(k.Value)
		return &expr.NamedArgument{Name: k.Key, Value: value, At: at}, err
	case *sparkpb.Subquery:
		return decodeSubquery(m, k, at)
	case *sparkpb.UserFunction:
		return &expr.Foreign{What: "the function " + k.FunctionName + " in another language", Message: m, At: at}, nil
	default: // merge actions, aggregators in Scala, partitions by number, extensions
		return &expr.Foreign{What: "an expression " + kindName(m.Kind), Message: m, At: at}, nil
	}
}

func decodeExprs(list []*sparkpb.Expression) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, m := range list {
		var err error
		if out[i], err = DecodeExpr(m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decodeFunction(k *sparkpb.UnresolvedFunction, at fault.Position) (expr.Expr, error) {
	args, err := decodeExprs(k.Arguments)
	f := &expr.UnresolvedFunction{Name: k.FunctionName, Args: args, Distinct: k.IsDistinct, At: at}
	f.Written = f.Name != "" && (f.Name[0]|0x20 >= 'a' && f.Name[0]|0x20 <= 'z' || f.Name[0] == '_')
	switch {
	case k.IsInternal == nil:
	case *k.IsInternal:
		f.Lookup |= expr.LookupInternal
	default:
		f.Lookup |= expr.LookupPublic
	}
	if k.IsUserDefinedFunction {
		f.Lookup |= expr.LookupByName
	}
	return f, err
}

func decodeStar(k *sparkpb.UnresolvedStar, at fault.Position) (expr.Expr, error) {
	s := &expr.UnresolvedStar{PlanID: planID(k.PlanID), At: at}
	if k.UnparsedTarget == nil {
		return s, nil
	}
	target, ok := strings.CutSuffix(*k.UnparsedTarget, ".*")
	if !ok {
		return nil, fault.New(fault.InvalidIdentifier, "%q does not end in .*", *k.UnparsedTarget).With("ident", *k.UnparsedTarget)
	}
	var err error
	s.Target, err = splitName(target)
	return s, err
}

func decodeAlias(k *sparkpb.Alias, at fault.Position) (*expr.Alias, error) {
	child, err := DecodeExpr(k.Expr)
	if err != nil {
		return nil, err
	}
	if len(k.Name) == 0 {
		return nil, fault.New(fault.InvalidIdentifier, "an alias has no name")
	}
	a := &expr.Alias{Child: child, Names: k.Name, At: at}
	if k.Metadata != nil {
		a.Metadata, err = decodeMetadata(*k.Metadata)
	}
	return a, err
}

func decodeCast(m *sparkpb.Expression, k *sparkpb.Cast, at fault.Position) (expr.Expr, error) {
	child, err := DecodeExpr(k.Expr)
	if err != nil {
		return nil, err
	}
	c := &expr.UnresolvedCast{Child: child, Mode: expr.WireCastMode(k.EvalMode), At: at}
	switch {
	case k.TypeStr != nil && *k.TypeStr == "":
		return nil, fault.New(fault.UnsupportedDataType, "a cast has no type")
	case k.TypeStr != nil:
		c.Text = *k.TypeStr
	default:
		if c.To, err = DecodeType(k.Type); err != nil {
			return &expr.Foreign{What: "a cast to the type " + kindName(k.Type), Message: m, At: at}, nil
		}
	}
	return c, nil
}

// decodeRegex reads colRegex: what stands in back-quotes is a regular expression, all
// else a name.
func decodeRegex(k *sparkpb.UnresolvedRegex, at fault.Position) (expr.Expr, error) {
	inner, quoted := strings.CutPrefix(k.ColumnName, "`")
	if inner, quoted = strings.CutSuffix(inner, "`"); quoted && len(k.ColumnName) >= 2 && !strings.Contains(inner, "`") {
		return &expr.UnresolvedRegex{Pattern: inner, PlanID: planID(k.PlanID), At: at}, nil
	}
	parts, err := splitName(k.ColumnName)
	return &expr.UnresolvedAttribute{Parts: parts, PlanID: planID(k.PlanID), At: at}, err
}

func decodeOrder(k *sparkpb.SortOrder, at fault.Position) (*expr.SortOrder, error) {
	child, err := DecodeExpr(k.Child)
	o := &expr.SortOrder{Child: child, Descending: k.Direction == sparkpb.SortDirectionDescending, At: at}
	switch k.NullOrdering {
	case sparkpb.NullOrderingFirst:
		o.NullsFirst = true
	case sparkpb.NullOrderingUnspecified:
		o.NullsFirst = !o.Descending
	}
	return o, err
}

func decodeOrders(list []*sparkpb.SortOrder) ([]*expr.SortOrder, error) {
	var out []*expr.SortOrder
	for _, m := range list {
		o, err := decodeOrder(m, fault.Position{})
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func decodeLambda(k *sparkpb.LambdaFunction, at fault.Position) (expr.Expr, error) {
	body, err := DecodeExpr(k.Function)
	l := &expr.Lambda{Body: body, At: at}
	for _, v := range k.Arguments {
		if len(v.NameParts) != 1 {
			return nil, fault.New(fault.InvalidIdentifier, "a parameter of a lambda function has a name of %d parts", len(v.NameParts))
		}
		l.Params = append(l.Params, v.NameParts[0])
	}
	return l, err
}

func decodeWindow(k *sparkpb.Window, at fault.Position) (expr.Expr, error) {
	w := &expr.Window{At: at}
	var err error
	if w.Fn, err = DecodeExpr(k.WindowFunction); err != nil {
		return nil, err
	}
	if w.PartitionBy, err = decodeExprs(k.PartitionBy); err != nil {
		return nil, err
	}
	if w.OrderBy, err = decodeOrders(k.OrderBy); err != nil || k.FrameBy == nil {
		return w, err
	}
	if k.FrameBy.Lower == nil || k.FrameBy.Upper == nil {
		return nil, fault.New(fault.UnsupportedFeature, "the frame of a window has one end")
	}
	f := &expr.Frame{Rows: k.FrameBy.FrameType == sparkpb.FrameKindRow}
	if f.Lower, f.LowerCurrent, err = decodeBoundary(k.FrameBy.Lower); err != nil {
		return nil, err
	}
	f.LowerFollowing = f.Lower != nil
	f.Upper, f.UpperCurrent, err = decodeBoundary(k.FrameBy.Upper)
	w.Frame = f
	return w, err
}

// decodeBoundary is one end of a frame: a value counts rows that follow, one below zero
// rows before.
func decodeBoundary(b *sparkpb.FrameBoundary) (value expr.Expr, current bool, err error) {
	if b.Value != nil {
		value, err = DecodeExpr(b.Value)
	}
	return value, or(b.CurrentRow, false), err
}

func decodeUpdate(k *sparkpb.UpdateFields, at fault.Position) (expr.Expr, error) {
	child, err := DecodeExpr(k.StructExpression)
	u := &expr.UpdateFields{Child: child, Name: k.FieldName, At: at}
	if err == nil && k.ValueExpression != nil {
		u.Value, err = DecodeExpr(k.ValueExpression)
	}
	return u, err
}

func decodeSubquery(m *sparkpb.Expression, k *sparkpb.Subquery, at fault.Position) (expr.Expr, error) {
	values, err := decodeExprs(k.InSubqueryValues)
	s := &expr.SubqueryName{PlanID: k.PlanID + 1, Values: values, At: at}
	switch k.SubqueryType {
	case sparkpb.SubqueryKindScalar:
	case sparkpb.SubqueryKindExists:
		s.Kind = expr.ExistsSubquery
	case sparkpb.SubqueryKindIn:
		s.Kind = expr.InSubquery
	default:
		return &expr.Foreign{What: "a table argument", Message: m, At: at}, nil
	}
	return s, err
}

// constants reads literals.
func constants(list []*sparkpb.Literal) ([]expr.Expr, error) { return decodeParts(list) }

// intLiteral is a count that a relation says.
func intLiteral(v int32) expr.Expr {
	return &expr.Literal{Value: v, Typ: types.Of(types.Int)}
}
