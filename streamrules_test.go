package weir_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

// What the declaration of a watermark may say (S110).
func TestWatermarkDeclarations(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	events := s.ReadStream().Schema("t TIMESTAMP, n BIGINT").JSON(t.TempDir())
	if err := events.CreateOrReplaceTempView("e"); err != nil {
		t.Fatal(err)
	}
	late := func(column, delay string) error {
		_, err := s.SQL("SELECT * FROM STREAM e WATERMARK " + column + " DELAY OF INTERVAL '" + delay + "'").Schema(t.Context())
		return err
	}
	conditionIs(t, late("n", "1 minute"), "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "n")
	conditionIs(t, late("u", "1 minute"), "UNRESOLVED_COLUMN.WITH_SUGGESTION", "u")
	conditionIs(t, late("t", "-1 minute"), "ILLEGAL_ARGUMENT", "should not be negative")
	conditionIs(t, late("t", "soon"), "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "soon")
	if err := late("t", "1 month"); err != nil {
		t.Errorf("a month: %v", err)
	}
	_, err = events.WithWatermark("t", time.Minute).Filter("n > 1").WithWatermark("t", 2*time.Minute).
		WriteStream().Format("noop").Start(t.Context())
	conditionIs(t, err, "_LEGACY_ERROR_TEMP_3076", "Redefining watermark is disallowed")
}

// A memory sink in complete mode has the whole result again after a restart (S64);
// rows that go to a function or to memory are not partitioned (S63).
func TestMemorySinkGoesOn(t *testing.T) {
	d := open(t)
	checkpoint := t.TempDir()
	counts := d.lines().GroupBy("value").Count()
	for i, file := range []string{"a", "b"} {
		d.put(file, "x", file, "x")
		q := d.start(counts.WriteStream().Format("memory").QueryName("m").OutputMode(weir.Complete).
			Option("checkpointLocation", checkpoint).Trigger(weir.AvailableNow()))
		if err := q.AwaitTermination(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []string{"a 1 | x 2", "a 1 | b 1 | x 4"}[i]
		if got := rowsOf(t, d.session.SQL("SELECT value, `count` FROM m ORDER BY 1")); got != want {
			t.Errorf("run %d: %s, want %s", i, got, want)
		}
	}
	partitioned := d.lines().WriteStream().PartitionBy("value")
	_, err := partitioned.ForeachBatch(func(context.Context, *weir.DataFrame, int64) error { return nil }).Start(t.Context())
	conditionIs(t, err, "_LEGACY_ERROR_TEMP_1197", "'foreachBatch' does not support partitioning")
	_, err = d.lines().WriteStream().PartitionBy("value").Format("memory").QueryName("n").Start(t.Context())
	conditionIs(t, err, "_LEGACY_ERROR_TEMP_1197", "'memory' does not support partitioning")
}

// Streams by the names of their columns (S31).
func TestUnionByNameOfStreams(t *testing.T) {
	d := open(t)
	d.put("a", "x")
	left := d.lines().SelectExpr("value AS a", "1 AS b")
	right := d.lines().SelectExpr("2 AS b", "upper(value) AS a")
	q := d.start(left.UnionByName(right, false).WriteStream().Format("memory").QueryName("u").Trigger(weir.AvailableNow()))
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, d.session.SQL("SELECT a, b FROM u ORDER BY a")); got != "X 2 | x 1" {
		t.Error(got)
	}
}

// The setting gives each query a directory of its own, by its name (S07).
func TestCheckpointBySetting(t *testing.T) {
	d := open(t)
	d.put("a", "x")
	dir := t.TempDir()
	if err := d.session.Set("spark.sql.streaming.checkpointLocation", dir); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		q := d.start(d.lines().WriteStream().Format("json").QueryName("named").Option("path", filepath.Join(dir, "out")).
			Trigger(weir.AvailableNow()))
		if err := q.AwaitTermination(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "named", "metadata")); err != nil {
		t.Error(err)
	}
	if got := rowsOf(t, d.session.Read().JSON(filepath.Join(dir, "out"))); got != "x" {
		t.Errorf("two runs wrote %s", got)
	}
}
