package sparkpb

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// descriptor tells Google's library the messages of this package.
func descriptor(t *testing.T) protoreflect.FileDescriptor {
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("weir.txt"), Package: proto.String("w"), Syntax: proto.String("proto3")}
	for typ := range layouts() {
		file.MessageType = append(file.MessageType, describe(typ))
	}
	fd, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

// wireTypes are the types of fields; an enumeration travels as its number.
var wireTypes = map[reflect.Kind]descriptorpb.FieldDescriptorProto_Type{
	reflect.Bool: descriptorpb.FieldDescriptorProto_TYPE_BOOL, reflect.Int32: descriptorpb.FieldDescriptorProto_TYPE_INT32,
	reflect.Int64: descriptorpb.FieldDescriptorProto_TYPE_INT64, reflect.Uint32: descriptorpb.FieldDescriptorProto_TYPE_UINT32,
	reflect.Float32: descriptorpb.FieldDescriptorProto_TYPE_FLOAT, reflect.Float64: descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
	reflect.String: descriptorpb.FieldDescriptorProto_TYPE_STRING, reflect.Slice: descriptorpb.FieldDescriptorProto_TYPE_BYTES,
}

// describe reads the tags of a struct, by itself: the codec's own table is under test.
func describe(typ reflect.Type) *descriptorpb.DescriptorProto {
	out := &descriptorpb.DescriptorProto{Name: proto.String(typ.Name())}
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag := f.Tag.Get("pb")
		number, group, _ := strings.Cut(tag, ",")
		switch isBytes := f.Type == reflect.TypeFor[[]byte](); {
		case tag == "":
		case tag == "kind":
			table := reflect.ValueOf(kindTables[f.Type])
			for _, key := range table.MapKeys() {
				oneOf(out, field(out, int(key.Int()), table.MapIndex(key).Elem().Type()), "kind")
			}
		case f.Type.Kind() == reflect.Map:
			entry := &descriptorpb.DescriptorProto{Name: proto.String("F" + number + "Entry"),
				Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}}
			field(entry, 1, f.Type.Key()).Name = proto.String("key")
			field(entry, 2, f.Type.Elem()).Name = proto.String("value")
			out.NestedType = append(out.NestedType, entry)
			d := field(out, atoi(number), reflect.TypeFor[*int]())
			d.TypeName = proto.String(".w." + typ.Name() + ".F" + number + "Entry")
			d.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		case f.Type.Kind() == reflect.Slice && !isBytes:
			field(out, atoi(number), f.Type.Elem()).Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		case group != "" && group != "optional":
			oneOf(out, field(out, atoi(number), bare(f.Type)), group)
		case group != "" || bare(f.Type) != f.Type:
			oneOf(out, field(out, atoi(number), bare(f.Type)), "only"+number)
		default:
			field(out, atoi(number), f.Type)
		}
	}
	return out
}

// bare is what a pointer to a number or text points to.
func bare(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.Struct {
		return t.Elem()
	}
	return t
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// field adds a field of one value to a message.
func field(to *descriptorpb.DescriptorProto, number int, typ reflect.Type) *descriptorpb.FieldDescriptorProto {
	name := "f" + strconv.Itoa(number)
	d := &descriptorpb.FieldDescriptorProto{
		Name: &name, JsonName: &name, Number: proto.Int32(int32(number)),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(), Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
	}
	if scalar, ok := wireTypes[typ.Kind()]; ok {
		d.Type = scalar.Enum()
	} else {
		d.TypeName = proto.String(".w." + typ.Elem().Name())
	}
	to.Field = append(to.Field, d)
	return d
}

// oneOf puts a field of a message into a group of those that exclude each other.
func oneOf(m *descriptorpb.DescriptorProto, f *descriptorpb.FieldDescriptorProto, group string) {
	name := "o" + strings.TrimPrefix(group, "oneof=")
	for i, o := range m.OneofDecl {
		if o.GetName() == name {
			f.OneofIndex = proto.Int32(int32(i))
			return
		}
	}
	f.OneofIndex = proto.Int32(int32(len(m.OneofDecl)))
	m.OneofDecl = append(m.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: &name})
}
