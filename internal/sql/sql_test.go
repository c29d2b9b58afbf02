package sql

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/golden"
)

// TestGolden runs the cases of testdata: expr reads expressions, a line each;
// query and statements read the whole input.
func TestGolden(t *testing.T) {
	golden.Files(t, "testdata/*.golden", func(t *testing.T, file string) {
		golden.Run(t, file, func(c golden.Case) string {
			switch c.Command {
			case "expr":
				var out []string
				for _, line := range c.Lines() {
					e, err := ParseExpression(line)
					if err != nil {
						out = append(out, err.Error())
					} else {
						out = append(out, sexpr(e))
					}
				}
				return strings.Join(out, "\n")
			case "statements":
				list, err := ParseStatements(c.Input)
				if err != nil {
					return err.Error()
				}
				out := ""
				for _, s := range list {
					out += printStatement(s)
				}
				return out
			default:
				n, err := ParseQuery(c.Input)
				if err != nil {
					return err.Error()
				}
				return printPlan(n)
			}
		})
	})
}

// functionCase is a line of a file of recorded answers of Spark.
type functionCase struct{ Name, SQL, Error string }

// TestRecorded parses every statement of a file of recorded Spark answers, named
// by WEIR_FUNCTIONS; what Spark accepted must be accepted.
func TestRecorded(t *testing.T) {
	name := os.Getenv("WEIR_FUNCTIONS")
	if name == "" {
		t.Skip("WEIR_FUNCTIONS names no file")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, good, unsupported := 0, 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c functionCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		all++
		_, err := ParseStatements(c.SQL)
		switch {
		case err == nil, c.Error != "" && strings.Contains(err.Error(), "["+c.Error+"]"):
			good++
		case fault.Is(err, fault.UnsupportedFeature):
			unsupported++
		default:
			t.Errorf("%s\n%v", c.SQL, err)
		}
	}
	t.Logf("%d statements, %d parsed (%.2f %%), %d of features that weir does not have", all, good,
		100*float64(good)/float64(all), unsupported)
}

func mustExpr(t testing.TB, text string) expr.Expr {
	t.Helper()
	e, err := ParseExpression(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
