package generate

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", 0, "seed of the random tests; 0 takes the clock's")

func column(t types.Type, values ...any) *batch.Column {
	c := batch.NewColumn(t, len(values))
	for _, v := range values {
		expr.AppendValue(c, v)
	}
	return c
}

func resolve(name string, args ...expr.Expr) (*expr.GeneratorCall, error) {
	r := expr.NewRegistry()
	Add(r)
	fn := r.Generator(name)
	list, fields, err := fn.Resolve(&expr.Resolver{ANSI: true}, args)
	return &expr.GeneratorCall{Fn: fn, Args: list, Fields: fields}, err
}

// generated runs a generator and gives a line for each row: parent: values.
func generated(t testing.TB, c *expr.GeneratorCall, args []*batch.Column, rows int, sel []int32, outer bool) string {
	t.Helper()
	fn, err := c.Fn.New(c, &expr.Env{})
	if err != nil {
		t.Fatal(err)
	}
	var out []*batch.Column
	for _, f := range c.Fields {
		out = append(out, batch.NewColumn(f.Type, 0))
	}
	parents, err := fn(out, args, rows, sel, outer, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, p := range parents {
		line := fmt.Sprintf("%d:", p)
		for _, col := range out {
			if col.Len() != len(parents) {
				t.Fatalf("%s: a column of %d rows for %d", c, col.Len(), len(parents))
			}
			if col.Null(i) {
				line += " NULL"
			} else {
				line += " " + string(celltext.Append(nil, col, i, nil))
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func ref(c *batch.Column) *expr.Ref {
	return &expr.Ref{Name: "c", ID: expr.NewID(), Typ: c.Type, Null: true}
}

func TestGenerators(t *testing.T) {
	ints := types.ArrayOf(types.Of(types.Int))
	arrays := column(ints, []any{int32(7), nil}, nil, []any{}, []any{int32(9)})
	full := column(ints, []any{int32(7), int32(8)}, []any{}, []any{int32(9)})
	maps := column(types.MapOf(types.Of(types.String), types.Of(types.Int)), []any{"a", int32(1), "b", nil}, nil)
	pair := types.StructOf(types.Field{Name: "a", Type: types.Of(types.Int), Nullable: true},
		types.Field{Name: "b", Type: types.Of(types.String), Nullable: true})
	structs := column(types.ArrayOf(pair), []any{[]any{int32(1), "x"}, nil}, []any{}, []any{[]any{nil, "y"}})
	constant := column(ints, []any{int32(5), int32(6)})
	constant.Const = true
	for _, test := range []struct {
		name  string
		arg   *batch.Column
		rows  int
		sel   []int32
		outer bool
		want  string
	}{
		{"explode", arrays, 4, nil, false, "0: 7; 0: NULL; 3: 9"},
		{"explode", arrays, 4, nil, true, "0: 7; 0: NULL; 1: NULL; 2: NULL; 3: 9"},
		{"explode_outer", arrays, 4, nil, false, "0: 7; 0: NULL; 1: NULL; 2: NULL; 3: 9"},
		{"explode", arrays, 4, []int32{1, 3}, false, "3: 9"},
		{"explode", full, 3, nil, false, "0: 7; 0: 8; 2: 9"},
		{"explode", full, 3, nil, true, "0: 7; 0: 8; 1: NULL; 2: 9"},
		{"explode", full, 2, nil, false, "0: 7; 0: 8"},
		{"explode", constant, 2, nil, false, "0: 5; 0: 6; 1: 5; 1: 6"},
		{"explode", constant, 9, []int32{8}, false, "8: 5; 8: 6"},
		{"explode", maps, 2, nil, false, "0: a 1; 0: b NULL"},
		{"explode", maps, 2, nil, true, "0: a 1; 0: b NULL; 1: NULL NULL"},
		{"posexplode", arrays, 4, nil, false, "0: 0 7; 0: 1 NULL; 3: 0 9"},
		{"posexplode", full, 3, nil, false, "0: 0 7; 0: 1 8; 2: 0 9"},
		{"posexplode_outer", arrays, 4, nil, false, "0: 0 7; 0: 1 NULL; 1: NULL NULL; 2: NULL NULL; 3: 0 9"},
		{"posexplode", maps, 2, nil, true, "0: 0 a 1; 0: 1 b NULL; 1: NULL NULL NULL"},
		{"inline", structs, 3, nil, false, "0: 1 x; 0: NULL NULL; 2: NULL y"},
		{"inline_outer", structs, 3, nil, false, "0: 1 x; 0: NULL NULL; 1: NULL NULL; 2: NULL y"},
		{"inline", structs, 3, []int32{2}, false, "2: NULL y"},
	} {
		c, err := resolve(test.name, ref(test.arg))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := generated(t, c, []*batch.Column{test.arg}, test.rows, test.sel, test.outer); got != test.want {
			t.Errorf("%s (outer %v, rows %v) of %s\n got %s\nwant %s", test.name, test.outer, test.sel, test.arg.Type, got, test.want)
		}
	}
}

func TestStack(t *testing.T) {
	a, b := column(types.Of(types.Int), int32(1), int32(2), nil), column(types.Of(types.Int), int32(10), int32(20), int32(30))
	c, err := resolve("stack", expr.Int32(2), ref(a), ref(b), ref(a))
	if err != nil {
		t.Fatal(err)
	}
	n := column(types.Of(types.Int), int32(2))
	n.Const = true
	if got, want := generated(t, c, []*batch.Column{n, a, b, a}, 3, nil, false),
		"0: 1 10; 0: 1 NULL; 1: 2 20; 1: 2 NULL; 2: NULL 30; 2: NULL NULL"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got, want := generated(t, c, []*batch.Column{n, a, b, a}, 3, []int32{1}, false), "1: 2 20; 1: 2 NULL"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		name string
		args []expr.Expr
		want fault.Condition
	}{
		{"explode", []expr.Expr{expr.Int32(5)}, fault.TypeMismatch},
		{"explode", []expr.Expr{expr.Lit(nil)}, fault.TypeMismatch},
		{"explode", nil, fault.WrongNumArgs},
		{"inline", []expr.Expr{&expr.Ref{Typ: types.ArrayOf(types.Of(types.Int))}}, fault.TypeMismatch},
		{"stack", []expr.Expr{expr.Int32(0), expr.Lit("a")}, fault.ValueOutOfRange},
		{"stack", []expr.Expr{expr.Lit("a"), expr.Lit("a")}, fault.TypeMismatch},
		{"stack", []expr.Expr{expr.Int32(2), expr.Int32(1), expr.Lit("a")}, fault.StackColumnDiffTypes},
	} {
		if _, err := resolve(test.name, test.args...); !fault.Is(err, test.want) {
			t.Errorf("%s%v: %v, want %s", test.name, test.args, err, test.want.Name)
		}
	}
}

// Sharing the elements and picking them one by one give the same.
func TestSharedEqualsPicked(t *testing.T) {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", s)
	r := rand.New(rand.NewPCG(s, 2))
	for range 100 {
		c := batch.NewColumn(types.ArrayOf(types.Of(types.String)), 0)
		rows := r.IntN(20)
		for range rows {
			v := []any{}
			for range r.IntN(4) {
				v = append(v, fmt.Sprint(r.IntN(100)))
			}
			expr.AppendValue(c, v)
		}
		for _, name := range []string{"explode", "posexplode", "explode_outer"} {
			call, err := resolve(name, ref(c))
			if err != nil {
				t.Fatal(err)
			}
			all := generated(t, call, []*batch.Column{c}, rows, nil, false)
			picked := generated(t, call, []*batch.Column{c}, rows, batch.Identity(rows), false)
			if all != picked {
				t.Errorf("%s: shared %s\npicked %s", name, all, picked)
			}
		}
	}
}

// BenchmarkExplode measures rows generated from lists of ten words.
func BenchmarkExplode(b *testing.B) {
	c := batch.NewColumn(types.ArrayOf(types.Of(types.String)), 0)
	for i := range 1000 {
		v := []any{}
		for k := range 10 {
			v = append(v, fmt.Sprint("word", i+k))
		}
		expr.AppendValue(c, v)
	}
	call, err := resolve("explode", ref(c))
	if err != nil {
		b.Fatal(err)
	}
	fn, _ := call.Fn.New(call, &expr.Env{})
	out := []*batch.Column{batch.NewColumn(types.Of(types.String), 0)}
	var parents []int32
	b.ReportAllocs()
	for b.Loop() {
		out[0].Resize(0)
		if parents, err = fn(out, []*batch.Column{c}, 1000, nil, false, parents[:0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*10_000/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
