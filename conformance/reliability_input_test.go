//go:build unix

package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// through runs a stream of files to the end and gives its rows as text.
func through(t *testing.T, s *weir.Session, d *weir.DataFrame) ([]string, error) {
	t.Helper()
	dir := t.TempDir()
	q, err := d.WriteStream().Format("parquet").Trigger(weir.AvailableNow()).
		Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context(), filepath.Join(dir, "out"))
	if err != nil {
		return nil, err
	}
	if err := q.AwaitTermination(t.Context()); err != nil {
		return nil, err
	}
	rows, err := s.Read().Parquet(filepath.Join(dir, "out")).Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		out = append(out, strings.TrimSuffix(fmt.Sprintln(r...), "\n"))
	}
	slices.Sort(out)
	return out, nil
}

// same compares rows.
func same(t *testing.T, what string, got []string, err error, want ...string) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if !slices.Equal(got, want) {
		t.Errorf("%s: rows %q, want %q", what, got, want)
	}
}

func TestMalformedRows(t *testing.T) {
	s, dir := session(t), t.TempDir()
	file := filepath.Join(dir, "part-1.json")
	write(t, dir, "part-1.json", "{\"a\":1}\n{\"a\":\n{\"a\":\"x\"}\n{\"a\":4}\n")
	read := func(schema, mode string) *weir.DataFrame {
		return s.ReadStream().Schema(schema).Option("mode", mode).JSON(dir)
	}
	got, err := through(t, s, read("a BIGINT, _corrupt_record STRING", "PERMISSIVE"))
	same(t, "PERMISSIVE", got, err, "1 <nil>", "4 <nil>", `<nil> {"a":`, `<nil> {"a":"x"}`)
	got, err = through(t, s, read("a BIGINT", "DROPMALFORMED"))
	same(t, "DROPMALFORMED", got, err, "1", "4")
	_, err = through(t, s, read("a BIGINT", "FAILFAST"))
	refused(t, "FAILFAST", err, "MALFORMED_RECORD_IN_PARSING", file, "line 2", `{"a":`)

	csv := filepath.Join(dir, "csv", "p.csv")
	write(t, filepath.Dir(csv), "p.csv", "1,x\n2,y,z\nq,w\n")
	rows := func(schema, mode string) *weir.DataFrame {
		return s.ReadStream().Schema(schema).Option("mode", mode).CSV(filepath.Dir(csv))
	}
	got, err = through(t, s, rows("a INT, b STRING", "DROPMALFORMED"))
	same(t, "CSV, DROPMALFORMED", got, err, "1 x")
	_, err = through(t, s, rows("a INT, b STRING", "FAILFAST"))
	refused(t, "CSV, FAILFAST", err, "MALFORMED_RECORD_IN_PARSING", csv, "line 2", "2,y,z")
}

func TestInputThatCannotBeRead(t *testing.T) {
	s, dir := session(t), t.TempDir()
	gone := filepath.Join(dir, "gone")
	_, err := through(t, s, s.ReadStream().Schema("a INT").JSON(gone))
	refused(t, "a missing path", err, "PATH_NOT_FOUND", gone)

	good := filepath.Join(dir, "good")
	write(t, filepath.Join(dir, "in"), "1.json", `{"a":1,"b":"x"}`)
	q, err := s.ReadStream().Schema("a BIGINT, b STRING").JSON(filepath.Join(dir, "in")).WriteStream().Format("parquet").
		Trigger(weir.AvailableNow()).Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if err := q.AwaitTermination(t.Context()); err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(good, "*.parquet"))
	if err != nil || len(parts) != 1 {
		t.Fatal(parts, err)
	}
	whole, err := os.ReadFile(parts[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, len(whole) / 2, len(whole) - 1} {
		cut := filepath.Join(dir, fmt.Sprint("cut", n))
		write(t, cut, "p.parquet", string(whole[:n]))
		_, err = through(t, s, s.ReadStream().Schema("a BIGINT, b STRING").Parquet(cut))
		refused(t, fmt.Sprintf("%d of %d bytes of a Parquet file", n, len(whole)), err, "FAILED_READ_FILE", filepath.Join(cut, "p.parquet"))
	}
	other := filepath.Join(dir, "other")
	write(t, other, "p.parquet", string(whole))
	_, err = through(t, s, s.ReadStream().Schema("a BIGINT, b TIMESTAMP").Parquet(other))
	refused(t, "a schema that does not fit", err, "PARQUET_COLUMN_DATA_TYPE_MISMATCH", "p.parquet", "b")
	got, err := through(t, s, s.ReadStream().Schema("b STRING, c INT").Parquet(other))
	same(t, "a column that the file does not have", got, err, "x <nil>")
	_, err = through(t, s, s.ReadStream().JSON(other))
	refused(t, "no schema", err, "Schema must be specified")
}

