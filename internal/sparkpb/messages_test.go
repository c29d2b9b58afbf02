package sparkpb

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write messages.go and arms_test.go again")

// TestMessages holds messages.go to messages.txt.
func TestMessages(t *testing.T) {
	text, err := os.ReadFile("messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	var tab table
	if err := tab.read(string(text)); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{"messages.go": tab.code(), "arms_test.go": tab.arms()} {
		want, err := format.Source([]byte(code))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what messages.txt says; run with -update", name)
		}
	}
}

// table is messages.txt.
type table struct {
	messages []*message
	enums    []*message
	kinds    []string // in order
}

// message is a message, or an enumeration, whose fields are its values.
type message struct {
	name, doc string
	fields    []field
}

type field struct {
	number                     string
	repeated, isMap, optional  bool
	enum                       bool
	typ, name, either, kindFor string
}

var scalars = map[string]string{"bool": "bool", "int32": "int32", "int64": "int64", "uint32": "uint32", "float": "float32",
	"double": "float64", "string": "string", "bytes": "[]byte"}

func (t *table) read(text string) error {
	var now *message
	kind := ""
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#" || strings.HasPrefix(line, "#"):
		case words[0] == "message" || words[0] == "enum" && !strings.HasPrefix(line, " "):
			name, doc, _ := strings.Cut(strings.TrimPrefix(line, words[0]+" "), ": ")
			now, kind = &message{name: name, doc: doc}, ""
			if words[0] == "enum" {
				t.enums = append(t.enums, now)
			} else {
				t.messages = append(t.messages, now)
			}
		case words[0] == "kind":
			kind = words[1]
			t.kinds = append(t.kinds, kind)
		default:
			if now == nil {
				return fmt.Errorf("line %d stands in no message", i+1)
			}
			if !strings.HasPrefix(line, "    ") {
				kind = ""
			}
			now.fields = append(now.fields, parseField(words, kind))
		}
	}
	return nil
}

func parseField(words []string, kind string) field {
	f := field{number: words[0], kindFor: kind}
	words = words[1:]
	for len(words) > 1 {
		switch words[0] {
		case "repeated":
			f.repeated = true
		case "map":
			f.isMap = true
		case "enum":
			f.enum = true
		default:
			f.typ, words = words[0], words[1:]
			f.name = words[0]
			switch {
			case len(words) > 1 && words[1] == "optional":
				f.optional = true
			case len(words) > 2 && words[1] == "either":
				f.either = words[2]
			}
			return f
		}
		words = words[1:]
	}
	f.typ, f.name = words[0], words[0] // a message of a kind, or a value of an enumeration
	return f
}

// goType is the type of a field in its struct.
func (f field) goType() string {
	plain, scalar := scalars[f.typ]
	switch {
	case f.enum:
		plain = f.typ
	case !scalar:
		plain = "*" + f.typ
	}
	switch {
	case f.isMap:
		return "map[string]" + plain
	case f.repeated:
		return "[]" + plain
	case (f.optional || f.either != "") && (scalar || f.enum) && f.typ != "bytes":
		return "*" + plain
	}
	return plain
}

func (f field) isMessage() bool { return !f.enum && scalars[f.typ] == "" }

// put is a call that writes the value v.
func (f field) put(v string) string {
	name := map[string]string{"bool": "putBool", "double": "putDouble", "float": "putFloat", "string": "putString",
		"bytes": "putBytes"}[f.typ]
	if f.isMessage() {
		name = "putMessage"
	}
	if name == "" {
		name, v = "putVarint", "uint64("+v+")"
	}
	return fmt.Sprintf("b = %s(b, %s, %s)", name, f.number, v)
}

