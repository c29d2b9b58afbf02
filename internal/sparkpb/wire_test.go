package sparkpb

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

var seed = flag.Uint64("seed", 0, "the seed of random messages; 0 takes the clock")

func random(t testing.TB) *rand.Rand {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", s)
	return rand.New(rand.NewPCG(s, 1))
}

// fill gives a message random fields.
func fill(r *rand.Rand, v reflect.Value, depth int) {
	for i := range v.NumField() {
		if r.IntN(3) > 0 {
			value(r, v.Field(i), depth, v.Type().Field(i).Name)
		}
	}
	clearOthers(v)
}

// clearOthers leaves one of the alternatives of a message: that they exclude each
// other cannot be seen in Go, so that the codec is asked.
func clearOthers(v reflect.Value) {
	m := v.Addr().Interface().(Message)
	fresh := reflect.New(v.Type())
	if _, err := Unmarshal(Marshal(m), fresh.Interface().(Message)); err == nil {
		v.Set(fresh.Elem())
	}
}

func value(r *rand.Rand, v reflect.Value, depth int, name string) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(r.Uint64()) >> r.IntN(32)))
	case reflect.Uint32:
		v.SetUint(uint64(r.Uint32()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(float32(r.NormFloat64())))
	case reflect.String:
		v.SetString(strings.Repeat("ä", r.IntN(100)))
	case reflect.Pointer:
		if v.Type().Elem().Kind() != reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			value(r, v.Elem(), depth, name)
		} else if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			if _, is := v.Interface().(Message); is {
				fill(r, v.Elem(), depth-1)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(strings.Repeat("b", 1+r.IntN(300))))
			return
		}
		if depth == 0 && v.Type().Elem().Kind() == reflect.Pointer {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 4))
		for i := range v.Len() {
			value(r, v.Index(i), depth, name)
		}
	case reflect.Map:
		if depth == 0 && v.Type().Elem().Kind() == reflect.Pointer {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + r.IntN(3) {
			e := reflect.New(v.Type().Elem()).Elem()
			value(r, e, depth, name)
			v.SetMapIndex(reflect.ValueOf(strings.Repeat("k", r.IntN(20))), e)
		}
	case reflect.Interface:
		of := arms[v.Type()]
		arm := reflect.New(reflect.TypeOf(of[r.IntN(len(of))])).Elem()
		value(r, arm, depth, name)
		if arm.Kind() != reflect.Pointer || !arm.IsNil() {
			v.Set(arm)
		}
	}
}

// TestRandomMessages sends messages of every type through the codec, and through the
// codec of Google's library, which is told the messages from the same table.
func TestRandomMessages(t *testing.T) {
	r := random(t)
	file := descriptor(t)
	for _, m := range all {
		typ := reflect.TypeOf(m).Elem()
		theirs := file.Messages().ByName(protoreflect.Name(typ.Name()))
		for range 20 {
			want := reflect.New(typ)
			fill(r, want.Elem(), 4)
			data := Marshal(want.Interface().(Message))
			got := reflect.New(typ)
			if unknown, err := Unmarshal(data, got.Interface().(Message)); err != nil || len(unknown) > 0 {
				t.Fatalf("%s: %v, unknown %v", typ, err, unknown)
			}
			if !bytes.Equal(Marshal(got.Interface().(Message)), data) || !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Fatalf("%s came back as\n%#v, want\n%#v", typ, got.Elem(), want.Elem())
			}
			dynamic := dynamicpb.NewMessage(theirs)
			if err := proto.Unmarshal(data, dynamic); err != nil {
				t.Fatalf("%s: the other library: %v", typ, err)
			}
			again, err := proto.MarshalOptions{Deterministic: true}.Marshal(dynamic)
			if err != nil {
				t.Fatal(err)
			}
			back := reflect.New(typ)
			if unknown, err := Unmarshal(again, back.Interface().(Message)); err != nil || len(unknown) > 0 ||
				!reflect.DeepEqual(back.Interface(), want.Interface()) {
				t.Fatalf("%s: the other library says otherwise: %v, %v\n%x\n%x", typ, err, unknown, data, again)
			}
		}
	}
}

