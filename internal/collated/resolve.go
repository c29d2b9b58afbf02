package collated

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/collate"
	"github.com/weirstream/weir/types"
)

// rule says what a function does with the collations of its arguments.
type rule struct {
	// groups are the places of arguments that meet, of n; nil for all together.
	groups func(n int) [][]int
	// bare arguments stand in the call's name as they were written.
	bare bool
	// alone: the first text's collation counts, whatever the others are.
	alone bool
	// result: the texts in the result have the collation.
	result bool
	// carries: where the collation is undecided, so is the result's; others fail.
	carries bool
}

// rules are those of functions by name. Functions that are not here do not look at
// collations; what they give has the collation that the types of their arguments lead to.
var rules = makeRules()

func makeRules() map[string]rule {
	table := make(map[string]rule)
	add := func(r rule, names string) {
		for name := range strings.FieldsSeq(names) {
			table[name] = r
		}
	}
	add(rule{}, `= == <> != < > <= >= <=> in contains startswith endswith instr locate position charindex find_in_set
		array_contains array_position array_remove arrays_overlap array_except array_intersect array_union
		array_append array_prepend array_insert to_number try_to_number`)
	add(rule{bare: true}, `equal_null between nullif`)
	add(rule{carries: true}, `array coalesce greatest least if when lag lead nth_value`)
	add(rule{carries: true, bare: true}, `nvl ifnull`)
	add(rule{carries: true, bare: true, groups: func(n int) [][]int { return [][]int{{1, 2}} }}, `nvl2`)
	add(rule{bare: true, groups: decoded}, `decode`)
	add(rule{groups: alternating}, `map`)
	add(rule{groups: keyOf}, `[]`)
	add(rule{result: true}, `replace translate lpad rpad mask overlay array_join substring_index trim ltrim rtrim btrim`)
	add(rule{result: true, carries: true}, `concat || concat_ws elt`)
	add(rule{result: true, bare: true}, `split_part`)
	add(rule{result: true, alone: true}, `upper ucase lower lcase initcap substring substr left right repeat reverse hex
		sentences validate_utf8 try_validate_utf8 make_valid_utf8 regexp_extract regexp_extract_all regexp_substr split
		str_to_map like ilike rlike regexp regexp_like regexp_count regexp_instr`)
	add(rule{result: true, alone: true, groups: func(int) [][]int { return [][]int{{0, 1, 2}} }}, `regexp_replace`)
	return table
}

// decoded are the places of what decode compares, and of what it gives.
func decoded(n int) [][]int {
	compared, given := []int{0}, []int(nil)
	for i := 1; i < n; i++ {
		if i%2 == 1 && i+1 < n {
			compared = append(compared, i)
		} else {
			given = append(given, i)
		}
	}
	return [][]int{compared, given}
}

// alternating are the places of keys and of values.
func alternating(n int) [][]int {
	groups := make([][]int, 2)
	for i := range n {
		groups[i%2] = append(groups[i%2], i)
	}
	return groups
}

// keyOf stands for the map and the key in map[key], which [castKey] makes meet.
func keyOf(int) [][]int { return [][]int{} }

type resolver = func(*expr.Resolver, []expr.Expr) (expr.Resolution, error)

// Resolve resolves the arguments of the function name by resolve, its own function, once
// their texts have one collation where they meet.
func Resolve(name string, resolve resolver, r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	any := false
	for _, a := range args {
		any = any || collate.Find(a.Type()) != ""
	}
	if !any {
		return resolve(r, args)
	}
	rule, known := rules[name]
	if !known {
		return others(name, resolve, r, args)
	}
	name0, args, err := together(name, rule, args)
	if err != nil {
		return expr.Resolution{}, err
	}
	res, err := resolve(r, args)
	if err == nil && rule.result {
		if _, fits := textOf(res.Type); fits || res.Type.Kind == types.Map {
			res.Type = collate.With(res.Type, name0)
		}
	}
	return res, err
}

