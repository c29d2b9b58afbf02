package analyze

import (
	"errors"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/collated"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/types"
)

// scope is what names in an expression may mean.
type scope struct {
	columns []*expr.Ref
	// aliases are items of the select list that GROUP BY, HAVING and ORDER BY
	// may name; columns go before them.
	aliases []expr.Expr
	// lateral, if not nil, is shown the items before this one that it names, and
	// says what they become.
	lateral func(name []string, e expr.Expr) expr.Expr
	// sets are the grouping sets, where grouping(…) may stand; nil for none.
	sets *expanded
	// windows are the time windows of GROUP BY, which are columns to the rest of
	// the query: window.start.
	windows []*expr.Call
	// lambda are the parameters of the lambda functions around, innermost first.
	lambda []*expr.LambdaVar
}

// watched is the scope with a note of the last item of the same select list that was
// named in it; nil while none was.
func (s scope) watched() (scope, *[]string) {
	named := new([]string)
	if lateral := s.lateral; lateral != nil {
		s.lateral = func(name []string, e expr.Expr) expr.Expr {
			*named = name
			return lateral(name, e)
		}
	}
	return s, named
}

// exprs resolves a list.
func (r *resolution) exprs(list []expr.Expr, s scope) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = r.expr(e, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// expr resolves an expression.
func (r *resolution) expr(e expr.Expr, s scope) (expr.Expr, error) {
	switch e := e.(type) {
	case *expr.Ref:
		return e, nil
	case *expr.Literal:
		return r.literal(e), nil
	case *expr.UnresolvedAttribute:
		return r.attribute(e, s)
	case *expr.UnresolvedFunction:
		return r.function(e, s)
	case *expr.UnresolvedExtract:
		return r.extract(e, s)
	case *expr.UnresolvedStar:
		return nil, fault.New(fault.InvalidSQLSyntax, "* cannot stand here").Locate(e.At)
	case *expr.Cast:
		return r.cast(e, s)
	case *expr.Window:
		return r.over(e, s)
	case *expr.Subquery:
		return r.subquery(e, s)
	case *expr.Lambda:
		return nil, lambdaNotHere(e)
	case *expr.Parameter:
		return nil, fault.New(fault.UnboundParameter, "the parameter %v has no value", e).Locate(e.At)
	case *expr.UpdateFields:
		return r.updateFields(e, s)
	case *expr.UnresolvedTimestamp:
		micros, _ := datetime.ParseTimestamp(e.Text, r.zone(), 0) // the parser has read it once
		return r.literal(&expr.Literal{Value: micros, Typ: e.Type()}), nil
	}
	children, err := r.exprs(e.Children(), s)
	if err != nil {
		return nil, err
	}
	if a, ok := e.(*expr.Alias); ok && a.ID == 0 {
		n := *a
		n.Child, n.ID = children[0], expr.NewID()
		return &n, nil
	}
	if len(children) == 0 {
		return e, nil
	}
	return e.WithChildren(children), nil
}

// literal lets an instant show in the session's zone where it becomes a name.
func (r *resolution) literal(l *expr.Literal) *expr.Literal {
	if l.Typ.Kind != types.Timestamp || r.Resolver.Location == nil {
		return l
	}
	n := *l
	n.Location = r.Resolver.Location
	return &n
}

func (r *resolution) cast(e *expr.Cast, s scope) (expr.Expr, error) {
	child, err := r.expr(e.Child, s)
	if err != nil {
		return nil, err
	}
	if e.To.Kind == types.String && e.To.Length > 0 { // CHAR and VARCHAR are texts of any length but in tables
		n := *e
		n.To = types.Of(types.String)
		e = &n
	}
	if e.Mode == expr.CastTry {
		err = cast.CheckTry(child, e.To)
	} else {
		err = cast.Check(child, e.To, r.Resolver.ANSI)
	}
	if err != nil {
		return nil, place(err, e.At)
	}
	n := *e
	n.Child = child
	return &n, nil
}

// attribute finds a name: a column, a field of one, an alias, or a function that
// needs no parentheses.
func (r *resolution) attribute(u *expr.UnresolvedAttribute, s scope) (expr.Expr, error) {
	if e, err := lambdaVar(u, s); e != nil || err != nil {
		return e, err
	}
	columns := s.columns
	if of := r.outputs[u.PlanID]; u.PlanID != 0 && of != nil {
		columns = nearest(of, columns)
	}
	found, err := match(u.Parts, columns)
	if err != nil {
		return nil, err.(*fault.Error).Locate(u.At)
	}
	if found != nil {
		return r.elements(spelled(found, u.Parts), s)
	}
	for _, w := range s.windows {
		if strings.EqualFold(w.Fn.Name, u.Parts[0]) {
			e, err := fields(w, u.Parts[1:])
			if err != nil {
				return nil, err.(*fault.Error).Locate(u.At)
			}
			return e, nil
		}
	}
	if s.lateral != nil && several(u.Parts[0], s.aliases) {
		return nil, fault.New(fault.AmbiguousLateral, "`%s` may be any of several items of the select list", u.Parts[0]).
			With("name", "`"+u.Parts[0]+"`").Locate(u.At)
	}
	if e, err := alias(u.Parts, s.aliases); e != nil || err != nil {
		if s.lateral != nil && err == nil {
			return s.lateral(u.Parts, e), nil
		}
		return e, err
	}
	for _, around := range slices.Backward(r.outer) {
		if e, err := match(u.Parts, around.columns); e != nil || err != nil {
			if err != nil {
				return nil, err
			}
			return r.elements(e, s)
		}
	}
	if len(u.Parts) == 1 {
		if e := r.bareFunction(u.Parts[0], u.At); e != nil {
			return e, nil
		}
	}
	if r.Variables != nil {
		if v := r.Variables(u.Parts); v != nil {
			return v, nil
		}
	}
	return nil, unknownColumn(u, s)
}

// identifier are the parts of the name in IDENTIFIER('a.b'), nil where it is no
// constant.
func (r *resolution) identifier(e expr.Expr) []string {
	e, err := r.expr(e, scope{})
	if err != nil || e.Type().Kind != types.String {
		return nil
	}
	text, ok := r.constant(e).(string)
	if !ok || text == "" {
		return nil
	}
	return nameParts(text)
}

// nameParts splits a name at its dots, those in back-quotes apart.
func nameParts(text string) []string {
	var parts []string
	part, quoted := "", false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '`' && quoted && i+1 < len(text) && text[i+1] == '`':
			part += "`"
			i++
		case c == '`':
			quoted = !quoted
		case c == '.' && !quoted:
			parts, part = append(parts, part), ""
		default:
			part += string(c)
		}
	}
	return append(parts, part)
}

