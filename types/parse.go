package types

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// maxNesting bounds how deep types are nested in a text.
const maxNesting = 200

// ParseType reads a type: "INT", "array<struct<a: int>>". Letters may be of
// either case.
func ParseType(text string) (Type, error) {
	p := newParser(text, 0)
	t := p.parseType()
	if p.err == nil && p.token.kind != endToken {
		p.unexpected()
	}
	return t, p.failure()
}

// ParseTypeAt reads the type that begins at byte offset at of text and returns
// it with the offset behind it. It is for parsers of larger texts.
func ParseTypeAt(text string, at int) (t Type, end int, err error) {
	p := newParser(text, at)
	t = p.parseType()
	return t, p.last, p.failure()
}

// ParseSchema reads the columns of a table: "a INT NOT NULL COMMENT 'x', b
// STRUCT<c: STRING>". A colon may stand between a name and its type, and the
// whole may be written as one STRUCT<…>.
func ParseSchema(text string) (Schema, error) {
	p := newParser(text, 0)
	if p.err == nil && p.token.kind == endToken {
		return Schema{}, fault.New(fault.EmptyStatement, "the schema is empty; write it as \"name TYPE, …\"")
	}
	if p.token.is("struct") && p.peek().kind == '<' {
		t := p.parseType()
		if p.err == nil && p.token.kind != endToken {
			p.unexpected()
		}
		return Schema{Fields: t.Fields}, p.failure()
	}
	fields := p.parseFields(endToken)
	return Schema{Fields: fields}, p.failure()
}

// parser reads types from tokens. Its first error ends it: from then on the
// token is the end of the text.
type parser struct {
	lexer
	token token
	last  int // where the token before this one ends
	depth int
	err   *fault.Error
}

func newParser(text string, at int) *parser {
	p := &parser{lexer: lexer{text: text, at: at}}
	p.advance()
	p.last = at
	return p
}

func (p *parser) failure() error {
	if p.err == nil {
		return nil
	}
	return p.err
}

// advance takes the next token.
func (p *parser) advance() {
	if p.err != nil {
		return
	}
	p.last = p.token.stop
	p.token = p.next()
	if p.token.kind == badToken {
		p.fail(p.token, fault.ParseSyntax, "%s", p.token.text)
	}
}

// peek is the token after this one.
func (p *parser) peek() token {
	l := p.lexer
	return l.next()
}

// fail notes the first error and makes the rest of the text go away.
func (p *parser) fail(at token, c fault.Condition, format string, args ...any) {
	if p.err != nil {
		return
	}
	p.err = fault.New(c, format, args...)
	p.err.Locate(fault.Position{Text: p.text, Start: at.start, Stop: at.stop})
	p.at = len(p.text)
	p.token = token{kind: endToken, start: p.at, stop: p.at}
}

func (p *parser) unexpected() {
	what := "end of input"
	if p.token.kind != endToken {
		what = "'" + p.text[p.token.start:p.token.stop] + "'"
	}
	p.fail(p.token, fault.ParseSyntax, "syntax error at or near %s", what)
}

// accept takes the token if it is this punctuation.
func (p *parser) accept(kind tokenKind) bool {
	if p.err == nil && p.token.kind == kind {
		p.advance()
		return true
	}
	return false
}

func (p *parser) expect(kind tokenKind) {
	if !p.accept(kind) {
		p.unexpected()
	}
}

// acceptWords takes the next tokens if they are these words.
func (p *parser) acceptWords(words ...string) bool {
	saved := *p
	for _, w := range words {
		if p.err != nil || !p.token.is(w) {
			*p = saved
			return false
		}
		p.advance()
	}
	return true
}

// parseFields reads columns or the fields of a struct up to the token end, which
// it takes.
func (p *parser) parseFields(end tokenKind) []Field {
	var fields []Field
	for {
		fields = append(fields, p.parseField())
		if p.err != nil {
			return fields
		}
		if p.accept(',') {
			continue
		}
		if p.token.kind != end {
			p.unexpected()
		}
		p.advance()
		return fields
	}
}