// write is the statement that writes a field of m.
func (f field) write() string {
	v := "m." + f.name
	switch {
	case f.isMap && f.typ == "string":
		return fmt.Sprintf("b = putTexts(b, %s, %s)", f.number, v)
	case f.isMap:
		return fmt.Sprintf("b = putMap(b, %s, %s)", f.number, v)
	case f.repeated && f.typ == "string":
		return fmt.Sprintf("b = putStrings(b, %s, %s)", f.number, v)
	case f.repeated && f.isMessage():
		return fmt.Sprintf("b = putMessages(b, %s, %s)", f.number, v)
	case f.repeated:
		one := map[string]string{"bool": "packedBool", "double": "packedDouble", "float": "packedFloat"}[f.typ]
		if one == "" {
			one = "packedInt[" + f.typ + "]"
		}
		return fmt.Sprintf("b = putPacked(b, %s, %s, %s)", f.number, v, one)
	case f.isMessage(), f.typ == "bytes" && (f.optional || f.either != ""):
		return "if " + v + " != nil {\n" + f.put(v) + "\n}"
	case f.optional, f.either != "":
		return "if " + v + " != nil {\n" + f.put("*"+v) + "\n}"
	case f.typ == "bool":
		return "if " + v + " {\n" + f.put(v) + "\n}"
	case f.typ == "string":
		return "if " + v + ` != "" {` + "\n" + f.put(v) + "\n}"
	case f.typ == "bytes":
		return "if len(" + v + ") > 0 {\n" + f.put(v) + "\n}"
	case f.typ == "double":
		return "if math.Float64bits(" + v + ") != 0 {\n" + f.put(v) + "\n}"
	default:
		return "if " + v + " != 0 {\n" + f.put(v) + "\n}"
	}
}

// read are the statements that take a field of m, of a message whose fields are all.
func (f field) read(all []field) string {
	v := "m." + f.name
	one := "d." + f.typ + "(typ)"
	if f.enum {
		one = f.typ + "(d.int32(typ))"
	}
	clear := ""
	for _, o := range all {
		if f.either != "" && o.either == f.either && o.name != f.name {
			clear += "m." + o.name + " = nil\n"
		}
	}
	switch {
	case f.kindFor != "" && f.isMessage():
		return fmt.Sprintf("m.Kind = kind[%s](d, typ, m.Kind)", f.typ)
	case f.kindFor != "":
		return fmt.Sprintf("m.Kind = %s(%s)", f.name, one)
	case f.isMap && f.typ == "string":
		return fmt.Sprintf("texts(d, typ, &%s)", v)
	case f.isMap:
		return fmt.Sprintf("messages(d, typ, &%s)", v)
	case f.repeated && f.typ == "string":
		return fmt.Sprintf("%s = append(%s, %s)", v, v, one)
	case f.repeated && f.isMessage():
		return fmt.Sprintf("children(d, typ, &%s)", v)
	case f.repeated:
		wire := map[string]string{"double": "Fixed64", "float": "Fixed32"}[f.typ]
		if wire == "" {
			wire = "Varint"
		}
		return fmt.Sprintf("numbers(d, typ, protowire.%sType, &%s, (*decoder).%s)", wire, v, f.typ)
	case f.isMessage():
		return clear + fmt.Sprintf("child(d, typ, &%s)", v)
	case (f.optional || f.either != "") && f.typ != "bytes":
		return clear + fmt.Sprintf("v := %s\n%s = &v", one, v)
	default:
		return clear + v + " = " + one
	}
}

const head = `// Code generated by TestMessages from messages.txt. DO NOT EDIT.

package sparkpb

`

func (t *table) code() string {
	var b strings.Builder
	b.WriteString(head + "import (\n\"math\"\n\n\"google.golang.org/protobuf/encoding/protowire\"\n)\n\n")
	for _, m := range t.messages {
		m.code(&b)
	}
	for _, k := range t.kinds {
		fmt.Fprintf(&b, "// %s is what the Kind of a message may be.\ntype %s interface{ is%s() }\n\n", k, k, k)
		for _, f := range t.of(k) {
			if f.isMessage() {
				fmt.Fprintf(&b, "func (*%s) is%s() {}\n", f.typ, k)
				continue
			}
			fmt.Fprintf(&b, "// %s is a %s, as a kind.\ntype %s %s\n", f.name, f.typ, f.name, scalars[f.typ])
			fmt.Fprintf(&b, "func (%s) is%s() {}\n\n", f.name, k)
		}
	}
	for _, e := range t.enums {
		fmt.Fprintf(&b, "// %s is %s.\ntype %s int32\n\n// The values of %s.\nconst (\n", e.name, e.doc, e.name, e.name)
		for _, f := range e.fields {
			fmt.Fprintf(&b, "%s %s = %s\n", f.name, e.name, f.number)
		}
		b.WriteString(")\n\n")
	}
	return b.String()
}

