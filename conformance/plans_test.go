package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/internal/sparkplan"
)

// TestPlans takes the plans of Spark Connect that WEIR_PLANS holds, files of the form
// *.proto.bin with one relation each, and asks that each becomes a logical plan and the
// same message again. It reports how many are understood too: what their columns are,
// over views of the names that they read.
func TestPlans(t *testing.T) {
	dir := os.Getenv("WEIR_PLANS")
	if dir == "" {
		t.Skip("WEIR_PLANS is not set; it names a folder of plans of Spark Connect")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.proto.bin"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s holds no *.proto.bin: %v", dir, err)
	}
	s := planSession(t)
	analysed := 0
	var refused []string
	for _, name := range names {
		short := strings.TrimSuffix(filepath.Base(name), ".proto.bin")
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m sparkpb.Relation
		if unknown, err := sparkpb.Unmarshal(data, &m); err != nil || len(unknown) > 0 {
			t.Errorf("%s: %v, unknown fields %v", short, err, unknown)
			continue
		}
		sent := sparkpb.Marshal(&m)
		if len(sent) != len(data) {
			t.Errorf("%s: %d bytes became %d", short, len(data), len(sent))
		}
		n, err := sparkplan.Decode(&m)
		if err != nil {
			t.Errorf("%s: %v", short, err)
			continue
		}
		back, err := sparkplan.Encode(n)
		if err != nil {
			t.Errorf("%s: %v", short, err)
			continue
		}
		if got := sparkpb.Marshal(back); !bytes.Equal(got, sent) {
			t.Errorf("%s: another message came back: %x, want %x", short, got, sent)
		}
		if _, err := s.Plan(n).Schema(t.Context()); err != nil {
			refused = append(refused, short+": "+oneLine(err))
			continue
		}
		analysed++
	}
	fmt.Printf("plans: %d, of which %d analyse, %.1f %%\n", len(names), analysed, 100*float64(analysed)/float64(len(names)))
	if testing.Verbose() {
		slices.Sort(refused)
		for _, r := range refused {
			t.Log(r)
		}
	}
}

func oneLine(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return "[" + e.Condition.Name + "] " + e.Message
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// planSession has views of the names that plans read, and stands in a folder with the
// files.
func planSession(t *testing.T) *weir.Session {
	s, err := weir.Open(weir.WithWorkers(1), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	work := filepath.Join(t.TempDir(), "work") // plans read ../common
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	people := filepath.Join("..", "common", "src", "test", "resources", "query-tests", "test-data")
	if err := os.MkdirAll(people, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"people.csv": "name;age;job\nAda;36;countess\n", "people.json": `{"name":"Ada","age":36}` + "\n",
		"people.txt": "Ada, 36\n"} {
		if err := os.WriteFile(filepath.Join(people, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	users := s.SQL("SELECT 'Ada' AS name, 'blue' AS favorite_color")
	if err := users.Write().Format("parquet").Save(t.Context(), filepath.Join(people, "users.parquet")); err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"myTable", "table"} {
		df := s.SQL("CREATE TEMPORARY VIEW `" + view + "` AS SELECT 1L AS id, 1 AS a, 1.0D AS b")
		if _, err := df.Collect(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// planCase is a plan as the client of a real Spark sends it, and what that Spark gave.
type planCase struct {
	Name   string          `json:"name"`
	Plan   []byte          `json:"plan"`
	Schema string          `json:"schema"`
	Rows   json.RawMessage `json:"rows"`
}

// TestPlansRun runs the plans of testdata/plans.jsonl, which PySpark made of programs of
// ours, and compares schemas and rows with those of a real Spark, in order where the plan
// ends in one.
func TestPlansRun(t *testing.T) {
	text, err := os.ReadFile("testdata/plans.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	s, err := weir.Open(weir.WithWorkers(2), weir.WithConf("spark.sql.session.timeZone", "UTC"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for line := range strings.Lines(string(text)) {
		var c planCase
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			if wrong := runPlan(t, s, c); wrong != "" {
				t.Error(wrong)
			}
		})
	}
}

func runPlan(t *testing.T, s *weir.Session, c planCase) string {
	var m sparkpb.Relation
	if unknown, err := sparkpb.Unmarshal(bytes.Clone(c.Plan), &m); err != nil || len(unknown) > 0 {
		return fmt.Sprint(err, unknown)
	}
	n, err := sparkplan.Decode(&m)
	if err != nil {
		return err.Error()
	}
	back, err := sparkplan.Encode(n)
	if err != nil {
		return err.Error()
	}
	// Python says switches that are off; what comes back is the same from then on.
	if n, err = sparkplan.Decode(back); err != nil {
		return err.Error()
	}
	again, err := sparkplan.Encode(n)
	if err != nil || !bytes.Equal(sparkpb.Marshal(back), sparkpb.Marshal(again)) {
		return fmt.Sprintf("another message came back the second time (%v)", err)
	}
	df := s.Plan(n)
	schema, err := df.Schema(t.Context())
	if err != nil {
		return err.Error()
	}
	if schema.String() != c.Schema {
		return fmt.Sprintf("schema %s, want %s", schema, c.Schema)
	}
	rows, err := df.Collect(t.Context())
	if err != nil {
		return err.Error()
	}
	got := make([]any, len(rows))
	for i, r := range rows {
		got[i] = asCase(schema.AsStruct(), []any(r))
	}
	var want []any
	dec := json.NewDecoder(bytes.NewReader(c.Rows))
	dec.UseNumber()
	if err := dec.Decode(&want); err != nil {
		return err.Error()
	}
	if !sameValue(got, want) {
		return fmt.Sprintf("rows %s, want %s", textOf(got), textOf(want))
	}
	return ""
}
