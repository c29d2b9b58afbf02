package collate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// collations is collations(): a row for each collation there is.
var collations = &expr.Generator{
	Name: "collations",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
		if len(args) != 0 {
			return nil, nil, expr.WrongCount("collations", "0", len(args))
		}
		var fields []types.Field
		for _, name := range []string{"CATALOG", "SCHEMA", "NAME", "LANGUAGE", "COUNTRY", "ACCENT_SENSITIVITY",
			"CASE_SENSITIVITY", "PAD_ATTRIBUTE", "ICU_VERSION"} {
			null := name == "LANGUAGE" || name == "COUNTRY" || name == "ICU_VERSION"
			fields = append(fields, types.Field{Name: name, Type: tString, Nullable: null})
		}
		return nil, fields, nil
	},
	New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
		return func(out, _ []*batch.Column, rows int, sel []int32, _ bool, parents []int32) ([]int32, error) {
			for _, i := range expr.Rows(rows, sel) {
				for _, d := range collation.List() {
					for k, v := range described(d) {
						expr.AppendValue(out[k], v)
					}
					parents = append(parents, i)
				}
			}
			return parents, nil
		}, nil
	},
}

// described is a row of collations().
func described(d collation.Description) []any {
	choose := func(second bool, first, other string) any {
		if second {
			return other
		}
		return first
	}
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	version := any(nil)
	if d.ICU {
		version = collation.ICUVersion
	}
	return []any{"SYSTEM", "BUILTIN", d.Name, orNull(d.Language), orNull(d.Country),
		choose(d.IgnoresAccents, "ACCENT_SENSITIVE", "ACCENT_INSENSITIVE"),
		choose(d.IgnoresCase, "CASE_SENSITIVE", "CASE_INSENSITIVE"), choose(d.Trims, "NO_PAD", "RTRIM"), version}
}
