package analyze_test

import (
	"context"
	"strings"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/analyze"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/golden"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sql"
)

// views is a catalog of two views: t(k, g, v) and u(k, w).
type views struct{}

var definitions = map[string]string{
	"t": "SELECT * FROM VALUES (1, 'x', 5), (2, 'y', NULL) AS t(k, g, v)",
	"u": "SELECT * FROM VALUES (1, 2.5D), (3, NULL) AS u(k, w)",
}

func (views) View(name []string) (plan.Node, error) {
	text, ok := definitions[strings.Join(name, ".")]
	if !ok {
		return nil, nil
	}
	return sql.ParseQuery(text)
}
func (views) Names() []string                        { return []string{"t", "u"} }
func (views) Format(string) (connector.Format, bool) { return nil, false }
func (views) Formats() []string                      { return nil }

// analyzed is the text of a query's plan, its aliases left out, or of the error.
func analyzed(text string) string {
	n, err := sql.ParseQuery(text)
	if err != nil {
		return err.Error()
	}
	a := &analyze.Analyzer{Registry: builtin.Registry(), Catalog: views{}, Resolver: expr.Resolver{ANSI: true}}
	if n, err = a.Analyze(context.Background(), n); err != nil {
		return err.Error()
	}
	n, _ = plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		if s, ok := n.(*plan.SubqueryAlias); ok {
			return s.Input, nil
		}
		return n, nil
	})
	return plan.Text(n)
}

// TestGolden shows what the shapes of queries come to. The input is one query.
func TestGolden(t *testing.T) {
	golden.Files(t, "testdata/*.golden", func(t *testing.T, file string) {
		golden.Run(t, file, func(c golden.Case) string { return analyzed(c.Input) })
	})
}
