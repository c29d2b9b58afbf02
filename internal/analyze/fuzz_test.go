package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/analyze"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sql"
)

// FuzzAnalyze resolves and optimizes what parses, over two views: no panic, and no
// unresolved column in what comes out.
func FuzzAnalyze(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.golden")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			if _, input, ok := strings.Cut(block, "\n"); ok {
				input, _, _ = strings.Cut(input, "\n----")
				f.Add(input)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := sql.ParseQuery(text)
		if err != nil {
			return
		}
		a := &analyze.Analyzer{Registry: builtin.Registry(), Catalog: views{}, Resolver: expr.Resolver{ANSI: true}}
		if n, err = a.Analyze(t.Context(), n); err != nil {
			if e, ok := errors.AsType[*fault.Error](err); ok && (e.At.Start > e.At.Stop || e.At.Stop > len(e.At.Text)) {
				t.Fatalf("the error lies at %d..%d of %d", e.At.Start, e.At.Stop, len(e.At.Text))
			}
			return
		}
		if n, err = optimize.Optimize(n, &expr.Env{ANSI: true}); err == nil {
			_ = plan.Text(n)
		}
	})
}