// alias finds an item of a select list by its name, or a field of one; nil where there
// is none, or where several items of the name differ.
func alias(parts []string, items []expr.Expr) (expr.Expr, error) {
	if several(parts[0], items) {
		return nil, nil
	}
	for _, item := range items {
		n := expr.Named(item)
		if n == nil || !strings.EqualFold(n.Name, parts[0]) {
			continue
		}
		a, ok := item.(*expr.Alias)
		switch {
		case !ok && len(parts) > 1:
			continue
		case !ok:
			return item, nil
		}
		if _, generates := a.Child.(*expr.GeneratorCall); generates || len(parts) > 1 && a.Type().Kind != types.Struct {
			continue
		}
		return fields(a.Child, parts[1:])
	}
	return nil, nil
}

func several(name string, items []expr.Expr) bool {
	var first expr.Expr
	for _, item := range items {
		if n := expr.Named(item); n == nil || !strings.EqualFold(n.Name, name) {
			continue
		}
		if first != nil && !expr.Equal(unalias(item), unalias(first)) {
			return true
		}
		first = item
	}
	return false
}

// bareFunctions can be written without parentheses.
var bareFunctions = []string{"current_date", "current_timestamp", "current_user", "user", "session_user", "localtimestamp",
	"current_time", "now"}

func (r *resolution) bareFunction(name string, at fault.Position) expr.Expr {
	if !slices.Contains(bareFunctions, strings.ToLower(name)) {
		return nil
	}
	e, err := r.function(&expr.UnresolvedFunction{Name: name, Written: true, At: at}, scope{})
	if err != nil {
		return nil
	}
	return e
}

func unknownColumn(u *expr.UnresolvedAttribute, s scope) error {
	name := "`" + strings.Join(u.Parts, "`.`") + "`"
	if len(s.columns) == 0 {
		return fault.New(fault.UnresolvedColumnBare, "a column %s cannot be found", name).
			With("objectName", name).Locate(u.At)
	}
	names := make([]string, 0, len(s.columns))
	for _, c := range s.columns {
		names = append(names, c.Name)
	}
	best := connector.Nearest(u.Parts[len(u.Parts)-1], names)
	proposal := "`" + strings.Join(names, "`, `") + "`"
	text := "there is " + proposal
	if best != "" {
		text = "did you mean `" + best + "`? There is " + proposal
	}
	return fault.New(fault.UnresolvedColumn, "a column %s cannot be found; %s", name, text).
		With("objectName", name).With("proposal", proposal).Locate(u.At)
}