func (p *parser) parseField() Field {
	f := Field{Nullable: true}
	switch p.token.kind {
	case wordToken:
		f.Name = p.token.text
		for i := range len(f.Name) {
			if !isWordByte(f.Name[i]) {
				p.fail(p.token, fault.InvalidIdentifier, "the name %s must stand in back-quotes: `%[1]s`", f.Name)
			}
		}
		p.advance()
	case quotedToken:
		f.Name = p.token.text
		p.advance()
	default:
		p.unexpected()
	}
	p.accept(':')
	f.Type = p.parseType()
	if p.acceptWords("not", "null") {
		f.Nullable = false
	}
	if p.acceptWords("comment") {
		if p.token.kind != stringToken {
			p.unexpected()
		}
		f.Metadata = map[string]any{"comment": p.token.text}
		p.advance()
	}
	return f
}

// parseType reads one type.
func (p *parser) parseType() Type {
	if p.token.kind != wordToken {
		p.unexpected()
		return Type{}
	}
	if p.depth++; p.depth > maxNesting {
		p.fail(p.token, fault.ParseSyntax, "types are nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	name := p.token
	p.advance()
	switch word := strings.ToLower(name.text); word {
	case "array", "map", "struct":
		return p.parseNested(name, word)
	case "interval":
		return p.parseInterval()
	case "string":
		return p.parseCollate(Type{Kind: String})
	default:
		return p.parsePrimitive(name, word)
	}
}

func (p *parser) parseNested(name token, word string) Type {
	if !p.accept('<') {
		switch word {
		case "array":
			p.fail(name, fault.IncompleteArray, "ARRAY needs the type of its elements, such as ARRAY<INT>")
		case "map":
			p.fail(name, fault.IncompleteMap, "MAP needs the types of its keys and values, such as MAP<STRING, INT>")
		default:
			p.fail(name, fault.IncompleteStruct, "STRUCT needs fields, such as STRUCT<a: INT, b: STRING>")
		}
		return Type{}
	}
	switch word {
	case "array":
		t := ArrayOf(p.parseType())
		p.expect('>')
		return t
	case "map":
		key := p.parseType()
		p.expect(',')
		t := MapOf(key, p.parseType())
		p.expect('>')
		return t
	default:
		if p.accept('>') {
			return Type{Kind: Struct}
		}
		return Type{Kind: Struct, Fields: p.parseFields('>')}
	}
}

// parseInterval reads what follows INTERVAL: nothing, a field, or two.
func (p *parser) parseInterval() Type {
	first, ok := p.intervalField()
	if !ok {
		return Type{Kind: CalendarInterval}
	}
	p.advance()
	t := Type{Kind: DayTimeInterval, First: first, Last: first}
	most := SecondField
	if first <= MonthField {
		t.Kind, most = YearMonthInterval, MonthField
	}
	if !p.token.is("to") {
		return t
	}
	to := p.token
	p.advance()
	last, ok := p.intervalField()
	if !ok || last <= first || last > most {
		p.token = to
		p.unexpected()
		return t
	}
	p.advance()
	t.Last = last
	return t
}

func (p *parser) intervalField() (IntervalField, bool) {
	if p.token.kind == wordToken {
		for i, name := range intervalFieldNames {
			if strings.EqualFold(name, p.token.text) {
				return IntervalField(i), true
			}
		}
	}
	return 0, false
}

func (p *parser) parseCollate(t Type) Type {
	if !p.acceptWords("collate") {
		return t
	}
	name := p.token
	if name.kind != wordToken && name.kind != quotedToken {
		p.unexpected()
		return t
	}
	p.advance()
	c, ok := ParseCollation(name.text)
	if !ok {
		p.fail(name, fault.CollationName, "there is no collation %s; known are UTF8_BINARY, UTF8_LCASE, UNICODE, "+
			"UNICODE_CI and those of locales such as en_CI", name.text)
	}
	t.Collation = c
	return t
}

// primitives are the types that are one word, by all their names.
var primitives = map[string]Type{
	"boolean": Of(Boolean), "tinyint": Of(Byte), "byte": Of(Byte), "smallint": Of(Short), "short": Of(Short),
	"int": Of(Int), "integer": Of(Int), "bigint": Of(Long), "long": Of(Long), "float": Of(Float), "real": Of(Float),
	"double": Of(Double), "binary": Of(Binary), "date": Of(Date), "void": Of(Null), "variant": Of(Variant),
	"decimal": Of(Decimal128), "dec": Of(Decimal128), "numeric": Of(Decimal128), "time": Of(Time),
	"timestamp": Of(Timestamp), "timestamp_ltz": Of(Timestamp), "timestamp_ntz": Of(TimestampNTZ),
	"char": {Kind: String, Padded: true}, "character": {Kind: String, Padded: true}, "varchar": Of(String),
}

// typeNames are all names that a type can begin with, for suggestions.
func typeNames() []string {
	return append(slices.Sorted(maps.Keys(primitives)), "array", "interval", "map", "string", "struct")
}

func (p *parser) parsePrimitive(name token, word string) Type {
	t, ok := primitives[word]
	numbers := p.parseNumbers()
	if !ok {
		hint := "known types are INT, BIGINT, DOUBLE, DECIMAL(p,s), STRING, TIMESTAMP, ARRAY<…>, STRUCT<…>, …"
		if near := fault.Nearest(word, typeNames()); near != "" {
			hint = "did you mean " + strings.ToUpper(near) + "?"
		}
		p.failType(name, "there is no type %s; %s", strings.ToUpper(name.text), hint)
		return Type{}
	}
	most := 0
	switch {
	case t.Kind == Decimal128:
		most = 2
	case t.Kind == String, t.Kind == Time, t.Kind == Timestamp, t.Kind == TimestampNTZ:
		most = 1
	}
	if len(numbers) > most {
		p.failType(name, "%s takes no such numbers", strings.ToUpper(name.text))
		return t
	}
	switch t.Kind {
	case Decimal128:
		return p.decimal(name, t, numbers)
	case Time:
		return p.time(name, t, numbers)
	case Timestamp, TimestampNTZ:
		return p.timestamp(name, t, numbers)
	case String:
		if len(numbers) == 0 {
			p.fail(name, fault.TypeMissingSize, "%s needs a length, such as %[1]s(10)", strings.ToUpper(name.text))
			return t
		}
		t.Length = numbers[0]
		return p.parseCollate(t)
	}
	return t
}

// failType says that a type is not one.
func (p *parser) failType(name token, format string, args ...any) {
	at := name
	at.stop = max(p.last, name.stop)
	p.fail(at, fault.UnsupportedDataType, format, args...)
	p.err.With("dataType", `"`+strings.ToUpper(p.text[at.start:at.stop])+`"`)
}

// parseNumbers reads "(10, 2)" if it is there.
func (p *parser) parseNumbers() []int {
	if !p.accept('(') {
		return nil
	}
	var numbers []int
	for {
		n, err := strconv.Atoi(p.token.text)
		if p.token.kind != numberToken || err != nil {
			p.unexpected()
			return nil
		}
		numbers = append(numbers, n)
		p.advance()
		if p.accept(',') {
			continue
		}
		p.expect(')')
		return numbers
	}
}

func (p *parser) decimal(name token, t Type, numbers []int) Type {
	if len(numbers) > 0 {
		t.Precision = numbers[0]
	}
	if len(numbers) > 1 {
		t.Scale = numbers[1]
	}
	switch {
	case t.Precision > MaxPrecision:
		p.fail(name, fault.DecimalPrecision, "a decimal has at most %d digits, not %d", MaxPrecision, t.Precision)
	case t.Scale > t.Precision:
		p.fail(name, fault.DecimalScale, "the scale %d of a decimal is greater than its precision %d", t.Scale, t.Precision)
	}
	return t
}

func (p *parser) time(name token, t Type, numbers []int) Type {
	if len(numbers) > 0 {
		t.Precision = numbers[0]
	}
	if t.Precision > 9 {
		p.fail(name, fault.TimePrecision, "a TIME has 0 to 9 digits of a second, not %d", t.Precision)
	}
	p.acceptWords("without", "time", "zone")
	return t
}

func (p *parser) timestamp(name token, t Type, numbers []int) Type {
	if len(numbers) > 0 && numbers[0] != 6 {
		p.fail(name, fault.TimestampPrecision, "timestamps have 6 digits of a second; write %s without a number",
			strings.ToUpper(name.text))
	}
	if name.is("timestamp") {
		if p.acceptWords("without", "time", "zone") {
			return Of(TimestampNTZ)
		}
		p.acceptWords("with", "local", "time", "zone")
	}
	return t
}
