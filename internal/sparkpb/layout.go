package sparkpb

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
)

// layout is how a message travels: what the tags of its struct say.
type layout struct {
	name string
	// slots are in the order in which they are written: by number.
	slots []*slot
	// byNumber has a slot more for each arm of a Kind.
	byNumber map[protowire.Number]*slot
}

// shape is how many values a slot has and how one is told from none.
type shape uint8

const (
	plain      shape = iota // written if it is not zero
	pointer                 // written if it is not nil
	list                    // numbers are packed into one field
	dictionary              // a map from string
	arm                     // one of what a Kind may be
	kind                    // all of them; its number is that of the first
)

// slot is a field of a message.
type slot struct {
	number protowire.Number
	index  int // in the struct
	shape  shape
	value  reflect.Type   // of one value
	wire   protowire.Type // of one value
	within *layout        // of a message
	rivals []int          // the fields that exclude this one
	arms   map[reflect.Type]*slot
}

// kindTables are the arms of each Kind by number.
var kindTables = map[reflect.Type]any{
	reflect.TypeFor[AnalyzeKind]():    analyzeKinds,
	reflect.TypeFor[AnalyzeResult]():  analyzeResults,
	reflect.TypeFor[CatalogKind]():    catalogKinds,
	reflect.TypeFor[CommandKind]():    commandKinds,
	reflect.TypeFor[ExecuteResult]():  executeResults,
	reflect.TypeFor[ExpressionKind](): expressionKinds,
	reflect.TypeFor[LiteralKind]():    literalKinds,
	reflect.TypeFor[MLCommandKind]():  mlCommandKinds,
	reflect.TypeFor[RelationKind]():   relationKinds,
	reflect.TypeFor[TypeKind]():       typeKinds,
}

// roots are what the two sides send each other. All other messages lie within.
var roots = []Message{
	(*AnalyzeRequest)(nil), (*AnalyzeResponse)(nil), (*ExecuteRequest)(nil), (*ExecuteResponse)(nil),
	(*ConfigRequest)(nil), (*ConfigResponse)(nil), (*AddArtifactsRequest)(nil), (*AddArtifactsResponse)(nil),
	(*ArtifactStatusesRequest)(nil), (*ArtifactStatusesResponse)(nil), (*InterruptRequest)(nil),
	(*InterruptResponse)(nil), (*ReattachRequest)(nil), (*ReleaseRequest)(nil), (*ReleaseResponse)(nil),
	(*ReleaseSessionRequest)(nil), (*ReleaseSessionResponse)(nil), (*FetchErrorDetailsRequest)(nil),
	(*FetchErrorDetailsResponse)(nil), (*CloneSessionRequest)(nil), (*CloneSessionResponse)(nil),
	(*GetStatusRequest)(nil), (*GetStatusResponse)(nil),
}

// layouts are those of all messages, made at the first use: a program that speaks no
// Spark Connect does not pay for them.
var layouts = sync.OnceValue(func() map[reflect.Type]*layout {
	all := make(drawing)
	for _, m := range roots {
		all.of(reflect.TypeOf(m).Elem())
	}
	return all
})

// layoutOf is the layout of a struct of this package. It panics if no root leads to
// the struct, which only a programmer can cause and a test looks for.
func layoutOf(t reflect.Type) *layout {
	l := layouts()[t]
	if l == nil {
		panic("sparkpb: no root leads to " + t.String())
	}
	return l
}

// drawing are the layouts made so far; messages hold each other.
type drawing map[reflect.Type]*layout

func (d drawing) of(t reflect.Type) *layout {
	if l := d[t]; l != nil {
		return l
	}
	l := &layout{name: t.Name(), byNumber: make(map[protowire.Number]*slot)}
	d[t] = l
	groups := make(map[string][]*slot)
	for i := range t.NumField() {
		tag, ok := t.Field(i).Tag.Lookup("pb")
		if !ok {
			continue
		}
		s := d.slot(t.Field(i).Type, tag)
		s.index = i
		l.slots = append(l.slots, s)
		if s.shape != kind {
			l.byNumber[s.number] = s
		}
		for _, a := range s.arms {
			a.index = i
			l.byNumber[a.number] = a
		}
		if _, group, ok := strings.Cut(tag, ",oneof="); ok {
			groups[group] = append(groups[group], s)
		}
	}
	for _, group := range groups {
		for _, s := range group {
			for _, o := range group {
				if o != s {
					s.rivals = append(s.rivals, o.index)
				}
			}
		}
	}
	slices.SortFunc(l.slots, func(x, y *slot) int { return cmp.Compare(x.number, y.number) })
	return l
}

// slot reads a tag: the number, "optional" where bytes tell nil from none, and
// "oneof=" with the name of a group of fields that exclude each other; or "kind".
func (d drawing) slot(t reflect.Type, tag string) *slot {
	if tag == "kind" {
		return d.kind(t)
	}
	number, how, _ := strings.Cut(tag, ",")
	n, err := strconv.Atoi(number)
	if err != nil {
		panic("sparkpb: the tag " + tag + " has no number") // which only a programmer can cause
	}
	s := &slot{number: protowire.Number(n), value: t}
	switch isMessage := t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct; {
	case t.Kind() == reflect.Map:
		s.shape, s.value = dictionary, t.Elem()
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		s.shape, s.value = list, t.Elem()
	case t.Kind() == reflect.Pointer && !isMessage:
		s.shape, s.value = pointer, t.Elem()
	case isMessage, how != "":
		s.shape = pointer
	}
	d.complete(s)
	return s
}

// kind is the slot of a Kind, with its arms.
func (d drawing) kind(t reflect.Type) *slot {
	s := &slot{shape: kind, value: t, arms: make(map[reflect.Type]*slot)}
	table := reflect.ValueOf(kindTables[t])
	for _, number := range table.MapKeys() {
		a := &slot{number: protowire.Number(number.Int()), shape: arm, value: table.MapIndex(number).Elem().Type()}
		d.complete(a)
		s.arms[a.value] = a
		if s.number == 0 || a.number < s.number {
			s.number = a.number
		}
	}
	return s
}

// complete adds what the type of a value says.
func (d drawing) complete(s *slot) {
	switch s.value.Kind() {
	case reflect.Float32:
		s.wire = protowire.Fixed32Type
	case reflect.Float64:
		s.wire = protowire.Fixed64Type
	case reflect.String, reflect.Slice:
		s.wire = protowire.BytesType
	case reflect.Pointer:
		s.wire, s.within = protowire.BytesType, d.of(s.value.Elem())
	}
}
