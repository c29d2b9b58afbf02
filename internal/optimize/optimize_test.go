package optimize_test

import (
	"context"
	"fmt"
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
)

// events is a catalog of one view, with a watermark.
type events struct{ node plan.Node }

func (e events) View([]string) (plan.Node, error)     { return e.node, nil }
func (events) Names() []string                        { return []string{"events"} }
func (events) Format(string) (connector.Format, bool) { return nil, false }
func (events) Formats() []string                      { return nil }

// optimized is the text of a query's plan, with the columns numbered by their
// appearance.
func optimized(t *testing.T, text string) string {
	t.Helper()
	n, err := sql.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	view, err := sql.ParseQuery("SELECT id, timestamp_seconds(id) AS t FROM range(9)")
	if err != nil {
		t.Fatal(err)
	}
	view = &plan.WithWatermark{Input: view, Column: &expr.UnresolvedAttribute{Parts: []string{"t"}}, DelayText: "1 second"}
	a := &analyze.Analyzer{Registry: builtin.Registry(), Catalog: events{view}, Env: connector.Env{Location: time.UTC},
		Resolver: expr.Resolver{ANSI: true}}
	if n, err = a.Analyze(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	if n, err = optimize.Optimize(n, &expr.Env{ANSI: true}); err != nil {
		t.Fatal(err)
	}
	names := make(map[string]string)
	return regexp.MustCompile(`#\d+`).ReplaceAllStringFunc(plan.Text(n), func(id string) string {
		if names[id] == "" {
			names[id] = fmt.Sprintf("#%d", len(names))
		}
		return names[id]
	})
}

// TestCostlyColumnsOnce filters by a column that costs something: it is computed
// once, and the other costly columns for the rows that are left.
func TestCostlyColumnsOnce(t *testing.T) {
	const of = "FROM range(9) "
	for _, c := range []struct{ name, text string }{
		{"alone", "SELECT * FROM (SELECT id, upper(string(id)) u " + of + ") WHERE u <> 'A'"},
		{"others", "SELECT * FROM (SELECT id, upper(string(id)) u, lower(string(id)) l " + of + ") WHERE u <> 'A' AND id > 3"},
		{"unread", "SELECT id FROM (SELECT id, upper(string(id)) u " + of + ") WHERE u <> 'A'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := optimized(t, c.text)
			t.Log(got)
			if n := strings.Count(got, "upper("); n != 1 {
				t.Errorf("upper stands %d times in\n%s", n, got)
			}
			if l, f := strings.Index(got, "lower("), strings.Index(got, "Filter"); l > f {
				t.Errorf("lower is computed beneath the filter in\n%s", got)
			}
		})
	}
}

// TestFilterBeneathWatermark looks for a filter by a costly column: it stands
// beneath the watermark and computes nothing twice, unless it reads the event time.
func TestFilterBeneathWatermark(t *testing.T) {
	for _, c := range []struct {
		name, text string
		beneath    bool
	}{
		{"costly", "SELECT * FROM (SELECT id, upper(string(id)) u, t FROM events) WHERE u <> 'A'", true},
		{"with the time", "SELECT * FROM (SELECT id, upper(string(id)) u, t FROM events) WHERE u <> 'A' AND t > timestamp_seconds(id + 1)", true},
		{"of the time", "SELECT * FROM (SELECT id, upper(string(t)) u FROM events) WHERE u <> 'A'", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := optimized(t, c.text)
			t.Log(got)
			if n := strings.Count(got, "upper("); n != 1 {
				t.Errorf("upper stands %d times in\n%s", n, got)
			}
			if f, w := strings.Index(got, "(NOT (u"), strings.Index(got, "EventTimeWatermark"); f < 0 || f > w != c.beneath {
				t.Errorf("beneath the watermark: %v, want %v, in\n%s", f > w, c.beneath, got)
			}
		})
	}
}