// match finds the column that parts name: qualifier.name.field.field…; the
// longest qualifier goes first. Nil means there is none.
func match(parts []string, columns []*expr.Ref) (expr.Expr, error) {
	for q := min(len(parts)-1, 2); q >= 0; q-- {
		var found []*expr.Ref
		for _, c := range columns {
			if strings.EqualFold(c.Name, parts[q]) && hasQualifier(c.Qualifier, parts[:q]) && (q > 0 || !ofSide(c)) &&
				!slices.ContainsFunc(found, func(f *expr.Ref) bool { return f.ID == c.ID }) {
				found = append(found, c)
			}
		}
		if len(found) > 1 {
			name := strings.Join(parts, ".")
			return nil, fault.New(fault.AmbiguousReference,
				"`%s` may be any of %d columns; write it with the name of its table", name, len(found)).With("name", name)
		}
		if len(found) == 1 {
			return fields(chosen(found[0]), parts[q+1:])
		}
	}
	return nil, nil
}

func hasQualifier(have, want []string) bool {
	if len(want) == 0 {
		return true
	}
	if len(have) < len(want) {
		return false
	}
	tail := have[len(have)-len(want):]
	return slices.EqualFunc(tail, want, strings.EqualFold)
}

// fields goes down into a struct by names. Those of the structs in an array, arrays
// themselves, are left to be resolved, as [resolution.elements] does.
func fields(e expr.Expr, names []string) (expr.Expr, error) {
	for _, name := range names {
		t := e.Type()
		if _, ok := e.(*expr.UnresolvedExtract); ok || t.Kind == types.Array && t.Elem.Kind == types.Struct {
			e = &expr.UnresolvedExtract{Child: e, Key: expr.Lit(name)}
			continue
		}
		if t.Kind == types.Map && t.Key.Kind == types.String {
			e = &expr.UnresolvedExtract{Child: e, Key: expr.Lit(name)}
			continue
		}
		if t.Kind != types.Struct {
			return nil, fault.New(fault.ExtractBase, "%v is no struct and has no field `%s`", e, name).
				With("fieldName", name)
		}
		i := types.NewSchema(t.Fields...).Index(name)
		if i < 0 {
			known := types.NewSchema(t.Fields...).Names()
			return nil, fault.New(fault.UnresolvedField, "%v has no field `%s`; it has `%s`", e, name,
				strings.Join(known, "`, `")).With("fieldName", name)
		}
		e = &expr.Field{Child: e, Ordinal: i, Written: name}
	}
	return e, nil
}

// spelled is a column under the name that a query writes, whose letters may be of
// another case: SELECT ID makes a column ID of a column id.
func spelled(e expr.Expr, parts []string) expr.Expr {
	ref, ok := e.(*expr.Ref)
	if name := parts[len(parts)-1]; ok && ref.Name != name && strings.EqualFold(ref.Name, name) {
		n := *ref
		n.Name = name
		return &n
	}
	return e
}

// elements resolves what [fields] has left.
func (r *resolution) elements(e expr.Expr, s scope) (expr.Expr, error) {
	if _, ok := e.(*expr.UnresolvedExtract); ok {
		return r.expr(e, s)
	}
	return e, nil
}

// extract is child[key]: a field by name, else the function "[]".
func (r *resolution) extract(u *expr.UnresolvedExtract, s scope) (expr.Expr, error) {
	child, err := r.expr(u.Child, s)
	if err != nil {
		return nil, err
	}
	if u.Path {
		if k := child.Type().Kind; k != types.Variant && k != types.Null {
			return nil, fault.New(fault.NotVariant, "%v is of type %s; only a VARIANT has a path behind a colon", child, child.Type().SQL()).Locate(u.At)
		}
		return r.call("variant_get", []expr.Expr{child, u.Key}, &expr.UnresolvedFunction{At: u.At})
	}
	key, err := r.expr(u.Key, s)
	if err != nil {
		return nil, err
	}
	if l, ok := key.(*expr.Literal); ok && child.Type().Kind == types.Struct {
		if name, isText := l.Value.(string); isText {
			f, err := fields(child, []string{name})
			if err != nil {
				return nil, err.(*fault.Error).Locate(u.At)
			}
			return f, nil
		}
	}
	return r.call("[]", []expr.Expr{child, key}, &expr.UnresolvedFunction{Name: "[]", At: u.At})
}

