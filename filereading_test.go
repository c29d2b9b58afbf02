package weir_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// file writes a file of a test.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// The column _metadata is there where it is named, and * does not stand for it.
func TestMetadataColumn(t *testing.T) {
	s, dir := warehouse(t)
	fileOf(t, dir+"/in/a.json", "{\"v\":1}\n{\"v\":2}\n")
	fileOf(t, dir+"/in/b.json", "{\"v\":3}\n")
	if err := s.Read().JSON(dir + "/in").CreateOrReplaceTempView("t"); err != nil {
		t.Fatal(err)
	}
	if err := s.SQL("CREATE TEMPORARY VIEW of_file AS SELECT v, _metadata.file_name AS f FROM t").Err(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ sql, want string }{
		{"SELECT v, _metadata.file_name FROM t", "1 a.json | 2 a.json | 3 b.json"},
		{"SELECT * FROM t WHERE _metadata.file_name = 'b.json'", "3"},
		{"SELECT *, t._metadata.file_size FROM t WHERE v = 1", "1 16"},
		{"SELECT _metadata.file_name AS f, sum(v) FROM t GROUP BY 1", "a.json 3 | b.json 3"},
		{"SELECT v FROM t WHERE _metadata.file_block_start = 0 UNION ALL SELECT v FROM t WHERE v > 2", "1 | 2 | 3 | 3"},
		{"SELECT a.v, b._metadata.file_name FROM t a JOIN t b ON a.v + 1 = b.v", "1 a.json | 2 b.json"},
		{"SELECT v FROM t WHERE v = (SELECT max(u.v) FROM t u WHERE u._metadata.file_name = 'a.json')", "2"},
		{"SELECT v, v IN (SELECT v FROM t WHERE _metadata.file_name LIKE 'b%') FROM t", "1 false | 2 false | 3 true"},
		{"SELECT f FROM of_file WHERE v = 3", "b.json"},
	} {
		if got := rowsOf(t, s.SQL(tt.sql)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.sql, got, tt.want)
		}
	}
	all, err := s.SQL("SELECT * FROM t WHERE _metadata.file_size > 0").Schema(t.Context())
	if err != nil || all.Len() != 1 {
		t.Error(all, err)
	}
}

// Settings stand for options that are not given.
func TestFileSettings(t *testing.T) {
	var log strings.Builder
	s, dir := warehouse(t, weir.WithConf("spark.sql.files.maxRecordsPerFile", "2"), weir.WithConf("spark.sql.files.ignoreCorruptFiles", "true"),
		weir.WithConf("spark.sql.parquet.compression.codec", "zstd"), weir.WithConf("spark.sql.sources.default", "json"),
		weir.WithConf("spark.sql.sources.partitionColumnTypeInference.enabled", "false"), weir.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	out := dir + "/out"
	if err := s.SQL("SELECT id, id % 1 AS p FROM range(0, 5, 1, 1)").Write().PartitionBy("p").Option("int96RebaseMode", "x").Save(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if names, err := filepath.Glob(out + "/p=0/*.json"); err != nil || len(names) < 3 {
		t.Error(names, err)
	}
	if !strings.Contains(log.String(), "int96RebaseMode") {
		t.Error(log.String())
	}
	d := s.Read().Load(out)
	if got := rowsOf(t, d.Where("p = '0'").Select("id")); got != "0 | 1 | 2 | 3 | 4" {
		t.Error(got)
	}
	if err := s.Range(0, 3, 1).Write().Mode("overwrite").Parquet(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if names, err := filepath.Glob(out + "/*.zstd.parquet"); err != nil || len(names) == 0 {
		t.Error(names, err)
	}
	fileOf(t, out+"/bad.parquet", "no parquet")
	if got := rowsOf(t, s.Read().Schema("id LONG").Parquet(out)); got != "0 | 1 | 2" {
		t.Error(got)
	}
	if err := s.Set("spark.sql.files.ignoreCorruptFiles", "false"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read().Schema("id LONG").Parquet(out).Collect(t.Context()); condition(err) != "FAILED_READ_FILE.NO_HINT" {
		t.Error(err)
	}
	if err := s.Set("spark.sql.sources.partitionOverwriteMode", "sometimes"); condition(err) != "ILLEGAL_ARGUMENT" {
		t.Error(err)
	}
}

// Every format goes there and back through the API, as a table and in SQL.
func TestFormatsThereAndBack(t *testing.T) {
	s, dir := warehouse(t)
	rows := s.SQL("SELECT id, CAST(id AS DECIMAL(20,2)) AS d, named_struct('a', array(id), 'b', CAST(NULL AS STRING)) AS s FROM range(3)")
	for _, format := range []string{"parquet", "json", "avro", "arrow"} {
		out := filepath.Join(dir, format)
		if err := rows.Write().Format(format).Save(t.Context(), out); err != nil {
			t.Fatal(format, err)
		}
		got := rowsOf(t, s.Read().Format(format).Schema("id LONG, d DECIMAL(20,2), s STRUCT<a: ARRAY<LONG>, b: STRING>").Load(out).
			SelectExpr("id", "CAST(d AS STRING)", "s.a[0]", "s.b"))
		if got != "0 0.00 0 <nil> | 1 1.00 1 <nil> | 2 2.00 2 <nil>" {
			t.Errorf("%s: %s", format, got)
		}
		if got := rowsOf(t, s.SQL("SELECT count(*), max(id) FROM "+format+".`"+out+"`")); got != "3 2" {
			t.Errorf("%s: %s", format, got)
		}
	}
}
