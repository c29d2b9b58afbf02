package semi

import (
	"errors"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// Types that stand in many signatures.
var (
	tVariant = types.Of(types.Variant)
	tString  = types.Of(types.String)
	tBoolean = types.Of(types.Boolean)
	tInt     = types.Of(types.Int)
)

// Functions is the theme's table.
var Functions = []*expr.Function{
	parse("parse_json", false), parse("try_parse_json", true),
	isNull, isValid, get("variant_get", false), get("try_variant_get", true),
	schemaOf, toObject, stripNulls, remove,
	change("variant_insert", false, insert), change("try_variant_insert", true, insert),
	change("variant_set", false, set), change("try_variant_set", true, set),
	change("variant_array_append", false, appendTo), change("try_variant_array_append", true, appendTo),
}

// Generators is the theme's table of generators.
var Generators = []*expr.Generator{explode("variant_explode", false), explode("variant_explode_outer", true)}

// Add adds the theme's functions.
func Add(r *expr.Registry) {
	r.Add(Functions...)
	r.AddGenerators(Generators...)
	r.AddAggregates(schemaAgg)
}

// variantArg is an argument that must be a variant; NULL is one.
func variantArg(name string, args []expr.Expr, k int) (expr.Expr, error) {
	switch args[k].Type().Kind {
	case types.Variant:
		return args[k], nil
	case types.Null:
		return expr.CastTo(args[k], tVariant), nil
	}
	return nil, expr.Unexpected(name, k, "\"VARIANT\"", args[k])
}

// parse is parse_json(text), or try_parse_json.
func parse(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			res, err := expr.Fixed(name, -1, tVariant, tString)(r, args)
			res.Nullable = res.Nullable || try
			return res, err
		},
		Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			from, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				n, err := variant.Parse(from.At(i), false)
				switch {
				case err == nil:
					to[i] = n.Encode()
				case try:
					out.SetNull(int(i))
				case errors.Is(err, variant.ErrDuplicate):
					return fault.New(fault.VariantDuplicateKey, "an object of the JSON text has a name twice")
				default:
					return fault.New(fault.MalformedRecord, "%q is no JSON; try_parse_json gives NULL instead", from.At(i)).
						With("badRecord", from.At(i)).With("failFastMode", "FAILFAST")
				}
			}
			return nil
		}),
	}
}

// test is a function of a variant that is true or false.
func test(name string, holds func(variant.Value) bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			v, err := variantArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: []expr.Expr{v}, Type: tBoolean, Nullable: v.Nullable()}, nil
		},
		Kernel: expr.Static(expr.Unary(func(s string) bool { return holds(variant.Open(s)) })),
	}
}

var (
	isNull = func() *expr.Function {
		f := test("is_variant_null", nil)
		f.NullSafe = true
		f.Kernel = expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			from, to := expr.ArgOf[string](args[0]), batch.Values[bool](out)
			for _, i := range expr.Rows(rows, sel) {
				to[i] = !args[0].Null(int(i)) && variant.Open(from.At(i)).Kind() == variant.Null
			}
			return nil
		})
		return f
	}()
	isValid = test("is_valid_variant", variant.Value.Valid)
)

// get is variant_get(variant, path, type), or try_variant_get: a cast of what stands
// at the path.
func get(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 2 && len(args) != 3 {
				return expr.Resolution{}, expr.WrongCount(name, "2 or 3", len(args))
			}
			v, err := variantArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			path, ok := r.Arg(args[1], tString)
			if !ok {
				return expr.Resolution{}, expr.Unexpected(name, 1, "\"STRING\"", args[1])
			}
			var found expr.Expr = &expr.Call{Fn: at, Args: []expr.Expr{v, path}, Typ: tVariant, Null: true}
			text := expr.CallText(name, args[:2])
			if len(args) == 2 {
				return expr.Resolution{Args: []expr.Expr{found}, Type: tVariant, Nullable: true, Text: text}, nil
			}
			written, ok := constantText(args[2])
			if !ok {
				return expr.Resolution{}, expr.Unexpected(name, 2, "\"STRING\" that is a literal", args[2])
			}
			t, err := types.ParseType(written)
			if err != nil {
				return expr.Resolution{}, err
			}
			c := &expr.Cast{Child: found, To: t, Implicit: true}
			if try {
				c.Mode = expr.CastTry
			}
			return expr.Resolution{Args: []expr.Expr{c}, Type: t, Nullable: true, Text: text}, nil
		},
		Compile: func(_ *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) { return args[0], nil },
	}
}