// descriptor tells Google's library the messages of messages.txt.
func descriptor(t *testing.T) protoreflect.FileDescriptor {
	text, err := os.ReadFile("messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	var tab table
	if err := tab.read(string(text)); err != nil {
		t.Fatal(err)
	}
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("weir.txt"), Package: proto.String("w"), Syntax: proto.String("proto3")}
	file.MessageType = append(file.MessageType, (&message{name: "Any", fields: []field{
		{number: "1", typ: "string", name: "URL"}, {number: "2", typ: "bytes", name: "Value"}}}).descriptor())
	for _, m := range tab.messages {
		file.MessageType = append(file.MessageType, m.descriptor())
	}
	fd, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// wireTypes are the types of fields; an enumeration travels as its number.
var wireTypes = map[string]descriptorpb.FieldDescriptorProto_Type{
	"bool": descriptorpb.FieldDescriptorProto_TYPE_BOOL, "int32": descriptorpb.FieldDescriptorProto_TYPE_INT32,
	"int64": descriptorpb.FieldDescriptorProto_TYPE_INT64, "uint32": descriptorpb.FieldDescriptorProto_TYPE_UINT32,
	"float": descriptorpb.FieldDescriptorProto_TYPE_FLOAT, "double": descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING, "bytes": descriptorpb.FieldDescriptorProto_TYPE_BYTES,
}

func (m *message) descriptor() *descriptorpb.DescriptorProto {
	out := &descriptorpb.DescriptorProto{Name: proto.String(m.name)}
	for i, f := range m.fields {
		number := int32(0)
		for _, c := range f.number {
			number = number*10 + c - '0'
		}
		d := &descriptorpb.FieldDescriptorProto{
			Name: proto.String("f" + f.number), JsonName: proto.String("f" + f.number), Number: proto.Int32(number),
			Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		}
		describe := func(d *descriptorpb.FieldDescriptorProto, f field) {
			switch typ, scalar := wireTypes[f.typ]; {
			case f.enum:
				d.Type = descriptorpb.FieldDescriptorProto_TYPE_INT32.Enum()
			case scalar:
				d.Type = typ.Enum()
			default:
				d.Type = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum()
				d.TypeName = proto.String(".w." + f.typ)
			}
		}
		describe(d, f)
		group := f.either + f.kindFor
		if f.optional && !f.isMessage() {
			group = "only" + f.number
		}
		switch {
		case f.isMap:
			name := "F" + f.number + "Entry"
			key := &descriptorpb.FieldDescriptorProto{Name: proto.String("key"), Number: proto.Int32(1),
				Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: d.Label}
			val := &descriptorpb.FieldDescriptorProto{Name: proto.String("value"), Number: proto.Int32(2), Label: d.Label}
			describe(val, f)
			out.NestedType = append(out.NestedType, &descriptorpb.DescriptorProto{Name: &name,
				Field: []*descriptorpb.FieldDescriptorProto{key, val}, Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}})
			d.Type, d.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String(".w."+m.name+"."+name)
			d.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		case f.repeated:
			d.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		case group != "":
			at := -1
			for k, o := range out.OneofDecl {
				if o.GetName() == "o"+group {
					at = k
				}
			}
			if at < 0 {
				at = len(out.OneofDecl)
				out.OneofDecl = append(out.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: proto.String("o" + group)})
			}
			d.OneofIndex = proto.Int32(int32(at))
		}
		_ = i
		out.Field = append(out.Field, d)
	}
	return out
}

func TestUnknownFieldsAreListed(t *testing.T) {
	data := putString(putBool(putString(nil, 1, "s"), 77, true), 78, "x")
	var m ExecuteRequest
	unknown, err := Unmarshal(data, &m)
	if err != nil || m.SessionID != "s" || len(unknown) != 2 || unknown[1].String() != "ExecuteRequest.78" {
		t.Fatalf("%v, unknown %v, %+v", err, unknown, m)
	}
}

func TestHostileBytes(t *testing.T) {
	deep := []byte{}
	for range 3 * maxDepth {
		deep = sized([]byte{0x22}, func(b []byte) []byte { return append(b, deep...) }) // Relation.filter
		deep = sized([]byte{0x0a}, func(b []byte) []byte { return append(b, deep...) }) // Filter.input
		if len(deep) > 1<<16 {
			break
		}
	}
	for name, data := range map[string][]byte{
		"a tag that breaks off": {0x80}, "a length beyond the end": {0x0a, 0x7f}, "a wrong wire type": {0x08, 1}, "deep": deep,
	} {
		var m Message = &ExecuteRequest{}
		if name == "deep" {
			m = &Filter{}
		}
		if _, err := Unmarshal(data, m); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	d := decoder{data: bytes.Repeat([]byte{0x2a, 0}, 11), left: 10} // ExecuteRequest.request_options
	if d.fields(&ExecuteRequest{}); d.err == nil {
		t.Error("eleven messages are not more than ten")
	}
}

// The parts of a message that comes in pieces are put together.
func TestPieces(t *testing.T) {
	var m Relation
	one := Marshal(&Relation{Kind: &Filter{Input: &Relation{Common: &RelationCommon{SourceInfo: "a"}}}})
	two := Marshal(&Relation{Kind: &Filter{Condition: &Expression{Kind: LiteralExpression(7)}}})
	if _, err := Unmarshal(append(one, two...), &m); err != nil {
		t.Fatal(err)
	}
	if f := m.Kind.(*Filter); f.Input == nil || f.Condition == nil {
		t.Fatalf("%+v", f)
	}
	var list Longs
	if _, err := Unmarshal([]byte{0x08, 5, 0x0a, 2, 6, 7}, &list); err != nil || !reflect.DeepEqual(list.Values, []int64{5, 6, 7}) {
		t.Fatalf("%v, %v", list, err)
	}
	if b := Marshal(&Sample{LowerBound: math.Copysign(0, -1)}); len(b) != 9 {
		t.Errorf("minus zero is left out: %x", b)
	}
}

// LiteralExpression is the literal of an INT.
func LiteralExpression(v int32) *Literal { return &Literal{Kind: LiteralInteger(v)} }

func FuzzUnmarshal(f *testing.F) {
	r := random(f)
	for _, m := range []Message{&ExecuteRequest{}, &AnalyzeRequest{}, &Relation{}} {
		v := reflect.New(reflect.TypeOf(m).Elem())
		fill(r, v.Elem(), 5)
		f.Add(Marshal(v.Interface().(Message)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, fresh := range []func() Message{func() Message { return &ExecuteRequest{} }, func() Message { return &Relation{} }} {
			m := fresh()
			if _, err := Unmarshal(bytes.Clone(data), m); err != nil {
				continue
			}
			once := Marshal(m)
			again := fresh()
			if _, err := Unmarshal(once, again); err != nil || !bytes.Equal(Marshal(again), once) {
				t.Fatalf("%x becomes %x: %v", data, once, err)
			}
		}
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	v := &Relation{}
	fill(rand.New(rand.NewPCG(1, 1)), reflect.ValueOf(v).Elem(), 6)
	data := Marshal(v)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Unmarshal(data, &Relation{}); err != nil {
			b.Fatal(err)
		}
	}
}
