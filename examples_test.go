package weir_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// TestFunctionExamples computes the examples of functions/gen/table.txt. With -update it
// writes the answers there.
func TestFunctionExamples(t *testing.T) {
	const file = "functions/gen/table.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := weir.Open(weir.WithWorkers(1), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	update := flag.Lookup("update").Value.String() == "true"
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		cells := strings.SplitN(line, "|", 4)
		if len(cells) < 4 {
			continue
		}
		example, want, _ := strings.Cut(strings.TrimSpace(cells[3]), " → ")
		got, err := weir.CollectAs[*string](t.Context(), s.SQL("SELECT CAST("+example+" AS STRING) FROM VALUES (true), (false), (null) AS t(col) LIMIT 1"))
		answer := "NULL"
		switch {
		case err != nil:
			t.Errorf("%s:%d: %s: %v", file, i+1, example, err)
			continue
		case got[0] != nil:
			answer = *got[0]
		}
		if update {
			lines[i] = strings.Join(cells[:3], "|") + "| " + example + " → " + answer
		} else if answer != want {
			t.Errorf("%s:%d: %s is %s, not %s", file, i+1, example, answer, want)
		}
	}
	if update {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
