package higher

import (
	"fmt"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// mapFunction is a row of the table for a function of a map and a lambda function
// over its keys and values.
func mapFunction(name string, result func(m types.Type, l *expr.BoundLambda) types.Type, condition bool,
	end func(m *mapLoop, col, res *batch.Column) error) *expr.Function {
	return &expr.Function{
		Name:   name,
		Lambda: overEntries(name),
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if err := count(name, args, 2, 2); err != nil {
				return expr.Resolution{}, err
			}
			m, err := mapArg(name, args, 0)
			if err != nil {
				return expr.Resolution{}, err
			}
			l, err := body(name, args, 1)
			if condition {
				l, err = predicate(r, name, args, 1)
			}
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: []expr.Expr{m, l}, Type: result(m.Type(), l), Nullable: m.Nullable(),
				Text: expr.CallText(name, args)}, nil
		},
		Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
			return &mapLoop{source: args[0], lambda: lambdaOf(args, 1), out: batch.NewColumn(c.Typ, 0),
				keys: keyCheck{order: expr.OrderOf(*c.Typ.Key)}, end: end}, nil
		},
	}
}

var (
	transformKeys = mapFunction("transform_keys", func(m types.Type, l *expr.BoundLambda) types.Type {
		t := types.MapOf(l.Type(), *m.Elem)
		t.ElemNullable = m.ElemNullable
		return t
	}, false, func(m *mapLoop, col, res *batch.Column) error {
		copy(m.out.Offsets, m.list.first)
		appendAll(m.out.Children[0], res, len(m.list.rows))
		m.out.Children[1].AppendRows(col.Children[1], m.list.rows, nil)
		return m.keys.check(m.out)
	})
	transformValues = mapFunction("transform_values", func(m types.Type, l *expr.BoundLambda) types.Type {
		t := types.MapOf(*m.Key, l.Type())
		t.ElemNullable = l.Nullable()
		return t
	}, false, func(m *mapLoop, col, res *batch.Column) error {
		copy(m.out.Offsets, m.list.first)
		m.out.Children[0].AppendRows(col.Children[0], m.list.rows, nil)
		appendAll(m.out.Children[1], res, len(m.list.rows))
		return nil
	})
	mapFilter = mapFunction("map_filter", func(m types.Type, _ *expr.BoundLambda) types.Type { return m }, true,
		func(m *mapLoop, col, res *batch.Column) error {
			keep, at := truthOf(res), 0
			m.kept = m.kept[:0]
			for i := range m.out.Offsets {
				for ; at < int(m.list.first[i]); at++ {
					if keep.holds(at) {
						m.kept = append(m.kept, m.list.rows[at])
					}
				}
				m.out.Offsets[i] = int32(len(m.kept))
			}
			for k, child := range m.out.Children {
				child.AppendRows(col.Children[k], m.kept, nil)
			}
			return nil
		})
)

// mapLoop evaluates a lambda function over the entries of maps.
type mapLoop struct {
	source expr.Eval
	lambda *expr.LambdaEval
	out    *batch.Column
	list   elements
	kept   []int32
	keys   keyCheck
	end    func(m *mapLoop, col, res *batch.Column) error
}

func (m *mapLoop) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	col, err := m.source.Eval(b, sel)
	if err != nil {
		return nil, err
	}
	m.out.Resize(b.Rows)
	m.list.lay(m.out, col, b.Rows, sel)
	res, err := m.lambda.Apply(b, sel, m.list.parents, m.list.child(col, 0), m.list.child(col, 1))
	if err != nil {
		return nil, err
	}
	return m.out, m.end(m, col, res)
}

// keyCheck finds keys that are null or there twice.
type keyCheck struct{ order expr.Order }

func (k *keyCheck) check(m *batch.Column) error {
	keys := m.Children[0]
	for i := range m.Len() {
		for a := m.Offsets[i]; a < m.Offsets[i+1]; a++ {
			if keys.Null(int(a)) {
				return fault.New(fault.NullMapKey, "a key of a map cannot be null")
			}
			for b := m.Offsets[i]; b < a; b++ {
				if k.order(keys, int(a), keys, int(b)) == 0 {
					key := fmt.Sprint(expr.ValueAt(keys, int(a)))
					return fault.New(fault.DuplicateMapKey, "the key %s is there twice", key).With("key", key)
				}
			}
		}
	}
	return nil
}

