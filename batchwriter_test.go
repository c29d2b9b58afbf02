package weir_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// condition is the name of an error's condition; "" for none.
func condition(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*weir.Error](err); ok {
		return e.Condition.Name
	}
	return err.Error()
}

func warehouse(t *testing.T, options ...weir.Option) (*weir.Session, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := weir.Open(append([]weir.Option{weir.WithConf("spark.sql.warehouse.dir", filepath.Join(dir, "wh")), weir.WithWorkers(2)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, dir
}

// rowsOf are the rows of a query as text, sorted.
func rowsOf(t *testing.T, d *weir.DataFrame) string {
	t.Helper()
	rows, err := d.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.Trim(fmt.Sprint([]any(r)), "[]"))
	}
	slices.Sort(lines)
	return strings.Join(lines, " | ")
}

// What Save refuses, by the conditions that a real Spark gave.
func TestWriteRefuses(t *testing.T) {
	s, dir := warehouse(t)
	three := s.Range(0, 3, 1)
	out := filepath.Join(dir, "out")
	if err := three.Write().Parquet(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	pair := s.SQL("SELECT 1 AS a, array(1) AS l, 'x' AS s")
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"the path exists", three.Write().Parquet(t.Context(), out), "PATH_ALREADY_EXISTS"},
		{"mode", three.Write().Mode("foo").Parquet(t.Context(), out), "INVALID_SAVE_MODE"},
		{"bucketBy", three.Write().BucketBy(2, "id").Parquet(t.Context(), out), "_LEGACY_ERROR_TEMP_1312"},
		{"bucketBy and sortBy", three.Write().BucketBy(2, "id").SortBy("id").Parquet(t.Context(), out), "_LEGACY_ERROR_TEMP_1313"},
		{"sortBy", three.Write().SortBy("id").SaveAsTable(t.Context(), "t"), "SORT_BY_WITHOUT_BUCKETING"},
		{"all columns partition", three.Write().PartitionBy("id").JSON(t.Context(), out+"1"), "ALL_PARTITION_COLUMNS_NOT_ALLOWED"},
		{"no such partition column", three.Write().PartitionBy("no").JSON(t.Context(), out+"1"), "_LEGACY_ERROR_TEMP_1155"},
		{"a partition column twice", pair.Write().PartitionBy("a", "A").JSON(t.Context(), out+"1"), "COLUMN_ALREADY_EXISTS"},
		{"a list as partition", pair.Write().PartitionBy("l").JSON(t.Context(), out+"1"), "INVALID_PARTITION_COLUMN_DATA_TYPE"},
		{"two columns of a name", s.SQL("SELECT 1 AS a, 2 AS A").Write().JSON(t.Context(), out+"1"), "COLUMN_ALREADY_EXISTS"},
		{"text of numbers", three.Write().Text(t.Context(), out+"1"), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"},
		{"text of several", pair.Drop("l").Write().Text(t.Context(), out+"1"), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"},
		{"csv of lists", pair.Write().CSV(t.Context(), out+"1"), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"},
		{"codec", three.Write().Option("compression", "foo").JSON(t.Context(), out+"1"), "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"},
		{"format", three.Write().Format("nope").Save(t.Context(), out+"1"), "DATA_SOURCE_NOT_FOUND"},
		{"orc", three.Write().Format("orc").Save(t.Context(), out+"1"), "DATA_SOURCE_NOT_FOUND"},
		{"no path", three.Write().Save(t.Context()), "_LEGACY_ERROR_TEMP_2047"},
		{"two paths", three.Write().Option("path", out).Save(t.Context(), out), "_LEGACY_ERROR_TEMP_1307"},
		{"a stream", s.ReadStream().Format("rate").Load().Write().JSON(t.Context(), out+"1"), "CALL_ON_STREAMING_DATASET_UNSUPPORTED"},
	} {
		if got := condition(tt.err); got != tt.want {
			t.Errorf("%s: %s, want %s: %v", tt.name, got, tt.want, tt.err)
		}
	}
	if _, err := os.Stat(out + "1"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused write left something behind")
	}
}

func TestWriteModes(t *testing.T) {
	s, dir := warehouse(t)
	out := filepath.Join(dir, "out")
	pairs := s.SQL("SELECT id, id % 2 AS p FROM range(4)")
	steps := []struct {
		do   func() error
		want string
	}{
		{func() error { return pairs.Write().PartitionBy("p").JSON(t.Context(), out) }, "0 0 | 1 1 | 2 0 | 3 1"},
		{func() error { return pairs.Write().Mode("ignore").JSON(t.Context(), out) }, "0 0 | 1 1 | 2 0 | 3 1"},
		{func() error {
			return s.SQL("SELECT 9 AS id, 1 AS p").Write().Mode("overwrite").Option("partitionOverwriteMode", "dynamic").PartitionBy("p").
				JSON(t.Context(), out)
		}, "0 0 | 2 0 | 9 1"},
		{func() error {
			return s.SQL("SELECT 8 AS id, 1 AS p").Write().Mode("append").PartitionBy("p").JSON(t.Context(), out)
		}, "0 0 | 2 0 | 8 1 | 9 1"},
		// What is read may be overwritten by what was made of it.
		{func() error {
			return s.Read().JSON(out).Where("id > 1").Write().Mode("overwrite").PartitionBy("p").JSON(t.Context(), out)
		}, "2 0 | 8 1 | 9 1"},
		{func() error { return pairs.Limit(0).Write().Mode("overwrite").PartitionBy("p").JSON(t.Context(), out) }, ""},
	}
	for i, step := range steps {
		if err := step.do(); err != nil {
			t.Fatal(i, err)
		}
		if got := rowsOf(t, s.Read().Schema("id LONG, p LONG").JSON(out)); got != step.want {
			t.Errorf("step %d: %s, want %s", i, got, step.want)
		}
	}
}

// A write that fails half-way leaves what was there.
func TestFailedWriteLeavesOldRows(t *testing.T) {
	s, dir := warehouse(t)
	out := filepath.Join(dir, "out")
	if err := s.Range(0, 3, 1).Write().JSON(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	bad := s.SQL("SELECT CAST(IF(id < 20000, '1', 'x') AS INT) AS id FROM range(20001)")
	if err := bad.Write().Mode("overwrite").JSON(t.Context(), out); condition(err) != "CAST_INVALID_INPUT" {
		t.Error(err)
	}
	if got := rowsOf(t, s.Read().JSON(out)); got != "0 | 1 | 2" {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(out, "_temporary")); !errors.Is(err, os.ErrNotExist) {
		t.Error("something staged is left")
	}
}

func TestTablesByWriter(t *testing.T) {
	s, _ := warehouse(t)
	pairs := s.SQL("SELECT id, id % 2 AS p FROM range(4)")
	type step struct {
		name string
		do   func() error
		want string // the condition, or the rows of the table
	}
	table := "pairs"
	for _, tt := range []step{
		{"make", func() error { return pairs.Write().PartitionBy("p").SaveAsTable(t.Context(), table) }, "0 0 | 1 1 | 2 0 | 3 1"},
		{"exists", func() error { return pairs.Write().SaveAsTable(t.Context(), table) }, "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"ignore", func() error { return pairs.Write().Mode("ignore").SaveAsTable(t.Context(), table) }, "0 0 | 1 1 | 2 0 | 3 1"},
		{"another format", func() error {
			return pairs.Write().Format("json").Mode("append").PartitionBy("p").SaveAsTable(t.Context(), table)
		}, "_LEGACY_ERROR_TEMP_1159"},
		{"other partitions", func() error { return pairs.Write().Mode("append").SaveAsTable(t.Context(), table) }, "_LEGACY_ERROR_TEMP_1163"},
		{"other columns", func() error {
			return pairs.ToDF("x", "p").Write().Mode("append").PartitionBy("p").SaveAsTable(t.Context(), table)
		}, "_LEGACY_ERROR_TEMP_1162"},
		{"too few columns", func() error {
			return pairs.Select("p").Write().Mode("append").PartitionBy("p").SaveAsTable(t.Context(), table)
		}, "_LEGACY_ERROR_TEMP_1161"},
		{"append by name", func() error {
			return s.SQL("SELECT 0L AS p, 7L AS id").Write().Mode("append").PartitionBy("p").SaveAsTable(t.Context(), table)
		}, "0 0 | 1 1 | 2 0 | 3 1 | 7 0"},
		{"insert by place", func() error { return s.SQL("SELECT 8L, 1L").Write().InsertInto(t.Context(), table) }, "0 0 | 1 1 | 2 0 | 3 1 | 7 0 | 8 1"},
		{"insert with partitionBy", func() error { return pairs.Write().PartitionBy("p").InsertInto(t.Context(), table) },
			"PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO"},
		{"insert of text", func() error { return s.SQL("SELECT '1', 1L").Write().InsertInto(t.Context(), table) },
			"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST"},
		{"insert of a day", func() error { return s.SQL("SELECT current_date(), 1L").Write().InsertInto(t.Context(), table) },
			"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST"},
		{"insert into nothing", func() error { return pairs.Write().InsertInto(t.Context(), "nope") }, "TABLE_OR_VIEW_NOT_FOUND"},
		{"overwrite a partition", func() error {
			return s.SQL("SELECT 9L, 1L").Write().Mode("overwrite").Option("partitionOverwriteMode", "dynamic").InsertInto(t.Context(), table)
		}, "0 0 | 2 0 | 7 0 | 9 1"},
		{"overwrite", func() error { return s.SQL("SELECT 9L, 1L").Write().Mode("overwrite").InsertInto(t.Context(), table) }, "9 1"},
		{"replace", func() error { return s.Range(0, 2, 1).Write().Mode("overwrite").SaveAsTable(t.Context(), table) }, "0 | 1"},
	} {
		err := tt.do()
		got := condition(err)
		if err == nil {
			got = rowsOf(t, s.Table(table))
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s: %v", tt.name, got, tt.want, err)
		}
	}
}
