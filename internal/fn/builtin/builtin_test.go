package builtin_test

import (
	"testing"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/internal/fn/fntest"
	"github.com/weirstream/weir/types"
)

// bench has all functions under the names that the registry knows.
func bench(t *testing.T) *fntest.Bench {
	r := builtin.Registry()
	var table []*expr.Function
	for _, name := range r.Names() {
		if f := r.Scalar(name); f != nil {
			table = append(table, f)
		}
	}
	return fntest.New(t, cast.New, table)
}

func TestNames(t *testing.T) {
	r := builtin.Registry()
	for _, name := range []string{"+", "and", "when", "in", "<=>", "UPPER", "split", "[]", "date_format", "array", "cardinality"} {
		if r.Scalar(name) == nil {
			t.Errorf("no function %s", name)
		}
	}
	for _, name := range []string{"count", "sum", "max_by"} {
		if r.Aggregate(name) == nil {
			t.Errorf("no aggregate function %s", name)
		}
	}
	if r.Generator("explode") == nil {
		t.Error("no generator explode")
	}
	for _, name := range r.Names() {
		if f := r.Scalar(name); f != nil && (f.Resolve == nil || (f.Kernel == nil) == (f.Compile == nil)) {
			t.Errorf("%s lacks Resolve, or has not exactly one of Kernel and Compile", name)
		}
	}
}

// One name, several meanings: the arguments choose.
func TestOverloads(t *testing.T) {
	b := bench(t)
	n := b.Column(types.Of(types.Int), int32(2), nil)
	d := b.Column(types.Of(types.Date), int32(0), int32(59))
	s := b.Column(types.Of(types.String), "a-b", "c")
	ym := types.Of(types.YearMonthInterval)
	months := b.Column(ym, int32(1), int32(-12))
	b.Expect(b.Call("+", n, n), "4", "NULL")
	b.Expect(b.Call("+", d, months), "1970-02-01", "1969-03-01")
	b.Expect(b.Call("-", d, n), "1969-12-30", "NULL")
	b.Expect(b.Call("try_add", d, months), "1970-02-01", "1969-03-01")
	b.Expect(b.Call("*", months, n), "INTERVAL '0-2' YEAR TO MONTH", "NULL")
	b.Expect(b.Call("try_divide", months, b.Call("-", n, n)), "NULL", "NULL")
	parts := b.Call("split", s, "-")
	b.Expect(b.Call("concat", parts, b.Call("array", s)), "[a, b, a-b]", "[c, c]")
	b.Expect(b.Call("concat", s, n), "a-b2", "NULL")
	b.Expect(b.Call("||", b.Call("reverse", s), "!"), "b-a!", "c!")
	b.Expect(b.Call("reverse", parts), "[b, a]", "[c]")
	b.Expect(b.Call("[]", parts, expr.Int32(0)), "a", "c")
	b.Fails(fault.InvalidArrayIndex, "[]", parts, expr.Int32(1))
	b.Expect(b.Call("[]", b.Call("map", s, n), "c"), "NULL", "NULL")
	b.Expect(b.Call("decode", n, expr.Int32(2), "two", nil, "none"), "two", "none")
	b.Expect(b.Call("decode", b.Call("encode", s, "UTF-8"), "UTF-8"), "a-b", "c")
	if got := b.Call("[]", parts, expr.Int32(0)).String(); got != "split(c2, -, -1)[0]" {
		t.Error(got)
	}
}