func TestMisspelledNames(t *testing.T) {
	s, dir := session(t), t.TempDir()
	write(t, dir, "1.json", `{"word":"x","n":1}`)
	read := func() *weir.Reader { return s.ReadStream().Schema("word STRING, n BIGINT") }
	for _, c := range []struct {
		what  string
		frame func() *weir.DataFrame
		says  []string
	}{
		{"a format", func() *weir.DataFrame { return read().Format("jsno").Load(dir) }, []string{"DATA_SOURCE_NOT_FOUND", "json"}},
		{"an option", func() *weir.DataFrame { return read().Option("maxFilePerTrigger", 1).JSON(dir) }, []string{"maxFilesPerTrigger"}},
		{"an option's value", func() *weir.DataFrame { return read().Option("maxFilesPerTrigger", "many").JSON(dir) }, []string{"maxFilesPerTrigger", "many"}},
		{"a column", func() *weir.DataFrame { return read().JSON(dir).Select("wrod") }, []string{"UNRESOLVED_COLUMN", "did you mean `word`"}},
		{"a function", func() *weir.DataFrame { return read().JSON(dir).SelectExpr("uper(word)") }, []string{"UNRESOLVED_ROUTINE", "upper"}},
		{"a table", func() *weir.DataFrame { return s.Table("wordz") }, []string{"TABLE_OR_VIEW_NOT_FOUND", "words"}},
		{"a type", func() *weir.DataFrame { return s.ReadStream().Schema("word STRNG").JSON(dir) }, []string{"UNSUPPORTED_DATATYPE", "STRING"}},
	} {
		if err := read().JSON(dir).CreateOrReplaceTempView("words"); err != nil {
			t.Fatal(err)
		}
		_, err := through(t, s, c.frame())
		refused(t, c.what, err, c.says...)
	}
	refused(t, "a setting", s.Set("spark.sql.streaming.checkpointLocatoin", "x"), "checkpointLocation")
	_, err := read().JSON(dir).WriteStream().Format("consoel").Start(t.Context())
	refused(t, "a sink", err, "DATA_SOURCE_NOT_FOUND", "console")
	_, err = read().JSON(dir).WriteStream().Format("console").Option("numRow", 3).Start(t.Context())
	refused(t, "a sink's option", err, "numRows")
	_, err = read().JSON(dir).WriteStream().Format("console").OutputModeNamed("appendd").Start(t.Context())
	refused(t, "a mode", err, "STREAMING_OUTPUT_MODE.INVALID", "append")
}

func TestWrongSQL(t *testing.T) {
	s := session(t)
	for _, c := range []struct {
		text string
		says []string
	}{
		{"SELECT 1 +\nFROM t", []string{"PARSE_SYNTAX_ERROR", "line 2, column 1", "\nFROM t\n^"}},
		{"SELECT a, b\nFROM VALUES (1) AS t(a)", []string{"UNRESOLVED_COLUMN", "line 1, column 11", "^"}},
		{"SELECT\n  1 + DATE'2024-13-01'", []string{"INVALID_TYPED_LITERAL", "line 2, column 7", "^"}},
		{"SELECT 'open", []string{"PARSE_SYNTAX_ERROR", "line 1, column 8"}},
		{"SELEC 1", []string{"PARSE_SYNTAX_ERROR", "line 1, column 1", "SELEC 1\n^"}},
		{"SELECT\n\tCAST('x' AS INT)", []string{"CAST_INVALID_INPUT", "line 2, column 2", "^"}},
		{"SELECT 1 / 0", []string{"DIVIDE_BY_ZERO", "line 1, column 8", "^"}},
	} {
		_, err := s.SQL(c.text).Collect(t.Context())
		refused(t, c.text, err, c.says...)
	}
}
