package sparkplan

import (
	"reflect"

	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
)

// relationType is what the inputs of a relation are in its message.
var relationType = reflect.TypeFor[*sparkpb.Relation]()

// inputs are the fields of a relation's message that hold its inputs, in order.
func inputs(kind sparkpb.RelationKind) []**sparkpb.Relation {
	v := reflect.ValueOf(kind).Elem()
	var list []**sparkpb.Relation
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() == relationType && !f.IsNil() {
			list = append(list, f.Addr().Interface().(**sparkpb.Relation))
		}
	}
	return list
}

// inputOf is the only input of a kind that has one field for it.
func inputOf(kind sparkpb.RelationKind) (**sparkpb.Relation, bool) {
	v := reflect.ValueOf(kind).Elem()
	if f := v.FieldByName("Input"); f.IsValid() && f.Type() == relationType {
		return f.Addr().Interface().(**sparkpb.Relation), true
	}
	return nil, false
}

// withInputs is a copy of a relation's message over other inputs.
func withInputs(kind sparkpb.RelationKind, over []*sparkpb.Relation) sparkpb.RelationKind {
	c := reflect.New(reflect.TypeOf(kind).Elem())
	c.Elem().Set(reflect.ValueOf(kind).Elem())
	fresh := c.Interface().(sparkpb.RelationKind)
	for i, in := range inputs(fresh) {
		*in = over[i]
	}
	return fresh
}

// decodeForeign carries a relation that weir cannot compute, its inputs decoded.
func decodeForeign(m *sparkpb.Relation, o plan.Origin) (plan.Node, error) {
	f := &plan.Foreign{Origin: o, What: kindName(m.Kind), Message: m.Kind}
	for _, in := range inputs(m.Kind) {
		n, err := Decode(*in)
		if err != nil {
			return nil, err
		}
		f.Over = append(f.Over, n)
	}
	return f, nil
}

// carried is decodeForeign for a relation whose input is decoded already.
func carried(m *sparkpb.Relation, in plan.Node, o plan.Origin) plan.Node {
	return &plan.Foreign{Origin: o, What: kindName(m.Kind), Over: []plan.Node{in}, Message: m.Kind}
}

func (c *encoder) foreign(n *plan.Foreign) (sparkpb.RelationKind, error) {
	kind, ok := n.Message.(sparkpb.RelationKind)
	if !ok || len(inputs(kind)) != len(n.Over) {
		return nil, unsayable(n.String(), n.At)
	}
	over, err := c.relations(n.Over)
	if err != nil || len(over) == 0 {
		return kind, err
	}
	return withInputs(kind, over), nil
}
