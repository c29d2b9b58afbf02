package weir_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/golden"
	weirtypes "github.com/weirstream/weir/types"
)

// tables are those of testdata/frames.txt.
type frameTables struct {
	session                  *weir.Session
	people, kv, wide, nested *weir.DataFrame
	out                      *bytes.Buffer
}

func newTables(t *testing.T) *frameTables {
	t.Helper()
	out := &bytes.Buffer{}
	s, err := weir.Open(weir.WithWorkers(1), weir.WithOutput(out), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &frameTables{
		session: s, out: out,
		people: s.CreateDataFrame([]weir.Row{
			{"ann", 5, 80.5, true},
			{"bob", nil, math.NaN(), nil},
			{nil, 7, nil, false},
			{"dan", 9, 60.25, true},
			{"eve", 5, 70.0, nil},
		}, "name string, age int, score double, ok boolean"),
		kv:   s.CreateDataFrame([]weir.Row{{"a", 1}, {"a", 2}, {"b", 1}, {"b", 3}, {"a", 1}, {nil, 2}}, "k string, v int"),
		wide: s.CreateDataFrame([]weir.Row{{1, 11, 1.5}, {2, 12, nil}}, "id int, x int, y double"),
		nested: s.SQL("select 1 as a, named_struct('x',1,'y',array(1,2)) as s, " +
			"map('k',named_struct('z',cast(1.5 as decimal(5,2)))) as m, array(named_struct('q','t')) as l"),
	}
}

// frames are the DataFrames of testdata/frames.txt, by name.
var frames = map[string]func(t *frameTables) *weir.DataFrame{
	"describe":         func(t *frameTables) *weir.DataFrame { return t.people.Describe() },
	"describe-columns": func(t *frameTables) *weir.DataFrame { return t.people.Describe("age", "name") },
	"summary":          func(t *frameTables) *weir.DataFrame { return t.people.Summary() },
	"summary-some": func(t *frameTables) *weir.DataFrame {
		return t.people.Summary("count", "33%", "max", "count_distinct", "approx_count_distinct")
	},
	"summary-bad":   func(t *frameTables) *weir.DataFrame { return t.people.Summary("foo") },
	"crosstab":      func(t *frameTables) *weir.DataFrame { return t.kv.Stat().Crosstab("k", "v").OrderBy("k_v") },
	"freqitems-raw": func(t *frameTables) *weir.DataFrame { return t.kv.Stat().FreqItems([]string{"k", "v"}, 0.4) },
	"fill-number":   func(t *frameTables) *weir.DataFrame { return t.people.NA().Fill(0) },
	"fill-double":   func(t *frameTables) *weir.DataFrame { return t.people.FillNA(1.5) },
	"fill-string":   func(t *frameTables) *weir.DataFrame { return t.people.NA().Fill("?") },
	"fill-bool":     func(t *frameTables) *weir.DataFrame { return t.people.NA().Fill(false) },
	"fill-subset":   func(t *frameTables) *weir.DataFrame { return t.people.NA().Fill(3, "age", "name") },
	"fill-map": func(t *frameTables) *weir.DataFrame {
		return t.people.NA().FillEach(map[string]any{"age": 1, "name": "x"})
	},
	"drop":        func(t *frameTables) *weir.DataFrame { return t.people.NA().Drop() },
	"drop-all":    func(t *frameTables) *weir.DataFrame { return t.people.NA().DropAll("age", "score") },
	"drop-thresh": func(t *frameTables) *weir.DataFrame { return t.people.NA().DropBelow(3) },
	"drop-subset": func(t *frameTables) *weir.DataFrame { return t.people.DropNA("age") },
	"replace":     func(t *frameTables) *weir.DataFrame { return t.people.NA().Replace(map[any]any{5: 50, 7: 70}) },
	"replace-string": func(t *frameTables) *weir.DataFrame {
		return t.people.NA().Replace(map[any]any{"ann": "ANN", "bob": nil}, "name")
	},
	"replace-missing": func(t *frameTables) *weir.DataFrame { return t.people.NA().Replace(map[any]any{"ann": "ANN"}, "nope") },
	"replace-null":    func(t *frameTables) *weir.DataFrame { return t.wide.NA().Replace(map[any]any{1.5: nil}) },
	"unpivot": func(t *frameTables) *weir.DataFrame {
		return t.wide.Unpivot([]any{"id"}, []any{"x", "y"}, "var", "val")
	},
	"unpivot-all":     func(t *frameTables) *weir.DataFrame { return t.wide.Unpivot([]any{"id"}, nil, "var", "val") },
	"melt-none":       func(t *frameTables) *weir.DataFrame { return t.wide.Melt([]any{}, []any{"x", "y"}, "var", "val") },
	"transpose":       func(t *frameTables) *weir.DataFrame { return t.wide.Transpose() },
	"transpose-index": func(t *frameTables) *weir.DataFrame { return t.wide.Transpose(f.Col("x")) },
	"transpose-null":  func(t *frameTables) *weir.DataFrame { return t.wide.Select("y", "id").Transpose() },
	"transpose-bad":   func(t *frameTables) *weir.DataFrame { return t.people.Transpose() },
	"pivot":           func(t *frameTables) *weir.DataFrame { return t.kv.GroupBy("k").Pivot("v").Count().OrderBy("k") },
	"rollup": func(t *frameTables) *weir.DataFrame {
		return t.kv.Rollup("k", "v").Count().OrderBy("k", "v", f.Col("count").Desc())
	},
	"cube": func(t *frameTables) *weir.DataFrame {
		return t.kv.Cube("k").Agg(f.Sum("v"), f.Call("grouping", "k")).OrderBy("k", f.Col("grouping(k)").Desc())
	},
	"groupby-mean": func(t *frameTables) *weir.DataFrame { return t.people.GroupBy("ok").Mean().OrderBy("ok") },
	"groupby-max":  func(t *frameTables) *weir.DataFrame { return t.people.GroupBy("ok").Max("age", "score").OrderBy("ok") },
	"intersectall": func(t *frameTables) *weir.DataFrame { return t.kv.IntersectAll(t.kv.Limit(3)).OrderBy("k", "v") },
	"exceptall":    func(t *frameTables) *weir.DataFrame { return t.kv.ExceptAll(t.kv.Limit(3)).OrderBy("k", "v") },
	"unionbyname": func(t *frameTables) *weir.DataFrame {
		return t.wide.UnionByName(t.kv.WithColumnRenamed("v", "x"), true)
	},
	"withcolumns": func(t *frameTables) *weir.DataFrame {
		return t.kv.WithColumns(f.Lit(1).As("a"), f.Col("v").Plus(1).As("v"))
	},
	"withcolumnsrenamed": func(t *frameTables) *weir.DataFrame {
		return t.kv.WithColumnsRenamed(map[string]string{"k": "v2", "nope": "z"})
	},
	"colregex": func(t *frameTables) *weir.DataFrame { return t.people.Select(t.people.ColRegex("`(a|s).*`")) },
	"to":       func(t *frameTables) *weir.DataFrame { return t.kv.To(schema("v bigint not null, k string not null")) },
	"to-fails": func(t *frameTables) *weir.DataFrame { return t.people.To(schema("name int")) },
	"self-join": func(t *frameTables) *weir.DataFrame {
		return t.kv.As("l").Join(t.kv.As("r"), f.Col("l.k").Eq(f.Col("r.k")), "inner").Select("l.k", "r.v").OrderBy("l.k", "r.v")
	},
	"join-using-list": func(t *frameTables) *weir.DataFrame {
		return t.kv.Join(t.kv.Where("v > 1"), []string{"k", "v"}, "left_anti")
	},
	"crossjoin": func(t *frameTables) *weir.DataFrame {
		return t.wide.CrossJoin(t.wide.Select(f.Col("id").As("j")))
	},
	"lateral": func(t *frameTables) *weir.DataFrame {
		return t.wide.LateralJoin(t.session.Range(0, 2, 1).Select(f.Col("id").Plus(f.Col("x")).As("s")), nil, "inner")
	},
	"window": func(t *frameTables) *weir.DataFrame {
		return t.kv.WithColumn("r", f.RowNumber().Over(f.PartitionBy("k").OrderBy(f.Col("v").Desc()))).OrderBy("k", "r")
	},
	"window-rows": func(t *frameTables) *weir.DataFrame {
		w := f.PartitionBy("k").OrderBy("v").RowsBetween(-1, f.CurrentRow)
		return t.kv.Select("k", "v", f.Sum("v").Over(w).As("s")).OrderBy("k", "v", "s")
	},
	"window-range": func(t *frameTables) *weir.DataFrame {
		w := f.OrderBy("v").RangeBetween(f.UnboundedPreceding, 0)
		return t.kv.Select("k", "v", f.Count("v").Over(w).As("s")).OrderBy("k", "v", "s")
	},
	"column-ops": func(t *frameTables) *weir.DataFrame {
		x, y := f.Col("x"), f.Col("y")
		return t.wide.Select(x.Mod(3).As("m"), x.Neg(), x.IsNull().Not(), x.BitwiseAnd(3), x.BitwiseOr(4), x.BitwiseXor(1), y.IsNaN(),
			x.Between(11, 11), x.IsIn(11, 13), x.Cast("string").Substr(1, 1), f.When(x.Gt(11), "big").Otherwise("small"))
	},
	"struct-ops": func(t *frameTables) *weir.DataFrame {
		s := f.Col("s")
		return t.nested.Select(s.WithField("z", 9), s.DropFields("y"), s.GetField("x"), f.Col("m").GetItem("k"), f.Col("l").Item(0).Field("q"))
	},
	"ilike": func(t *frameTables) *weir.DataFrame {
		n := f.Col("name")
		return t.people.Select(n.ILike("A%"), n.Like("a%"), n.RLike("^[ab]"), n.Contains("n"), n.StartsWith("a"), n.EndsWith("n"),
			n.EqNullSafe(nil))
	},
	"bad-column": func(t *frameTables) *weir.DataFrame { return t.kv.Select("vv") },
	"sampleby": func(t *frameTables) *weir.DataFrame {
		return t.kv.Stat().SampleBy("k", map[any]float64{"a": 1, "b": 0}, 0).OrderBy("v")
	},
	"subquery-scalar": func(t *frameTables) *weir.DataFrame {
		return t.kv.Where(f.Col("v").Eq(t.kv.Select(f.Max("v")).Scalar()))
	},
	"agg-global": func(t *frameTables) *weir.DataFrame { return t.kv.Agg(f.Sum("v")) },
	"sortwithin": func(t *frameTables) *weir.DataFrame {
		return t.kv.Coalesce(1).SortWithinPartitions(f.Col("v").Desc(), "k")
	},
	"wide-value": func(t *frameTables) *weir.DataFrame {
		return t.session.CreateDataFrame([]weir.Row{{"日本", 1}, {"a\tb\n", 2}, {strings.Repeat("x", 30), 3}}, "t string, n int")
	},
	"empty-frame": func(t *frameTables) *weir.DataFrame { return t.session.CreateDataFrame(nil, "a int") },
	"groupingsets": func(t *frameTables) *weir.DataFrame {
		return t.kv.GroupingSets([][]any{{"k"}, {}}, "k").Agg(f.Count("*").As("n")).OrderBy("k", f.Col("n").Desc())
	},
}

// prints are the texts of testdata/frames.txt that are no tables.
var prints = map[string]func(ctx context.Context, t *frameTables) error{
	"fill-types": func(ctx context.Context, t *frameTables) error { return t.people.FillNA(1.5).PrintSchema(ctx) },
	"to-schema": func(ctx context.Context, t *frameTables) error {
		return t.kv.To(schema("v bigint, z string")).PrintSchema(ctx)
	},
	"printschema":     func(ctx context.Context, t *frameTables) error { return t.nested.PrintSchema(ctx) },
	"printschema-1":   func(ctx context.Context, t *frameTables) error { return t.nested.PrintSchema(ctx, 1) },
	"printschema-2":   func(ctx context.Context, t *frameTables) error { return t.nested.PrintSchema(ctx, 2) },
	"describe-schema": func(ctx context.Context, t *frameTables) error { return t.people.Describe().PrintSchema(ctx) },
	"crosstab-schema": func(ctx context.Context, t *frameTables) error {
		return t.kv.Stat().Crosstab("k", "v").PrintSchema(ctx)
	},
	"freq-schema": func(ctx context.Context, t *frameTables) error {
		return t.kv.Stat().FreqItems([]string{"k", "v"}, 0.01).PrintSchema(ctx)
	},
	"transpose-schema": func(ctx context.Context, t *frameTables) error { return t.wide.Transpose().PrintSchema(ctx) },
	"vertical":         func(ctx context.Context, t *frameTables) error { return t.people.ShowAll(ctx, 20, 20, true) },
	"show-2":           func(ctx context.Context, t *frameTables) error { return t.people.Show(ctx, 2) },
	"show-trunc":       func(ctx context.Context, t *frameTables) error { return t.people.ShowAll(ctx, 20, 2, false) },
	"show-whole":       func(ctx context.Context, t *frameTables) error { return t.people.ShowAll(ctx, 20, 0, false) },
	"show-vertical-1":  func(ctx context.Context, t *frameTables) error { return t.people.ShowAll(ctx, 1, 3, true) },
	"cov-null":         number(func(ctx context.Context, t *frameTables) (any, error) { return t.wide.Stat().Cov(ctx, "x", "y") }),
	"corr-null":        number(func(ctx context.Context, t *frameTables) (any, error) { return t.wide.Stat().Corr(ctx, "x", "y") }),
	"cov2": number(func(ctx context.Context, t *frameTables) (any, error) {
		return t.people.DropNA().Stat().Cov(ctx, "age", "score")
	}),
	"isempty": func(ctx context.Context, t *frameTables) error {
		full, err := t.kv.IsEmpty(ctx)
		if err != nil {
			return err
		}
		none, err := t.kv.Limit(0).IsEmpty(ctx)
		fmt.Fprint(t.out, full, none)
		return err
	},
	"semantics": func(ctx context.Context, t *frameTables) error {
		for _, pair := range [][2]*weir.DataFrame{
			{t.kv, t.kv.Select("*")},
			{t.kv.Where("v>1"), t.kv.Where("v > 1")},
			{t.kv, t.kv.Where("v>1")},
		} {
			same, err := pair[0].SameSemantics(ctx, pair[1])
			if err != nil {
				return err
			}
			fmt.Fprint(t.out, same)
		}
		return nil
	},
	"quantile": number(func(ctx context.Context, t *frameTables) (any, error) {
		return t.people.Stat().ApproxQuantile(ctx, []string{"age", "score"}, []float64{0, 0.25, 0.5, 1}, 0)
	}),
	"tail": number(func(ctx context.Context, t *frameTables) (any, error) { return t.kv.Tail(ctx, 2) }),
}

func number(compute func(ctx context.Context, t *frameTables) (any, error)) func(ctx context.Context, t *frameTables) error {
	return func(ctx context.Context, t *frameTables) error {
		v, err := compute(ctx, t)
		fmt.Fprint(t.out, v)
		return err
	}
}

func schema(ddl string) weirtypes.Schema {
	s, err := weirtypes.ParseSchema(ddl)
	if err != nil {
		panic(err)
	}
	return s
}

// TestFrames compares chains with what a real Spark printed for the same ones.
func TestFrames(t *testing.T) {
	tables := newTables(t)
	golden.Run(t, "testdata/frames.txt", func(c golden.Case) string {
		tables.out.Reset()
		err := tables.print(t.Context(), c.Words[0])
		if e, ok := errors.AsType[*weir.Error](err); ok {
			return "ERROR " + e.Condition.Name
		}
		if err != nil {
			return err.Error()
		}
		return strings.TrimSuffix(tables.out.String(), "\n")
	})
}

func (t *frameTables) print(ctx context.Context, name string) error {
	if p, ok := prints[name]; ok {
		return p(ctx, t)
	}
	make, ok := frames[name]
	if !ok {
		return fmt.Errorf("no frame %s", name)
	}
	return make(t).Show(ctx, 20)
}
