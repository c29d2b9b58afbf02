package collate

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/collation"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Key gives the keys of texts with a collation, and of arrays, maps and structs of such
// texts: equal where the values are, and in their order. The call's type says which of the
// texts become keys: those that have no collation in it.
var Key = &expr.Function{Name: "collation_key", Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
	k := &keys{from: c.Args[0].Type(), to: c.Typ}
	return k.run, nil
}}

// KeyOf is a call of [Key].
func KeyOf(e expr.Expr) expr.Expr {
	return &expr.Call{Fn: Key, Args: []expr.Expr{e}, Typ: Plain(e.Type()), Null: e.Nullable()}
}

// keys is a compiled Key.
type keys struct {
	from, to types.Type
	buf      []byte
	arena    batch.Arena
	rows     []int32 // scratch: the rows of a nested column that count
}

func (k *keys) run(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	k.arena.Reset()
	if k.from.Kind == types.String {
		rules, _ := collation.Of(k.from.Collation)
		a, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			to[i] = k.key(rules, a.At(i))
		}
		return nil
	}
	k.rows = k.rows[:0]
	for range rows {
		k.rows = append(k.rows, -1)
	}
	for _, i := range expr.Rows(rows, sel) {
		k.rows[i] = i
	}
	out.Take(args[0], k.rows)
	k.inside(out, k.from, k.to)
	return nil
}

// key is the key of one text, a view.
func (k *keys) key(rules collation.Rules, s string) string {
	if rules.IsKey(s) {
		return s
	}
	k.buf = rules.AppendKey(k.buf[:0], s)
	return k.arena.Copy(batch.View(k.buf))
}

// inside puts keys in the place of the texts of a column that is ours.
func (k *keys) inside(c *batch.Column, from, to types.Type) {
	switch from.Kind {
	case types.String:
		if from.Collation == to.Collation {
			return
		}
		rules, _ := collation.Of(from.Collation)
		values := batch.Values[string](c)
		for i := range values {
			if !c.Null(i) {
				values[i] = k.key(rules, values[i])
			}
		}
	case types.Array:
		k.inside(c.Children[0], *from.Elem, *to.Elem)
	case types.Map:
		k.inside(c.Children[0], *from.Key, *to.Key)
		k.inside(c.Children[1], *from.Elem, *to.Elem)
	case types.Struct:
		for i, f := range from.Fields {
			k.inside(c.Children[i], f.Type, to.Fields[i].Type)
		}
	}
}

// Plain is t without its collations.
func Plain(t types.Type) types.Type { return With(t, "") }

// With is t with this collation for all of its texts.
func With(t types.Type, name string) types.Type {
	switch t.Kind {
	case types.String:
		t.Collation = name
	case types.Array, types.Map:
		if t.Key != nil {
			key := With(*t.Key, name)
			t.Key = &key
		}
		elem := With(*t.Elem, name)
		t.Elem = &elem
	case types.Struct:
		fields := make([]types.Field, len(t.Fields))
		for i, f := range t.Fields {
			f.Type = With(f.Type, name)
			fields[i] = f
		}
		t.Fields = fields
	}
	return t
}

// Find is the collation of the first text in t that has one, "" for none.
func Find(t types.Type) string {
	switch t.Kind {
	case types.String:
		return t.Collation
	case types.Array:
		return Find(*t.Elem)
	case types.Map:
		if c := Find(*t.Key); c != "" {
			return c
		}
		return Find(*t.Elem)
	case types.Struct:
		for _, f := range t.Fields {
			if c := Find(f.Type); c != "" {
				return c
			}
		}
	}
	return ""
}
