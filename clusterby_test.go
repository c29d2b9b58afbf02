package weir_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/weirtest"
)

// Clusters are checked where a table is made, and change nothing in files; so it is with
// Spark 4.3 (S04).
func TestClusterBy(t *testing.T) {
	dir := t.TempDir()
	s, err := weir.Open(weir.WithConf("spark.sql.warehouse.dir", filepath.Join(dir, "warehouse")))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SQL("SELECT * FROM VALUES ('mon', 1), ('tue', 2) AS v(day, n)").Write().JSON(t.Context(), filepath.Join(dir, "in")); err != nil {
		t.Fatal(err)
	}
	writer := func(name string) *weir.StreamWriter {
		return s.ReadStream().Schema("day STRING, n INT").JSON(filepath.Join(dir, "in")).WriteStream().Trigger(weir.AvailableNow()).
			Option("checkpointLocation", filepath.Join(dir, "ck", name))
	}
	q, err := writer("files").ClusterBy("nosuch").Start(t.Context(), filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	if q, err = writer("table").ClusterBy("N", "day").ToTable(t.Context(), "clicks"); err != nil {
		t.Fatal(err)
	}
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*weir.DataFrame{"files": s.Read().Parquet(filepath.Join(dir, "files")), "table": s.Table("clicks")} {
		if got, err := weirtest.Collect(t.Context(), d); err != nil || !slices.Equal(got, []string{"mon | 1", "tue | 2"}) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	_, err = writer("none").ClusterBy("nosuch").ToTable(t.Context(), "none")
	if err == nil || !strings.Contains(err.Error(), "Clustering column nosuch not found in existing columns (day, n).") {
		t.Errorf("a cluster of no column: %v", err)
	}
	_, err = writer("both").ClusterBy("n").PartitionBy("day").Start(t.Context(), filepath.Join(dir, "both"))
	if !fault.Is(err, fault.ClusterByWithPartitions) {
		t.Errorf("clusters and partitions: %v", err)
	}
}

// What SELECT FROM STREAM and ReadStream say of views that are none of a stream, and that a
// view of one is read without either, as in Spark 4.3 (S06).
func TestViewsOfStreams(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.ReadStream().Format("rate").Load().CreateOrReplaceTempView("sv"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SQL("CREATE TEMP VIEW plain AS SELECT 1 AS a").Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]*weir.DataFrame{
		"view": s.SQL("SELECT * FROM sv"), "stream": s.SQL("SELECT * FROM STREAM sv"), "stream()": s.SQL("SELECT * FROM STREAM(sv)"),
		"readStream": s.ReadStream().Table("sv"), "read": s.Read().Table("sv"),
	} {
		if streaming, err := d.IsStreaming(t.Context()); err != nil || !streaming {
			t.Errorf("%s of a view of a stream: %v, %v", name, streaming, err)
		}
	}
	for name, d := range map[string]*weir.DataFrame{"stream": s.SQL("SELECT * FROM STREAM plain"), "readStream": s.ReadStream().Table("plain")} {
		if _, err := d.IsStreaming(t.Context()); !fault.Is(err, fault.UnsupportedFeature) || !strings.Contains(err.Error(), "the view is no stream") {
			t.Errorf("%s of a view of no stream: %v", name, err)
		}
	}
}