// mapZipWith is map_zip_with(left, right, (key, x, y) -> value) over the keys of
// both maps, those of the left one first.
var mapZipWith = &expr.Function{
	Name: "map_zip_with",
	Lambda: func(r *expr.Resolver, args []expr.Expr, _ int) ([]types.Field, error) {
		a, b, err := twoMaps(r, args)
		if err != nil {
			return nil, err
		}
		return []types.Field{{Name: "k", Type: *a.Type().Key}, {Name: "x", Type: *a.Type().Elem, Nullable: true},
			{Name: "y", Type: *b.Type().Elem, Nullable: true}}, nil
	},
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("map_zip_with", "3", len(args))
		}
		a, b, err := twoMaps(r, args)
		if err != nil {
			return expr.Resolution{}, err
		}
		l, err := body("map_zip_with", args, 2)
		if err != nil {
			return expr.Resolution{}, err
		}
		t := types.MapOf(*a.Type().Key, l.Type())
		t.ElemNullable = l.Nullable()
		return expr.Resolution{Args: []expr.Expr{a, b, l}, Type: t, Nullable: a.Nullable() || b.Nullable(),
			Text: expr.CallText("map_zip_with", args)}, nil
	},
	Compile: func(c *expr.Call, args []expr.Eval, _ *expr.Env) (expr.Eval, error) {
		key := *c.Args[0].Type().Key
		return &mapZip{pairing: newPairing(c, args), order: expr.OrderOf(key), key: batch.NewColumn(key, 0)}, nil
	},
}

// twoMaps makes one type of the keys of two maps.
func twoMaps(r *expr.Resolver, args []expr.Expr) (a, b expr.Expr, err error) {
	if a, err = mapArg("map_zip_with", args, 0); err != nil {
		return nil, nil, err
	}
	if b, err = mapArg("map_zip_with", args, 1); err != nil {
		return nil, nil, err
	}
	key, ok := r.Tightest(*a.Type().Key, *b.Type().Key)
	if !ok {
		return nil, nil, fault.New(fault.MapZipDiffTypes, "the keys of map_zip_with are %s and %s",
			a.Type().Key.SQL(), b.Type().Key.SQL())
	}
	withKey := func(e expr.Expr) expr.Expr {
		t := e.Type()
		t.Key = &key
		return expr.CastTo(e, t)
	}
	return withKey(a), withKey(b), nil
}

// mapZip evaluates map_zip_with.
type mapZip struct {
	pairing
	order expr.Order
	key   *batch.Column
}

func (z *mapZip) Eval(b *batch.Batch, sel []int32) (*batch.Column, error) {
	z.key.Resize(0)
	if err := z.list(b, sel, 1, z.row); err != nil {
		return nil, err
	}
	res, err := z.lambda.Apply(b, sel, z.parents, z.key, z.sides[0], z.sides[1])
	if err != nil {
		return nil, err
	}
	z.out.Children[0].AppendRows(z.key, batch.Range(0, len(z.parents)), nil)
	appendAll(z.out.Children[1], res, len(z.parents))
	return z.out, nil
}

// row lists the keys of one row.
func (z *mapZip) row(cols [2]*batch.Column, i int32) {
	from, to := spans(cols, i)
	left, right := cols[0].Children[0], cols[1].Children[0]
	find := func(keys *batch.Column, from, to int32, of *batch.Column, row int32) int32 {
		for ; from < to; from++ {
			if z.order(keys, int(from), of, int(row)) == 0 {
				return from
			}
		}
		return -1
	}
	for n := from[0]; n < to[0]; n++ {
		z.add(i, left, n, n, find(right, from[1], to[1], left, n))
	}
	for n := from[1]; n < to[1]; n++ {
		if find(left, from[0], to[0], right, n) < 0 {
			z.add(i, right, n, -1, n)
		}
	}
}

func (z *mapZip) add(parent int32, keys *batch.Column, key, left, right int32) {
	z.parents = append(z.parents, parent)
	z.key.AppendRows(keys, []int32{key}, nil)
	z.rows[0], z.rows[1] = append(z.rows[0], left), append(z.rows[1], right)
}
