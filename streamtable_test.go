package weir_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// A stream writes into a table, which it creates, and another stream reads it (S25,
// S66).
func TestTablesOfStreams(t *testing.T) {
	dir := t.TempDir()
	s, err := weir.Open(weir.WithWorkers(2), weir.WithConf("spark.sql.warehouse.dir", filepath.Join(dir, "warehouse")))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := filepath.Join(dir, "in")
	add := func(values string) {
		t.Helper()
		d := s.SQL("SELECT * FROM VALUES " + values + " AS v(day, n)")
		if err := d.Write().Mode("append").JSON(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	add("('mon', 1), ('tue', 2)")
	run := func(w *weir.StreamWriter, table string) error {
		t.Helper()
		q, err := w.Trigger(weir.AvailableNow()).Option("checkpointLocation", filepath.Join(dir, "ck", table)).ToTable(t.Context(), table)
		if err != nil {
			return err
		}
		return q.AwaitTermination(t.Context())
	}
	want := func(table string, rows ...string) {
		t.Helper()
		got, err := weirtest.Collect(t.Context(), s.Table(table))
		if err != nil || !slices.Equal(got, rows) {
			t.Errorf("%s: %q, %v", table, got, err)
		}
	}
	source := func() *weir.StreamWriter { return s.ReadStream().Schema("n INT, day STRING").JSON(in).WriteStream() }
	for range 2 {
		if err := run(source().PartitionBy("day"), "clicks"); err != nil {
			t.Fatal(err)
		}
		want("clicks", "1 | mon", "2 | tue")
	}
	add("('wed', 3)")
	if err := run(source(), "clicks"); err != nil { // it is partitioned as it is
		t.Fatal(err)
	}
	want("clicks", "1 | mon", "2 | tue", "3 | wed")
	if err := run(s.ReadStream().Table("clicks").Filter("n > 1").WriteStream(), "some"); err != nil {
		t.Fatal(err)
	}
	want("some", "2 | tue", "3 | wed")

	if err := s.Table("clicks").CreateOrReplaceTempView("view"); err != nil {
		t.Fatal(err)
	}
	for what, w := range map[string]*weir.StreamWriter{"cannot write": source(), "holds parquet": source().Format("json"),
		"partitioned by": source().PartitionBy("n"), "no streaming source": s.Table("clicks").WriteStream()} {
		table := "clicks"
		switch what {
		case "cannot write":
			table = "view"
		case "no streaming source":
			table = "fresh"
		}
		if err := run(w, table); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := run(source().OutputMode(weir.Complete), "fresh"); err == nil {
		t.Error("complete mode without an aggregation")
	}
	if got, err := s.Table("fresh").Collect(t.Context()); err == nil {
		t.Errorf("a start that failed left a table: %v", got)
	}
}
