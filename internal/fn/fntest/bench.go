package fntest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Bench is a table of columns and the functions that may be called on it.
type Bench struct {
	// Resolver and Env may be changed before calls are made.
	Resolver expr.Resolver
	Env      expr.Env
	Refs     []*expr.Ref
	Batch    batch.Batch

	t         testing.TB
	cast      expr.Caster
	functions map[string]*expr.Function
}

// New is a bench in ANSI mode and UTC with these tables of functions.
func New(t testing.TB, cast expr.Caster, tables ...[]*expr.Function) *Bench {
	b := &Bench{t: t, cast: cast, functions: make(map[string]*expr.Function)}
	b.SetANSI(true)
	for _, table := range tables {
		for _, f := range table {
			b.functions[f.Name] = f
		}
	}
	return b
}

// SetANSI turns ANSI mode on or off.
func (b *Bench) SetANSI(on bool) { b.Resolver.ANSI, b.Env.ANSI = on, on }

// SetZone sets the session's time zone.
func (b *Bench) SetZone(name string) {
	l, err := time.LoadLocation(name)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Resolver.Location, b.Env.Location = l, l
}

// Column adds a column of these values, of the Go types that [expr.Literal]
// names.
func (b *Bench) Column(t types.Type, values ...any) *expr.Ref {
	c := batch.NewColumn(t, len(values))
	for _, v := range values {
		expr.AppendValue(c, v)
	}
	return b.Add(c)
}

// Add adds a column.
func (b *Bench) Add(c *batch.Column) *expr.Ref {
	b.Batch.Columns = append(b.Batch.Columns, c)
	b.Batch.Rows = c.Len()
	r := &expr.Ref{Name: fmt.Sprintf("c%d", len(b.Refs)), ID: expr.NewID(), Typ: c.Type, Null: true, Watermark: -1}
	b.Refs = append(b.Refs, r)
	return r
}

// Call resolves a call; arguments that are no expressions become literals.
func (b *Bench) Call(name string, args ...any) expr.Expr {
	b.t.Helper()
	e, err := b.TryCall(name, args...)
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	return e
}

// TryCall is Call where resolving may fail.
func (b *Bench) TryCall(name string, args ...any) (expr.Expr, error) {
	fn := b.functions[name]
	if fn == nil {
		return nil, fmt.Errorf("fntest: no function %s", name)
	}
	list := make([]expr.Expr, len(args))
	for i, a := range args {
		if e, ok := a.(expr.Expr); ok {
			list[i] = e
		} else {
			list[i] = expr.Lit(a)
		}
	}
	res, err := fn.Resolve(&b.Resolver, list)
	if err != nil {
		return nil, err
	}
	return &expr.Call{Fn: fn, Args: res.Args, Typ: res.Type, Null: res.Nullable, Text: res.Text}, nil
}

// Compile compiles e over the bench's columns.
func (b *Bench) Compile(e expr.Expr) (expr.Eval, error) {
	c := expr.Compiler{Input: b.Refs, Cast: b.cast, Env: &b.Env}
	return c.Compile(e)
}

// Texts evaluates e over all rows and gives each row's text, NULL for null.
func (b *Bench) Texts(e expr.Expr) ([]string, error) {
	eval, err := b.Compile(e)
	if err != nil {
		return nil, err
	}
	if len(b.Refs) == 0 {
		b.Batch.Rows = 1
	}
	return b.Values(eval, nil)
}

// Values evaluates a compiled expression over the rows of sel, nil for all, and gives
// their texts.
func (b *Bench) Values(eval expr.Eval, sel []int32) ([]string, error) {
	col, err := eval.Eval(&b.Batch, sel)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range expr.Rows(b.Batch.Rows, sel) {
		row := int(r)
		if col.Const {
			row = 0
		}
		if col.Null(row) {
			out = append(out, "NULL")
		} else {
			out = append(out, string(celltext.Append(nil, col, row, b.Env.Zone())))
		}
	}
	return out, nil
}

// Expect fails the test unless e gives these texts, however it is evaluated.
func (b *Bench) Expect(e expr.Expr, want ...string) {
	b.t.Helper()
	got, err := b.Texts(e)
	if err != nil {
		b.t.Errorf("%s: %v", e, err)
		return
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		b.t.Errorf("%s\n got %q\nwant %q", e, got, want)
		return
	}
	eval, err := b.Compile(e)
	if err != nil {
		b.t.Fatal(err)
	}
	var odd []int32
	for r := range b.Batch.Rows {
		if r%2 == 1 {
			odd = append(odd, int32(r))
		}
		b.expectRows(e, eval, want, []int32{int32(r)})
	}
	b.expectRows(e, eval, want, odd)
	b.expectRows(e, eval, want, []int32{})
	if e.Type().Kind == types.Boolean {
		b.expectSelection(e, want)
	}
}

func (b *Bench) expectRows(e expr.Expr, eval expr.Eval, want []string, sel []int32) {
	b.t.Helper()
	got, err := b.Values(eval, sel)
	if err != nil {
		b.t.Errorf("%s over rows %v: %v", e, sel, err)
		return
	}
	for i, r := range sel {
		if got[i] != want[r] {
			b.t.Errorf("%s over rows %v: row %d is %q, want %q", e, sel, r, got[i], want[r])
		}
	}
}

// expectSelection checks that a filter keeps the rows that are true.
func (b *Bench) expectSelection(e expr.Expr, want []string) {
	b.t.Helper()
	c := expr.Compiler{Input: b.Refs, Cast: b.cast, Env: &b.Env}
	p, err := c.CompilePredicate(e)
	if err != nil {
		b.t.Fatal(err)
	}
	for step := 1; step < 3; step++ {
		var sel, expected []int32
		for r := 0; r < b.Batch.Rows; r += step {
			sel = append(sel, int32(r))
			if want[r] == "true" {
				expected = append(expected, int32(r))
			}
		}
		if step == 1 {
			sel = nil
		}
		got, err := p.Select(&b.Batch, sel)
		if err != nil {
			b.t.Errorf("filter %s: %v", e, err)
			return
		}
		if got == nil {
			got = expr.Rows(b.Batch.Rows, sel)
		}
		if fmt.Sprint(got) != fmt.Sprint(expected) && len(got)+len(expected) > 0 {
			b.t.Errorf("filter %s keeps %v of %v, want %v", e, got, sel, expected)
		}
	}
}

// Fails fails the test unless e is refused with the condition, when it is
// resolved or when it is evaluated.
func (b *Bench) Fails(c fault.Condition, name string, args ...any) {
	b.t.Helper()
	e, err := b.TryCall(name, args...)
	if err == nil {
		_, err = b.Texts(e)
	}
	if !fault.Is(err, c) {
		b.t.Errorf("%s%v: got %v, want %s", name, args, err, c.Name)
	}
}