// of are the fields that a kind may be.
func (t *table) of(kind string) []field {
	var list []field
	for _, m := range t.messages {
		for _, f := range m.fields {
			if f.kindFor == kind {
				list = append(list, f)
			}
		}
	}
	return list
}

func (m *message) code(b *strings.Builder) {
	verb := " is "
	if strings.HasPrefix(m.doc, "asks ") || strings.HasPrefix(m.doc, "answers ") || strings.HasSuffix(strings.Fields(m.doc)[0], "s") {
		verb = " "
	}
	fmt.Fprintf(b, "// %s%s%s.\ntype %s struct {\n", m.name, verb, m.doc, m.name)
	kind := ""
	for _, f := range m.fields {
		if f.kindFor == "" {
			fmt.Fprintf(b, "%s %s\n", f.name, f.goType())
		} else if kind == "" {
			kind = f.kindFor
			fmt.Fprintf(b, "// Kind says which one; nil where it is of none that is known here.\nKind %s\n", kind)
		}
	}
	b.WriteString("}\n\n")
	sorted := slices.Clone(m.fields)
	slices.SortStableFunc(sorted, func(x, y field) int {
		if d := len(x.number) - len(y.number); d != 0 {
			return d
		}
		return strings.Compare(x.number, y.number)
	})
	fmt.Fprintf(b, "func (m *%s) append(b []byte) []byte {\n", m.name)
	done := false
	for _, f := range sorted {
		switch {
		case f.kindFor == "":
			b.WriteString(f.write() + "\n")
		case !done:
			done = true
			b.WriteString("switch k := m.Kind.(type) {\n")
			for _, k := range sorted {
				if k.kindFor == "" {
					continue
				}
				if k.isMessage() {
					fmt.Fprintf(b, "case *%s:\n%s\n", k.typ, k.put("k"))
				} else {
					fmt.Fprintf(b, "case %s:\n%s\n", k.name, k.put(scalars[k.typ]+"(k)"))
				}
			}
			b.WriteString("}\n")
		}
	}
	fmt.Fprintf(b, "return b\n}\n\nfunc (m *%s) field(d *decoder, number protowire.Number, typ protowire.Type) bool {\n", m.name)
	if len(sorted) == 0 {
		b.WriteString("return false\n}\n\n")
		return
	}
	b.WriteString("switch number {\n")
	for _, f := range sorted {
		fmt.Fprintf(b, "case %s:\n%s\n", f.number, f.read(m.fields))
	}
	b.WriteString("default:\nreturn false\n}\nreturn true\n}\n\n")
}

// arms are, for random messages, what the kinds may be, and one message of each type.
func (t *table) arms() string {
	var b strings.Builder
	b.WriteString(head + "import \"reflect\"\n\nvar arms = map[reflect.Type][]any{\n")
	for _, k := range t.kinds {
		fmt.Fprintf(&b, "reflect.TypeFor[%s](): {", k)
		for _, f := range t.of(k) {
			if f.isMessage() {
				fmt.Fprintf(&b, "(*%s)(nil), ", f.typ)
			} else {
				fmt.Fprintf(&b, "*new(%s), ", f.name)
			}
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n\nvar all = []Message{\n")
	for _, m := range t.messages {
		fmt.Fprintf(&b, "(*%s)(nil),\n", m.name)
	}
	b.WriteString("}\n")
	return b.String()
}
