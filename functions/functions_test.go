package functions

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/builtin"
)

// special are the functions that stand in special.go and column.go, by SQL's and
// PySpark's names.
var special = []string{"when", "count", "count_distinct", "sum_distinct", "listagg_distinct", "string_agg_distinct", "extract",
	"timestamp_add", "timestamp_diff", "timestampadd", "timestampdiff", "bitwise_not", "negate", "create_map", "call_function", "asc",
	"asc_nulls_first", "asc_nulls_last", "desc", "desc_nulls_first", "desc_nulls_last", "window", "session_window", "col", "column",
	"lit", "expr"}

// absent are functions that have no Go function, and why.
var absent = map[string]string{
	"methods of Column":                   "! != % & * + - / < << <= <=> <> = == > >= >> >>> [] ^ and or not in between | || ~ div",
	"casts are Column.Cast":               "bigint binary boolean date decimal double float int smallint string time timestamp tinyint",
	"a relation, for Session.SQL":         "sql_keywords collations",
	"an order within the group, for Expr": "percentile_cont percentile_disc",
	"not built yet, see DIFFERENCES.md": "timestamp_nanos unix_nanos product hll_sketch_agg hll_union_agg " +
		"hll_sketch_estimate hll_union input_file_block_length input_file_block_start",
	"partition transforms, for tables of other catalogs": "years months days hours bucket",
	"functions of the JVM and of Python":                 "java_method reflect try_reflect udf udtf pandas_udf arrow_udf arrow_udtf call_udf unwrap_udt",
	"a hint for joins: DataFrame.Hint":                   "broadcast",
}

// absentFamilies begin the names of functions that are not built: sketches in the form
// of DataSketches, XML and geometry.
var absentFamilies = []string{"kll_", "theta_", "tuple_", "st_", "xpath", "from_xml", "to_xml", "schema_of_xml"}

func explained(name string) bool {
	for _, list := range absent {
		if slices.Contains(strings.Fields(list), name) {
			return true
		}
	}
	return slices.ContainsFunc(absentFamilies, func(f string) bool { return strings.HasPrefix(name, f) })
}

// Every function of the registry and of PySpark is here, or is not for a reason.
func TestComplete(t *testing.T) {
	have := slices.Clone(special)
	for _, g := range generated {
		have = append(have, g.name)
	}
	text, err := os.ReadFile("testdata/pyspark.txt")
	if err != nil {
		t.Fatal(err)
	}
	wanted := append(builtin.Registry().Names(), strings.Fields(string(text))...)
	for _, name := range wanted {
		if slices.Contains(have, name) == explained(name) {
			t.Errorf("%s: is %v in gen/table.txt or special.go, and %v on the list of those that are not", name,
				slices.Contains(have, name), explained(name))
		}
	}
	for why, list := range absent {
		for name := range strings.FieldsSeq(list) {
			if !slices.Contains(wanted, name) && name != "!" && name != "!=" {
				t.Errorf("%s (%s) is no function at all", name, why)
			}
		}
	}
}

// Every generated function calls the one of its name with all its arguments.
func TestCalls(t *testing.T) {
	r := builtin.Registry()
	for _, g := range generated {
		e, err := g.c.Unwrap()
		if err != nil {
			t.Errorf("%s: %v", g.name, err)
			continue
		}
		u, ok := e.(*expr.UnresolvedFunction)
		if !ok || u.Name != g.name || len(u.Args) != g.args {
			t.Errorf("%s: the call is %v", g.name, e)
		}
		known := r.Scalar(g.name) != nil || r.Aggregate(g.name) != nil || r.Generator(g.name) != nil || r.Window(g.name) != nil
		if !known && !strings.HasPrefix(g.name, "grouping") {
			t.Errorf("there is no function %s", g.name)
		}
	}
}

// Lambdas within each other keep their parameters apart.
func TestNestedLambdas(t *testing.T) {
	c := Transform("a", func(x Column) Column {
		return Transform("b", func(y Column) Column { return x.Plus(y) })
	})
	e, err := c.Unwrap()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	expr.Walk(e, func(e expr.Expr) bool {
		if l, ok := e.(*expr.Lambda); ok {
			names = append(names, l.Params...)
		}
		return true
	})
	if len(names) != 2 || names[0] == names[1] {
		t.Errorf("the parameters are %v", names)
	}
}
