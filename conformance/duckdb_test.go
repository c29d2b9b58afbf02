package conformance

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/types"
)

var (
	duckQueries = flag.Int("duckdb", 0, "how many random queries TestDuckDB gives to weir and to DuckDB; 0 skips it")
	duckSeed    = flag.Uint64("duckdb-seed", 1, "the seed of the first query of TestDuckDB")
)

// TestDuckDB gives random queries over random tables, in what the dialects of Spark and
// DuckDB have in common, to weir and to DuckDB, and compares the rows. What differs
// between the dialects is not generated; see duckquery_test.go.
//
//	go test ./conformance -run TestDuckDB -duckdb 5000 -count=1
func TestDuckDB(t *testing.T) {
	if *duckQueries == 0 {
		t.Skip("give -duckdb N for N random queries; it needs python3 with duckdb")
	}
	duck := startDuck(t)
	type failure struct {
		seed      uint64
		sql, text string
	}
	var failed []failure
	refused := 0
	for i := range uint64(*duckQueries) {
		seed := *duckSeed + i
		g := &duckQuery{rand: rand.New(rand.NewPCG(seed, 0)), budget: 3 + int(i%12)}
		s, err := weir.Open(weir.WithWorkers(1+int(seed%2)), weir.WithConf("spark.sql.session.timeZone", "UTC"))
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range g.tables() {
			if _, err := duck.run("CREATE OR REPLACE TABLE " + statement); err != nil {
				t.Fatalf("seed %d: %s: %v", seed, statement, err)
			}
			if err := s.SQL("CREATE OR REPLACE TEMPORARY VIEW " + statement).Err(); err != nil {
				t.Fatalf("seed %d: %s: %v", seed, statement, err)
			}
		}
		sql, ordered := g.query()
		want, duckErr := duck.run(sql)
		got, err := weirRows(t, s, sql)
		s.Close()
		switch {
		case err != nil && duckErr != nil:
			refused++
		case err != nil:
			failed = append(failed, failure{seed, sql, fmt.Sprintf("weir: %v", err)})
		case duckErr != nil:
			failed = append(failed, failure{seed, sql, fmt.Sprintf("DuckDB: %v", duckErr)})
		default:
			if text := compareRows(got, want, ordered); text != "" {
				failed = append(failed, failure{seed, sql, text})
			}
		}
	}
	slices.SortFunc(failed, func(a, b failure) int { return cmp.Compare(len(a.sql), len(b.sql)) })
	for _, f := range failed[:min(len(failed), 5)] {
		t.Errorf("seed %d:\n%s\n%s", f.seed, f.sql, f.text)
	}
	t.Logf("DuckDB: %d queries from seed %d, %d differ, %d fail in both", *duckQueries, *duckSeed, len(failed), refused)
}

// duck is a process that runs SQL in DuckDB.
type duck struct {
	in  io.Writer
	out *bufio.Reader
}

func startDuck(t *testing.T) *duck {
	t.Helper()
	if exec.Command("python3", "-c", "import duckdb").Run() != nil {
		t.Skip("there is no python3 with duckdb")
	}
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/run_duckdb.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait()
	})
	return &duck{in, bufio.NewReaderSize(out, 1<<20)}
}

// run gives the rows of a statement, cells as text.
func (d *duck) run(sql string) ([][]string, error) {
	line, err := json.Marshal(sql)
	if err != nil {
		return nil, err
	}
	if _, err := d.in.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	answer, err := d.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var a struct {
		Rows  [][][]string
		Error string
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return nil, err
	}
	if a.Error != "" {
		return nil, fmt.Errorf("%s", a.Error)
	}
	rows := make([][]string, len(a.Rows))
	for i, row := range a.Rows {
		for _, c := range row {
			switch {
			case c == nil:
				rows[i] = append(rows[i], "NULL")
			case c[0] == "n":
				f, err := strconv.ParseFloat(c[1], 64)
				if err != nil {
					return nil, err
				}
				rows[i] = append(rows[i], shortNumber(f))
			default:
				rows[i] = append(rows[i], c[0]+":"+c[1])
			}
		}
	}
	return rows, nil
}

// shortNumber is a number in nine digits: sums may add in another order.
func shortNumber(f float64) string {
	if math.Abs(f) < 1e-9 {
		f = 0
	}
	return "n:" + strconv.FormatFloat(f, 'g', 9, 64)
}

// weirRows are the rows of a query in the same form.
func weirRows(t *testing.T, s *weir.Session, sql string) ([][]string, error) {
	t.Helper()
	d := s.SQL(sql)
	schema, err := d.Schema(t.Context())
	if err != nil {
		return nil, err
	}
	list, err := d.Collect(t.Context())
	if err != nil {
		return nil, err
	}
	rows := make([][]string, len(list))
	for i, row := range list {
		for k, v := range row {
			rows[i] = append(rows[i], weirCell(v, schema.Fields[k].Type))
		}
	}
	return rows, nil
}

func weirCell(v any, t types.Type) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return "b:" + strconv.FormatBool(v)
	case types.Decimal:
		return shortNumber(v.Float64(t.Scale))
	case float64:
		return shortNumber(v)
	case int8:
		return shortNumber(float64(v))
	case int32:
		if t.Kind == types.Date {
			return "s:" + time.Unix(int64(v)*86400, 0).UTC().Format(time.DateOnly)
		}
		return shortNumber(float64(v))
	case int64:
		if t.Kind == types.Timestamp {
			return "s:" + time.UnixMicro(v).UTC().Format("2006-01-02T15:04:05")
		}
		return shortNumber(float64(v))
	case string:
		return "s:" + v
	}
	return fmt.Sprintf("%T %v", v, v)
}

// compareRows says how two results differ; empty where they do not.
func compareRows(got, want [][]string, ordered bool) string {
	if !ordered {
		for _, rows := range [][][]string{got, want} {
			slices.SortFunc(rows, slices.Compare)
		}
	}
	if slices.EqualFunc(got, want, slices.Equal) {
		return ""
	}
	text := fmt.Sprintf("weir has %d rows, DuckDB %d", len(got), len(want))
	shown := 0
	for i := range max(len(got), len(want)) {
		var a, b []string
		if i < len(got) {
			a = got[i]
		}
		if i < len(want) {
			b = want[i]
		}
		if !slices.Equal(a, b) && shown < 5 {
			text += fmt.Sprintf("\n  row %d\n    weir   %s\n    DuckDB %s", i, strings.Join(a, ", "), strings.Join(b, ", "))
			shown++
		}
	}
	return text
}
