package collated

import (
	"strings"

	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/collate"
)

// Lowering rewrites plans so that operators need not know of collations.
type Lowering struct {
	Registry *expr.Registry
	Resolver *expr.Resolver
}

// treatment is what becomes of a call over texts with a collation.
type treatment uint8

const (
	untouched treatment = iota
	keyed               // its arguments become keys
	searches            // it is replaced by the function of package collate
	likes               // its arguments are folded
	matches             // its regular expression gets the flags of the collation
	ordered             // it compares by the order of its arguments' type
)

// treatments are those of functions by name.
var treatments = makeTreatments()

func makeTreatments() map[string]treatment {
	table := make(map[string]treatment)
	add := func(t treatment, names string) {
		for name := range strings.FieldsSeq(names) {
			table[name] = t
		}
	}
	add(keyed, `= == <> != < > <= >= <=> equal_null in`)
	add(searches, `contains startswith endswith instr locate position charindex find_in_set replace substring_index split_part
		translate trim btrim ltrim rtrim`)
	add(likes, `like ilike`)
	add(matches, `rlike regexp regexp_like regexp_extract regexp_extract_all regexp_replace regexp_count regexp_instr
		regexp_substr split`)
	add(ordered, `greatest least array_contains array_position array_remove array_distinct array_union array_intersect array_except
		arrays_overlap array_sort sort_array array_max array_min [] element_at try_element_at map_contains_key map map_concat
		map_from_arrays map_from_entries str_to_map transform_keys`)
	return table
}

// expr rewrites an expression.
func (l *Lowering) expr(e expr.Expr) (expr.Expr, error) {
	return expr.Transform(e, func(e expr.Expr) (expr.Expr, error) {
		switch e := e.(type) {
		case *expr.Call:
			return l.call(e)
		case *expr.AggregateCall:
			return l.aggregateCall(e)
		case *expr.SortOrder:
			return l.order(e)
		case *expr.Window:
			return l.window(e)
		}
		return e, nil
	})
}

// key is e as it is compared: itself where its type has no collation.
func key(e expr.Expr) (expr.Expr, error) {
	name := collate.Find(e.Type())
	if name == "" {
		return e, nil
	}
	if err := comparable(name, e); err != nil {
		return nil, err
	}
	return collate.KeyOf(e), nil
}

// comparable is an error where values of a collation cannot be compared.
func comparable(name string, e expr.Expr) error {
	if name == collate.Undecided {
		return undecided([]expr.Expr{e})
	}
	if _, ok := collation.Of(name); !ok {
		return fault.New(fault.UnsupportedFeature, "%v has the collation %s, whose order is a table of ICU's that weir does not have; "+
			"UTF8_BINARY and UTF8_LCASE, with or without _RTRIM, can be compared", e, name)
	}
	return nil
}

// keysOf is key for a list.
func keysOf(list []expr.Expr) ([]expr.Expr, error) {
	out := make([]expr.Expr, len(list))
	for i, e := range list {
		var err error
		if out[i], err = key(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *Lowering) call(c *expr.Call) (expr.Expr, error) {
	how := treatments[c.Fn.Name]
	if how == untouched {
		return c, nil
	}
	name, first := "", expr.Expr(nil)
	for _, a := range c.Args {
		if name == "" {
			name, first = collate.Find(a.Type()), a
		}
	}
	if name == "" {
		return c, nil
	}
	rules, _ := collation.Of(name)
	if !(how == searches && len(c.Args) == 1) && how != likes && how != matches {
		if err := comparable(name, first); err != nil {
			return nil, place(err, c.At)
		}
	}
	n := *c
	n.Text = c.String()
	var err error
	switch how {
	case keyed:
		n.Args, err = keysOf(c.Args)
	case searches:
		switch {
		case len(c.Args) == 1:
		case rules.Trim && strings.Contains(c.Fn.Name, "trim"):
			err = fault.New(fault.UnsupportedFeature, "%v trims a text whose collation, %s, ignores spaces", c, name)
		case rules.Lower:
			n.Fn = collate.For(c.Fn.Name)
		}
	case likes, matches:
		err = l.pattern(&n, how, name)
	}
	return &n, place(err, c.At)
}

// pattern prepares LIKE and regular expressions, which know UTF8_BINARY and UTF8_LCASE only.
func (l *Lowering) pattern(c *expr.Call, how treatment, name string) error {
	if name != "UTF8_LCASE" {
		return fault.New(fault.TypeMismatch, "%v: patterns have a meaning in UTF8_BINARY and UTF8_LCASE only, not in %s", c, shown(name)).
			With("functionName", "`"+c.Fn.Name+"`").With("inputType", "\"STRING COLLATE "+shown(name)+"\"")
	}
	if c.Args[0].Type().Collation != name || c.Fn.Name == "ilike" {
		return nil // the pattern alone has one
	}
	args := append([]expr.Expr(nil), c.Args...)
	if how == likes {
		args[0], args[1] = collate.FoldOf(args[0]), collate.FoldOf(args[1])
	} else {
		args[1] = collate.IgnoringCase(args[1])
	}
	c.Args = args
	return nil
}

// place gives an error its place in the text.
func place(err error, at fault.Position) error {
	if e, ok := err.(*fault.Error); ok && e.At.Text == "" {
		return e.Locate(at)
	}
	return err
}

func (l *Lowering) order(o *expr.SortOrder) (expr.Expr, error) {
	child, err := key(o.Child)
	if err != nil || child == o.Child {
		return o, place(err, o.At)
	}
	n := *o
	n.Child = child
	return &n, nil
}

func (l *Lowering) window(w *expr.Window) (expr.Expr, error) {
	n, changed := *w, false
	var err error
	if n.PartitionBy, err = keysOf(w.PartitionBy); err != nil {
		return nil, place(err, w.At)
	}
	for i, e := range n.PartitionBy {
		changed = changed || e != w.PartitionBy[i]
	}
	n.OrderBy = make([]*expr.SortOrder, len(w.OrderBy))
	for i, o := range w.OrderBy {
		keyed, err := l.order(o)
		if err != nil {
			return nil, err
		}
		n.OrderBy[i] = keyed.(*expr.SortOrder)
		changed = changed || n.OrderBy[i] != o
	}
	if !changed {
		return w, nil
	}
	return &n, nil
}

// aggregateCall rewrites aggregate functions that compare.
func (l *Lowering) aggregateCall(a *expr.AggregateCall) (expr.Expr, error) {
	name := ""
	for _, arg := range a.Args {
		if name == "" {
			name = collate.Find(arg.Type())
		}
	}
	if name == "" {
		return a, nil
	}
	n := *a
	n.Text = plainText(a)
	var err error
	switch fn := a.Fn.Name; {
	case fn == "min" || fn == "max": // which go by the order of the type
		err = comparable(name, a.Args[0])
	case fn == "min_by" || fn == "max_by":
		n.Args = append([]expr.Expr(nil), a.Args...)
		n.Args[1], err = key(a.Args[1])
	case fn == "count" && a.Distinct, fn == "approx_count_distinct":
		n.Args, err = keysOf(a.Args)
	case a.Distinct, fn == "mode", strings.HasPrefix(fn, "approx_top_k"):
		err = fault.New(fault.UnsupportedFeature, "%v gives texts and tells them apart by the collation %s; group by the text instead", a, name)
	default:
		return a, nil
	}
	return &n, place(err, a.At)
}

// plainText is the call's name without what String adds to it.
func plainText(a *expr.AggregateCall) string {
	if a.Text != "" {
		return a.Text
	}
	return expr.CallText(a.Fn.Name, a.Args)
}
