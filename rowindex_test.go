package weir_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// The place of a row in its Parquet file is in its metadata, over batches of rows, row
// groups, splits of a file, filters and joins of columns (S10e).
func TestRowIndex(t *testing.T) {
	for _, split := range []string{"128MB", "40000"} {
		s, dir := warehouse(t, weir.WithConf("spark.sql.files.maxPartitionBytes", split))
		in := filepath.Join(dir, "in")
		rows := s.SQL("SELECT id, uuid() AS text FROM range(0, 50000, 1, 1)")
		if err := rows.Write().Parquet(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if err := s.Read().Parquet(in).CreateOrReplaceTempView("t"); err != nil {
			t.Fatal(err)
		}
		for sql, want := range map[string]string{
			"SELECT count(*), sum(_metadata.row_index) FROM t WHERE id = _metadata.row_index":              "50000 1249975000",
			"SELECT id, _metadata.row_index FROM t WHERE id > 49997":                                       "49998 49998 | 49999 49999",
			"SELECT id FROM t WHERE _metadata.row_index IN (3, 40000)":                                     "3 | 40000",
			"SELECT count(DISTINCT _metadata.file_name), max(_metadata.row_index) FROM t WHERE id % 7 = 1": "1 49995",
			"SELECT min(m.row_index), max(m.file_block_start) >= 0 FROM (SELECT _metadata AS m FROM t)":    "0 true",
		} {
			if got := rowsOf(t, s.SQL(sql)); got != want {
				t.Errorf("%s: %s: %s, want %s", split, sql, got, want)
			}
		}
		all, err := s.Read().Parquet(in).Select("_metadata").Schema(t.Context())
		if err != nil || !strings.HasSuffix(all.DDL(), "row_index: BIGINT NOT NULL> NOT NULL") {
			t.Errorf("%s, %v", all.DDL(), err)
		}
	}
	s, dir := warehouse(t)
	fileOf(t, dir+"/in/a.json", "{\"v\":1}\n")
	// The whole column is there for who names it.
	if names, err := s.Read().JSON(dir+"/in").Select("v", "_metadata").Columns(t.Context()); err != nil || len(names) != 2 {
		t.Errorf("%q, %v", names, err)
	}
	if _, err := s.Read().JSON(dir + "/in").Select("_metadata.row_index").Collect(t.Context()); err == nil {
		t.Error("JSON has a row_index")
	}
}