// others resolves a function without a rule. An aggregate function refuses what is
// undecided, and collect_set what is compared otherwise than by its bytes.
func others(name string, resolve resolver, r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	first := collate.Find(args[0].Type())
	if name == "listagg" || name == "string_agg" {
		return listagg(name, first, resolve, r, args)
	}
	switch {
	case name == "collect_set" && first != "":
		return expr.Resolution{}, fault.New(fault.UnsupportedInput, "collect_set does not take texts with a collation; "+
			"array_distinct(collect_list(…)) does").With("functionName", "`collect_set`").With("dataType", "\"COLLATED STRING\"")
	case first == collate.Undecided && (name == "min" || name == "max" || name == "mode"):
		return expr.Resolution{}, undecided(args)
	}
	return resolve(r, args)
}

// listagg resolves listagg, whose delimiter has the collation of the texts, said by COLLATE.
func listagg(name, of string, resolve resolver, r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	args = append([]expr.Expr(nil), args...)
	if len(args) > 1 && args[1].Type().Kind == types.String {
		if have := args[1].Type().Collation; have != of {
			return expr.Resolution{}, fault.New(fault.DataDiffTypes, "%s joins texts of the collation %s by one of %s", name,
				shown(of), shown(have)).With("functionName", "`"+name+"`")
		}
		if c, ok := args[1].(*expr.Call); ok && c.Fn == collate.Collate {
			args[1] = to(c.Args[0], of, false)
		}
	}
	res, err := resolve(r, args)
	res.Type = collate.With(res.Type, of)
	return res, err
}

// together casts arguments to the collations in which they meet; the name is that of the
// first group.
func together(fn string, rule rule, args []expr.Expr) (name string, out []expr.Expr, err error) {
	out = append([]expr.Expr(nil), args...)
	if fn == "[]" {
		return "", castKey(out), nil
	}
	if rule.alone {
		name, _ = textOf(args[0].Type())
	}
	groups := [][]int{nil}
	if rule.groups != nil {
		groups = rule.groups(len(args))
	} else if !rule.alone {
		for i := range args {
			groups[0] = append(groups[0], i)
		}
	}
	for g, places := range groups {
		var list []expr.Expr
		for _, i := range places {
			if i < len(args) {
				list = append(list, args[i])
			}
		}
		met := standing{name: name, strength: implicit}
		if !rule.alone {
			if met, err = meet(list); err != nil {
				return "", nil, err
			}
		}
		if met.name == collate.Undecided && !rule.carries && !rule.alone && (g == 0 || fn == "decode") {
			return "", nil, inExpression(fn, args)
		}
		if g == 0 {
			name = met.name
		}
		for _, i := range places {
			if i < len(out) && met.strength != none && met.name != "" {
				out[i] = to(out[i], met.name, rule.bare)
			} else if i < len(out) && met.strength != none {
				out[i] = to(out[i], "", rule.bare)
			}
		}
	}
	return name, out, nil
}

// castKey gives the key in map[key] the collation of the map's keys.
func castKey(args []expr.Expr) []expr.Expr {
	if len(args) == 2 && args[0].Type().Kind == types.Map && args[1].Type().Kind == types.String {
		if standingOf(args[1]).strength == byItself {
			args[1] = to(args[1], args[0].Type().Key.Collation, false)
		}
	}
	return args
}

func inExpression(fn string, args []expr.Expr) error {
	for _, a := range args {
		if a.Type().Kind == types.Array {
			return undecided(args)
		}
	}
	return fault.New(fault.CollationUndecidedIn, "in %s two implicit collations meet; say with COLLATE which one is meant",
		expr.CallText(fn, args)).With("expr", expr.CallText(fn, args))
}

func undecided(args []expr.Expr) error {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.String()
	}
	return fault.New(fault.CollationUndecided, "the collation of %s is undecided: parts of it have two implicit collations; "+
		"say with COLLATE which one is meant", strings.Join(parts, ", "))
}
