package collate

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table: those that users call.
var Functions = []*expr.Function{Collate, nameOf}

// Add adds the theme's functions.
func Add(r *expr.Registry) {
	r.Add(Functions...)
	r.AddGenerators(collations)
}

// Collate is collate(text, name), which COLLATE is too: the same text under another
// collation. Its second argument is the canonical name.
var Collate = &expr.Function{
	Name: "collate",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("collate", "2", len(args))
		}
		literal, ok := args[1].(*expr.Literal)
		if !ok {
			return expr.Resolution{}, fault.New(fault.NonFoldableArgument, "the name of a collation must be a constant, not %s", args[1]).
				With("funcName", "`collate`").With("paramName", "`collationName`")
		}
		name, ok := literal.Value.(string)
		if !ok {
			return expr.Resolution{}, fault.New(fault.UnexpectedInput, "the name of a collation is a text, not %s", args[1]).
				With("functionName", "`collate`").With("paramIndex", "second").With("inputSql", args[1].String())
		}
		canonical, ok := types.ParseCollation(name)
		if !ok || !collation.Known(canonical) {
			return expr.Resolution{}, fault.New(fault.CollationName, "there is no collation %s; known are UTF8_BINARY, UTF8_LCASE, "+
				"UNICODE and those of languages, such as en or de_CI_AI: collations() lists them", name).With("collationName", name)
		}
		if err := onText("collate", args[0]); err != nil {
			return expr.Resolution{}, err
		}
		to := types.Type{Kind: types.String, Collation: canonical}
		shown := canonical
		if shown == "" {
			shown = "UTF8_BINARY"
		}
		text := args[0]
		if expr.IsNull(text) {
			text = &expr.Literal{Typ: to}
		}
		return expr.Resolution{Args: []expr.Expr{text, expr.Lit(shown)}, Type: to, Nullable: text.Nullable()}, nil
	},
	Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) { return args[0], nil },
}

// onText is an error where an argument is neither a text nor null.
func onText(name string, arg expr.Expr) error {
	if k := arg.Type().Kind; k == types.String || k == types.Null {
		return nil
	}
	return fault.New(fault.TypeMismatch, "%s takes a text, not %s of type %s", name, arg, arg.Type().SQL()).
		With("functionName", "`"+name+"`").With("inputType", "\""+arg.Type().SQL()+"\"")
}

// Undecided stands where the collation's name would, in the type of a text whose parts are
// of two collations, none of which COLLATE has chosen. It is as Spark writes it.
const Undecided = "null"

// nameOf is collation(text): the whole name of its collation.
var nameOf = &expr.Function{
	Name: "collation",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("collation", "1", len(args))
		}
		return expr.Resolution{Args: args, Type: tString}, onText("collation", args[0])
	},
	Compile: func(c *expr.Call, _ []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		name := c.Args[0].Type().Collation
		switch name {
		case "":
			name = "SYSTEM.BUILTIN.UTF8_BINARY"
		case Undecided:
		default:
			name = "SYSTEM.BUILTIN." + name
		}
		col := batch.NewColumn(tString, 1)
		expr.AppendValue(col, name)
		col.Const = true
		return fixed{col}, nil
	},
}

// fixed is an Eval that gives a constant.
type fixed struct{ col *batch.Column }

func (f fixed) Eval(*batch.Batch, []int32) (*batch.Column, error) { return f.col, nil }

var (
	tString  = types.Of(types.String)
	tBoolean = types.Of(types.Boolean)
	tInt     = types.Of(types.Int)
)

// For is the function that stands for one of these names where the text that is searched
// ignores case; nil where the name is none of them. The arguments are those of the
// function of that name, resolved.
func For(name string) *expr.Function { return searching[name] }

// searching are the functions that look for a text in another, ignoring case.
var searching = map[string]*expr.Function{
	"contains":   tests("contains", func(l *lowered, part string) bool { at, _ := l.find(part, 0); return at >= 0 }),
	"startswith": tests("startswith", (*lowered).begins),
	"endswith":   tests("endswith", (*lowered).ends),
	"instr":      instr,
	"locate":     locate, "position": locate, "charindex": locate,
	"find_in_set":     findInSet,
	"replace":         replace,
	"substring_index": substringIndex,
	"split_part":      splitPart,
	"translate":       translate,
	"trim":            trimming(true, true), "btrim": trimming(true, true),
	"ltrim": trimming(true, false), "rtrim": trimming(false, true),
}

// tests is a predicate on a text and a part of it.
func tests(name string, f func(l *lowered, part string) bool) *expr.Function {
	return &expr.Function{Name: name, Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		l, p := new(lowered), new(pattern)
		return expr.Binary(func(s, part string) bool {
			l.set(s)
			return f(l, p.get(part))
		}), nil
	}}
}

var instr = &expr.Function{Name: "instr", Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	l, p := new(lowered), new(pattern)
	return expr.Binary(func(s, part string) int32 {
		l.set(s)
		at, _ := l.find(p.get(part), 0)
		return int32(at) + 1
	}), nil
}}

// locate is locate(part, text, start).
var locate = &expr.Function{Name: "locate", Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	l, p := new(lowered), new(pattern)
	return expr.Ternary(func(part, s string, start int32) int32 {
		if start < 1 {
			return 0
		}
		if part == "" {
			return 1
		}
		l.set(s)
		at, _ := l.find(p.get(part), int(start)-1)
		return int32(at) + 1
	}), nil
}}

// findInSet is find_in_set(text, set).
var findInSet = &expr.Function{Name: "find_in_set", Total: true, Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
	p, key := new(pattern), []byte(nil)
	return expr.Binary(func(s, set string) int32 {
		if strings.IndexByte(s, ',') >= 0 {
			return 0
		}
		want := p.get(s)
		for n := int32(1); ; n++ {
			piece, rest, more := strings.Cut(set, ",")
			if key = collation.AppendLower(key[:0], piece); string(key) == want {
				return n
			}
			if !more {
				return 0
			}
			set = rest
		}
	}), nil
}}
