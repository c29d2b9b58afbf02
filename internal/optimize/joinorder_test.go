package optimize_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/analyze"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/types"
)

// shop is a catalog of tables of a known size.
type shop struct{}

var shopTables = map[string]shopTable{
	"lines":     {"lines", 6_000_000, map[string]int64{"product": 200_000, "bill": 1_500_000}},
	"bills":     {"bills", 1_500_000, map[string]int64{"client": 150_000}},
	"clients":   {"clients", 150_000, map[string]int64{"land": 25}},
	"lands":     {"lands", 25, nil},
	"suppliers": {"suppliers", 10_000, map[string]int64{"land": 25}},
}

func (shop) View(name []string) (plan.Node, error) {
	t, ok := shopTables[name[0]]
	if !ok {
		return nil, nil
	}
	scan := &plan.Scan{Name: t.name, Table: t}
	for _, f := range t.Schema().Fields {
		scan.Columns = append(scan.Columns, &expr.Ref{Name: f.Name, ID: expr.NewID(), Typ: f.Type, Null: true, Watermark: -1})
	}
	return scan, nil
}
func (shop) Names() []string                        { return nil }
func (shop) Format(string) (connector.Format, bool) { return nil, false }
func (shop) Formats() []string                      { return nil }

type shopTable struct {
	name     string
	rows     int64
	distinct map[string]int64
}

func (t shopTable) Schema() types.Schema {
	names := map[string][]string{"lines": {"bill", "product", "supplier", "n"}, "bills": {"id", "client", "day"},
		"clients": {"id", "land", "name"}, "lands": {"id", "name"}, "suppliers": {"id", "land"}}[t.name]
	var s types.Schema
	for _, n := range names {
		kind := types.Long
		if n == "name" {
			kind = types.String
		}
		s.Fields = append(s.Fields, types.Field{Name: n, Type: types.Of(kind), Nullable: true})
	}
	return s
}
func (t shopTable) Plan(context.Context) ([]connector.Split, error) { return nil, nil }
func (t shopTable) Open(context.Context, connector.Split, connector.Scan) (connector.Reader, error) {
	return nil, nil
}
func (t shopTable) Estimate(context.Context) (connector.Estimate, error) {
	return connector.Estimate{Rows: t.rows, Distinct: t.distinct}, nil
}

func ordered(t testing.TB, text string) string {
	t.Helper()
	n, err := sql.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	a := &analyze.Analyzer{Registry: builtin.Registry(), Catalog: shop{}, Env: connector.Env{Location: time.UTC},
		Resolver: expr.Resolver{ANSI: true}}
	if n, err = a.Analyze(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if n, err = optimize.Optimize(n, &expr.Env{ANSI: true}); err != nil {
		t.Fatal(err)
	}
	return plan.Text(n)
}

// scans are the tables in the order in which a plan names them.
func scans(text string) string {
	var names []string
	for _, m := range regexp.MustCompile(`Scan (\w+)`).FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}

// TestJoinOrder looks which tables are read past which: the largest stands first, and
// no two are joined that no key connects.
func TestJoinOrder(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"two", "SELECT 1 FROM lands l, clients c WHERE c.land = l.id", "clients lands"},
		{"as written from the largest", "SELECT 1 FROM lines, bills WHERE bill = bills.id", "lines bills"},
		{"a chain", "SELECT 1 FROM lands l, clients c, bills b, lines n WHERE l.id = c.land AND c.id = b.client AND b.id = n.bill " +
			"AND l.name = 'x'", "lines bills clients lands"},
		{"few values are no key", "SELECT 1 FROM clients c, suppliers s, lines n, bills b WHERE c.land = s.land AND n.supplier = s.id " +
			"AND b.id = n.bill AND b.client = c.id", "lines bills clients suppliers"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := ordered(t, c.text)
			t.Log(text)
			if strings.Contains(text, "Cross") {
				t.Errorf("pairs without a key in\n%s", text)
			}
			if got := scans(text); got != c.want {
				t.Errorf("order %s, want %s in\n%s", got, c.want, text)
			}
		})
	}
}

// TestDisjunctions looks for the keys of a join that stand in each branch of an OR, and
// for what the branches say of one side.
func TestDisjunctions(t *testing.T) {
	text := ordered(t, "SELECT 1 FROM lines n, bills b WHERE n.bill = b.id AND b.day = 1 AND n.n = 2 OR n.bill = b.id AND b.day = 3 AND n.n = 4")
	t.Log(text)
	if got := strings.Count(text, "Filter"); got != 2 {
		t.Errorf("%d filters, want one over each side in\n%s", got, text)
	}
	if !regexp.MustCompile(`Join.*bill.*=.*id`).MatchString(text) {
		t.Errorf("no key in\n%s", text)
	}
}

// TestSemiJoinSinks asks one of three relations for partners before they are joined.
func TestSemiJoinSinks(t *testing.T) {
	text := ordered(t, "SELECT 1 FROM clients c, bills b, lines n WHERE c.id = b.client AND b.id = n.bill "+
		"AND b.id IN (SELECT bill FROM lines GROUP BY bill HAVING sum(n) > 300)")
	t.Log(text)
	semi, inner := strings.Index(text, "LeftSemi"), strings.Index(text, "Inner")
	if semi < inner {
		t.Errorf("the semi join stands above the others in\n%s", text)
	}
}
