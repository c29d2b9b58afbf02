package sparkpb

import (
	"bytes"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
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
		if v.Type().Field(i).IsExported() && r.IntN(3) > 0 {
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
			fill(r, v.Elem(), depth-1)
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
		table := reflect.ValueOf(kindTables[v.Type()])
		numbers := table.MapKeys()
		slices.SortFunc(numbers, func(x, y reflect.Value) int { return int(x.Int() - y.Int()) })
		arm := reflect.New(table.MapIndex(numbers[r.IntN(len(numbers))]).Elem().Type()).Elem()
		value(r, arm, depth, name)
		if arm.Kind() != reflect.Pointer || !arm.IsNil() {
			v.Set(arm)
		}
	}
}

// TestRandomMessages sends messages of every type through the codec, and through the
// codec of Google's library, which is told the messages from the same tags.
func TestRandomMessages(t *testing.T) {
	r := random(t)
	file := descriptor(t)
	for typ := range layouts() {
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

// TestEveryMessageIsReached reads the sources: what is declared as a message must have
// a layout, what is declared as one of a Kind must have a number, and no number may
// belong to two fields.
func TestEveryMessageIsReached(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names, kinds := make(map[string]bool), make(map[string]bool)
	for typ := range layouts() {
		names[typ.Name()] = true
	}
	for kind, table := range kindTables {
		for _, arm := range reflect.ValueOf(table).Seq2() {
			_, name, _ := strings.Cut(arm.Elem().Type().String(), ".")
			kinds[kind.Name()+" "+name] = true
		}
	}
	// embedded are the types that make a struct a message, with the kind if it is of one.
	embedded := map[string]string{"message": ""}
	for kind := range kindTables {
		embedded[strings.ToLower(kind.Name())] = kind.Name()
	}
	method := regexp.MustCompile(`(?m)^func \(\*?([A-Z]\w*)\) is(\w+)\(\)`)
	structs := regexp.MustCompile(`(?m)^type ([A-Z]\w*) struct *{\s*(\w+)\s`)
	seen := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range structs.FindAllSubmatch(text, -1) {
			kind, is := embedded[strings.ToLower(string(m[2]))]
			if !is {
				continue
			}
			seen++
			if !names[string(m[1])] {
				t.Errorf("%s: nothing holds a %s; add what does, or delete it", name, m[1])
			}
			if kind != "" && !kinds[kind+" "+string(m[1])] {
				t.Errorf("%s: the table of %s has no %s", name, kind, m[1])
			}
		}
		for _, m := range method.FindAllSubmatch(text, -1) {
			if !kinds[string(m[2])+" "+string(m[1])] {
				t.Errorf("%s: the table of %s has no %s", name, m[2], m[1])
			}
		}
	}
	if seen != len(names) {
		t.Errorf("%d messages are declared, %d have a layout", seen, len(names))
	}
	for _, l := range layouts() {
		fields := 0
		for _, s := range l.slots {
			if s.shape == kind {
				fields += len(s.arms)
			} else {
				fields++
			}
		}
		if fields != len(l.byNumber) {
			t.Errorf("%s: two fields have one number", l.name)
		}
	}
}

func TestUnknownFieldsAreListed(t *testing.T) {
	data := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "s")
	data = protowire.AppendVarint(protowire.AppendTag(data, 77, protowire.VarintType), 1)
	data = protowire.AppendString(protowire.AppendTag(data, 78, protowire.BytesType), "x")
	var m ExecuteRequest
	unknown, err := Unmarshal(data, &m)
	if err != nil || m.SessionID != "s" || len(unknown) != 2 || unknown[1].String() != "ExecuteRequest.78" {
		t.Fatalf("%v, unknown %v, %+v", err, unknown, m)
	}
}

func TestHostileBytes(t *testing.T) {
	deep := []byte{}
	for range 3 * maxDepth {
		deep = protowire.AppendBytes([]byte{0x22}, deep) // Relation.filter
		deep = protowire.AppendBytes([]byte{0x0a}, deep) // Filter.input
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
	v := reflect.ValueOf(&ExecuteRequest{}).Elem()
	if d.fields(layoutOf(v.Type()), v); d.err == nil {
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
	var plan Plan
	one, two = Marshal(&Plan{Root: &Relation{}}), Marshal(&Plan{Command: &Command{}})
	if _, err := Unmarshal(append(one, two...), &plan); err != nil || plan.Root != nil || plan.Command == nil {
		t.Fatalf("of two that exclude each other the last one stays: %v, %+v", err, plan)
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