// at is the variant at a path of a variant.
var at = &expr.Function{
	Name: "variant_get",
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		known := paths{function: "variant_get"}
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			from, path, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				steps, err := known.get(path.At(i))
				if err != nil {
					return err
				}
				v := look(variant.Open(from.At(i)), steps)
				if v.Kind() == variant.Missing {
					out.SetNull(int(i))
					continue
				}
				to[i] = v.Whole()
			}
			return nil
		}, nil
	},
}

// schemaOf is schema_of_variant(variant).
var schemaOf = &expr.Function{
	Name: "schema_of_variant",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("schema_of_variant", "1", len(args))
		}
		v, err := variantArg("schema_of_variant", args, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{v}, Type: tString, Nullable: v.Nullable()}, nil
	},
	Kernel: expr.Static(expr.Unary(func(s string) string { return variant.SchemaOf(variant.Open(s).Node()).String() })),
}

// toObject is to_variant_object(array, map or struct).
var toObject = &expr.Function{
	Name: "to_variant_object",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 1 {
			return expr.Resolution{}, expr.WrongCount("to_variant_object", "1", len(args))
		}
		if !variant.Storable(args[0].Type(), true) {
			return expr.Resolution{}, fault.New(fault.CastWithoutSuggest, "%s of type %s is no object to VARIANT", args[0],
				args[0].Type().SQL())
		}
		return expr.Resolution{Args: args, Type: tVariant, Nullable: args[0].Nullable()}, nil
	},
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		to := batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			to[i] = variant.FromColumn(args[0], int(i)).Encode()
		}
		return nil
	}),
}

// stripNulls is variant_strip_nulls(variant, arrays): without the fields that are
// null, and, unless told otherwise, without the elements.
var stripNulls = &expr.Function{
	Name: "variant_strip_nulls",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		all := args
		if len(args) == 1 {
			all = append(args[:1:1], expr.Lit(true))
		}
		if len(all) != 2 {
			return expr.Resolution{}, expr.WrongCount("variant_strip_nulls", "1 or 2", len(args))
		}
		v, err := variantArg("variant_strip_nulls", all, 0)
		if err != nil {
			return expr.Resolution{}, err
		}
		flag, ok := r.Arg(all[1], tBoolean)
		if !ok {
			return expr.Resolution{}, expr.Unexpected("variant_strip_nulls", 1, "\"BOOLEAN\"", all[1])
		}
		return expr.Resolution{Args: []expr.Expr{v, flag}, Type: tVariant, Nullable: v.Nullable() || flag.Nullable(),
			Text: expr.CallText("variant_strip_nulls", all)}, nil
	},
	Kernel: expr.Static(expr.Binary(func(s string, arrays bool) string {
		n := variant.Open(s).Node()
		strip(n, arrays)
		return n.Encode()
	})),
}

func strip(n *variant.Node, arrays bool) {
	if n.Kind != variant.Object && n.Kind != variant.Array {
		return
	}
	k := 0
	for i, item := range n.Items {
		if item.Kind == variant.Null && (n.Kind == variant.Object || arrays) {
			continue
		}
		strip(item, arrays)
		n.Items[k] = item
		if n.Kind == variant.Object {
			n.Names[k] = n.Names[i]
		}
		k++
	}
	n.Items = n.Items[:k]
	if n.Kind == variant.Object {
		n.Names = n.Names[:k]
	}
}

// explode gives a row for each field of an object or element of an array: pos, key
// (null for elements) and value.
func explode(name string, outer bool) *expr.Generator {
	return &expr.Generator{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
			if len(args) != 1 {
				return nil, nil, expr.WrongCount(name, "1", len(args))
			}
			v, err := variantArg(name, args, 0)
			return []expr.Expr{v}, []types.Field{{Name: "pos", Type: tInt, Nullable: outer},
				{Name: "key", Type: tString, Nullable: true}, {Name: "value", Type: tVariant, Nullable: outer}}, err
		},
		New: func(*expr.GeneratorCall, *expr.Env) (expr.Generate, error) {
			return func(out, args []*batch.Column, rows int, sel []int32, always bool, parents []int32) ([]int32, error) {
				from := expr.ArgOf[string](args[0])
				for _, i := range expr.Rows(rows, sel) {
					var v variant.Value
					if !args[0].Null(int(i)) {
						v = variant.Open(from.At(i))
					}
					for k := range v.Len() {
						expr.AppendValue(out[0], int32(k))
						if v.Kind() == variant.Object {
							expr.AppendValue(out[1], v.Name(k))
						} else {
							expr.AppendValue(out[1], nil)
						}
						expr.AppendValue(out[2], v.At(k).Whole())
						parents = append(parents, i)
					}
					if v.Len() == 0 && (outer || always) {
						for _, c := range out {
							expr.AppendValue(c, nil)
						}
						parents = append(parents, i)
					}
				}
				return parents, nil
			}, nil
		},
	}
}