// function resolves a call of any kind.
func (r *resolution) function(u *expr.UnresolvedFunction, s scope) (expr.Expr, error) {
	if isGrouping(u.Name) {
		if s.sets == nil {
			return nil, fault.New(fault.GroupingWithoutSets, "%s needs GROUPING SETS, ROLLUP or CUBE", u.Name).Locate(u.At)
		}
		return s.sets.groupingCall(r, u, s)
	}
	if strings.EqualFold(u.Name, "identifier") && u.Written && len(u.Args) == 1 {
		if parts := r.identifier(u.Args[0]); parts != nil {
			return r.attribute(&expr.UnresolvedAttribute{Parts: parts, At: u.At}, s)
		}
	}
	if likeLists[u.Name] && !u.Written {
		return r.likeList(u, s)
	}
	windowed := r.windowed
	r.windowed = false
	written, err := counted(u)
	if err != nil {
		return nil, err
	}
	if f := r.Registry.Scalar(u.Name); f != nil && f.Lambda != nil {
		return r.higherOrder(f, u, s)
	}
	s, alias := s.watched()
	args, err := r.arguments(written, s)
	if err != nil {
		return nil, err
	}
	name := u.Name
	if f := r.Registry.Aggregate(u.Name); f != nil && u.IgnoreNulls && len(args) == 1 {
		args = append(args, expr.Lit(true))
		name = strings.TrimSuffix(strings.ToLower(name), "_value") // first_value becomes first, as its column's name shows
		if name == "any" {
			name = "any_value"
		}
	}
	if len(u.OrderBy) > 0 {
		keys, err := r.withinGroup(u, s)
		if err != nil {
			return nil, err
		}
		args = append(args, keys...)
	}
	out, err := r.call(name, args, u)
	if err != nil {
		return nil, err
	}
	if agg, ok := out.(*expr.AggregateCall); ok {
		if *alias != nil && !windowed {
			return nil, fault.New(fault.LateralInAggregate, "%v names `%s`, an item of the same select list; "+
				"write what that stands for, or a query around this one", out, strings.Join(*alias, ".")).Locate(u.At)
		}
		return r.aggregateCall(agg, u, s, windowed)
	}
	if u.Name == "struct" && !u.Written && u.At.Text != "" {
		return shownAs(out, rowText(args, out.Type())), nil
	}
	if c, ok := out.(*expr.Call); ok && u.IgnoreNulls && !windowed && c.Fn == r.Registry.Scalar(name) {
		return nil, fault.New(fault.NotThisSyntax, "%s does not take IGNORE NULLS", u.Name).With("functionName", "`"+u.Name+"`").Locate(u.At)
	}
	if u.Filter != nil || u.Distinct {
		return nil, fault.New(fault.InvalidSQLSyntax, "%s is no aggregate function: DISTINCT and FILTER do not apply",
			u.Name).Locate(u.At)
	}
	return out, nil
}

// counted are the arguments of a call as written, 1 for the star of count(*).
func counted(u *expr.UnresolvedFunction) ([]expr.Expr, error) {
	if !strings.EqualFold(u.Name, "count") || len(u.Args) != 1 {
		return u.Args, nil
	}
	switch star, ok := u.Args[0].(*expr.UnresolvedStar); {
	case ok && len(star.Target) > 0:
		return nil, fault.New(fault.CountOfStar, "count(%v) is not allowed; write count(*), or name the columns", star).
			With("tableName", strings.Join(star.Target, ".")).Locate(u.At)
	case ok && !u.Distinct:
		return []expr.Expr{expr.Int32(1)}, nil
	}
	return u.Args, nil
}

// arguments resolves those of a call; a star stands for columns.
func (r *resolution) arguments(written []expr.Expr, s scope) ([]expr.Expr, error) {
	var args []expr.Expr
	for _, a := range written {
		if star, ok := a.(*expr.UnresolvedStar); ok {
			columns, err := r.star(star, s)
			if err != nil {
				return nil, err
			}
			args = append(args, columns...)
			continue
		}
		e, err := r.expr(a, s)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
	}
	return args, nil
}

func (r *resolution) aggregateCall(agg *expr.AggregateCall, u *expr.UnresolvedFunction, s scope, windowed bool) (expr.Expr, error) {
	agg.Distinct = u.Distinct
	for _, a := range agg.Args {
		if expr.HasWindow(a) && !windowed {
			return nil, fault.New(fault.WindowInAggregate, "a window function stands inside %v", agg).Locate(u.At)
		}
		if expr.HasAggregate(a) && !windowed {
			return nil, fault.New(fault.NestedAggregate, "an aggregate function stands inside %v", agg).Locate(u.At)
		}
	}
	if u.Filter == nil {
		return agg, nil
	}
	cond, err := r.expr(u.Filter, s)
	if err != nil {
		return nil, err
	}
	if cond, err = r.condition(cond, u.At); err != nil {
		return nil, err
	}
	agg.Filter = cond
	return agg, nil
}

// call finds a function by name and resolves it over resolved arguments.
func (r *resolution) call(name string, args []expr.Expr, u *expr.UnresolvedFunction) (expr.Expr, error) {
	known := r.Registry
	if u.Own != nil {
		var err error
		if known, err = known.With(u.Own); err != nil {
			return nil, err
		}
	}
	if i := slices.IndexFunc(args, func(e expr.Expr) bool { _, ok := e.(*expr.GeneratorCall); return ok }); i >= 0 {
		return nil, fault.New(fault.NestedGenerator, "the generator %v stands inside an expression; it must stand alone", args[i]).
			Locate(u.At)
	}
	if f := known.Aggregate(name); f != nil {
		res, err := collated.Resolve(f.Name, f.Resolve, &r.Resolver, args)
		if err != nil {
			return nil, place(err, u.At)
		}
		return &expr.AggregateCall{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text, At: u.At}, nil
	}
	// window is a function and, where windows overlap, a generator, which the
	// analyzer puts in itself.
	if f := known.Generator(name); f != nil && known.Scalar(name) == nil {
		list, made, err := f.Resolve(&r.Resolver, args)
		if err != nil {
			return nil, place(err, u.At)
		}
		return &expr.GeneratorCall{Fn: f, Args: list, Fields: made, At: u.At}, nil
	}
	f := known.Scalar(name)
	if f == nil {
		if err := r.withoutOver(name, u.At); err != nil {
			return nil, err
		}
		return nil, unknownFunction(r.Registry, name, u.At)
	}
	res, err := collated.Resolve(f.Name, f.Resolve, &r.Resolver, args)
	if err != nil {
		return nil, place(err, u.At)
	}
	return &expr.Call{Fn: f, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text, At: u.At}, nil
}

func unknownFunction(reg *expr.Registry, name string, at fault.Position) error {
	e := fault.New(fault.UnresolvedRoutine, "there is no function `%s`", name).With("routineName", name)
	if near := connector.Nearest(name, reg.Names()); near != "" {
		e.Message += "; did you mean `" + near + "`?"
	}
	return e.Locate(at)
}

// place gives an error with a condition its place in the text.
func place(err error, at fault.Position) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Locate(at)
	}
	return err
}

// condition checks that a condition is boolean.
func (r *resolution) condition(e expr.Expr, at fault.Position) (expr.Expr, error) {
	switch e.Type().Kind {
	case types.Boolean:
		return e, nil
	case types.Null:
		return &expr.Literal{Typ: types.Of(types.Boolean)}, nil
	}
	return nil, fault.New(fault.FilterNotBoolean, "the condition %v is of type %s; it must be BOOLEAN", e,
		strings.ToUpper(e.Type().String())).With("filter", e.String()).Locate(at)
}

// inTarget reports whether target.* has the column that EXCEPT names.
func (r *resolution) inTarget(target, name []string, s scope) bool {
	found, err := match(slices.Concat(target, name), s.columns)
	return len(target) > 0 && err == nil && found != nil
}

// star is the columns that * or target.* stands for.
func (r *resolution) star(u *expr.UnresolvedStar, s scope) ([]expr.Expr, error) {
	var out []expr.Expr
	skip := func(name string) bool {
		return slices.ContainsFunc(u.Except, func(e []string) bool { return strings.EqualFold(e[len(e)-1], name) })
	}
	for _, e := range u.Except {
		if found, err := match(e, s.columns); err != nil {
			return nil, err
		} else if found == nil && !r.inTarget(u.Target, e, s) {
			return nil, unknownColumn(&expr.UnresolvedAttribute{Parts: e, At: u.At}, s)
		}
	}
	for _, c := range s.columns {
		if hasQualifier(c.Qualifier, u.Target) && !skip(c.Name) && (!isHidden(c) || len(u.Target) > 0 && ofSide(c)) {
			out = append(out, chosen(c))
		}
	}
	if len(out) > 0 || len(u.Target) == 0 {
		return out, nil
	}
	target, err := match(u.Target, s.columns)
	if err != nil {
		return nil, err
	}
	if target == nil || target.Type().Kind != types.Struct {
		return nil, fault.New(fault.StarExpand, "%v: there is no table or struct `%s`", u,
			strings.Join(u.Target, ".")).Locate(u.At)
	}
	for i, f := range target.Type().Fields {
		if !skip(f.Name) {
			out = append(out, &expr.Alias{Child: &expr.Field{Child: target, Ordinal: i}, Names: []string{f.Name}, ID: expr.NewID()})
		}
	}
	return out, nil
}
