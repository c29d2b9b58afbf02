package weir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
)

// keeper is a session over a warehouse, whose catalog fails by rules.
func keeper(t *testing.T, dir string, rules ...string) *weir.Session {
	t.Helper()
	disk, err := vfs.NewInject(vfs.Disk{}, rules...)
	if err != nil {
		t.Fatal(err)
	}
	s, err := weir.Open(weir.WithConf("spark.sql.warehouse.dir", dir), weir.Simulated(clock.System{}, disk))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// said is what a statement gives, or its error.
func said(t *testing.T, s *weir.Session, sql string) string {
	t.Helper()
	rows, err := s.SQL(sql).Collect(t.Context())
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(rows)
}

// What fails half way leaves the table as it was, and can be done again.
func TestStatementsThatFailHalfWay(t *testing.T) {
	dir := t.TempDir()
	s := keeper(t, dir)
	said(t, s, "CREATE TABLE t AS SELECT 1 AS a")
	for _, sql := range []string{"CREATE OR REPLACE TABLE t AS SELECT 'new' AS b", "DROP TABLE t", "ALTER TABLE t RENAME TO u",
		"ALTER TABLE t ADD COLUMNS (c INT)", "CREATE OR REPLACE TABLE t (b STRING)"} {
		broken := keeper(t, dir, "EIO on rename of tables/*", "EIO on link of tables/*")
		if got := said(t, broken, sql); !strings.Contains(got, "input/output error") {
			t.Errorf("%s: %s", sql, got)
		}
		if got := said(t, s, "SELECT * FROM t"); got != "[[1]]" {
			t.Errorf("after %s: %s", sql, got)
		}
	}
	if got := said(t, s, "INSERT OVERWRITE t SELECT CASE WHEN id = 3 THEN raise_error('stop') ELSE id END FROM range(5)"); !strings.Contains(got, "stop") {
		t.Error(got)
	}
	if got := said(t, s, "SELECT * FROM t"); got != "[[1]]" {
		t.Errorf("after INSERT OVERWRITE: %s", got)
	}
	for sql, want := range map[string]string{"CREATE OR REPLACE TABLE t AS SELECT 'new' AS b": "[[new]]", "CREATE OR REPLACE TABLE t (b STRING)": "[]"} {
		if got := said(t, s, sql) + said(t, s, "SELECT * FROM t"); got != "[]"+want {
			t.Errorf("%s: %s", sql, got)
		}
	}
	said(t, s, "DROP TABLE t")
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// A process that died while a table was dropped has left files; they are not those of the
// next table of the name. Files that are nobody's are in the way of a new table.
func TestFilesWithoutATable(t *testing.T) {
	dir := t.TempDir()
	s := keeper(t, dir)
	said(t, s, "CREATE TABLE t AS SELECT 1 AS a")
	half := keeper(t, dir, "EIO on remove of *")
	if got := said(t, half, "DROP TABLE t"); !strings.Contains(got, "input/output error") {
		t.Fatal(got)
	}
	if got := said(t, s, "CREATE TABLE t (a INT)") + said(t, s, "SELECT * FROM t"); got != "[][]" {
		t.Errorf("the next one: %s", got)
	}
	said(t, s, "CREATE TABLE foreign AS SELECT 1 AS a")
	if err := os.Remove(filepath.Join(dir, ".weir", "tables", "foreign.json")); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"CREATE TABLE foreign (a INT)", "CREATE TABLE foreign AS SELECT 2 AS a"} {
		if got := said(t, s, sql); !strings.Contains(got, fault.LocationExists.Name) {
			t.Errorf("%s: %s", sql, got)
		}
	}
	if got := said(t, s, "CREATE OR REPLACE TABLE foreign (b INT)") + said(t, s, "SELECT * FROM foreign"); got != "[][]" {
		t.Errorf("OR REPLACE: %s", got)
	}
}

// A damaged definition is told by name of its file, to whoever reads it.
func TestDamagedDefinition(t *testing.T) {
	dir := t.TempDir()
	s := keeper(t, dir)
	said(t, s, "CREATE TABLE t AS SELECT 1 AS a")
	said(t, s, "CREATE TABLE u AS SELECT 2 AS a")
	file := filepath.ToSlash(filepath.Join(dir, ".weir", "tables", "t.json"))
	if err := os.WriteFile(file, []byte(`{"name":`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"SELECT * FROM t", "INSERT INTO t VALUES (1)", "DROP TABLE t", "DESCRIBE t", "CREATE TABLE t (a INT)",
		"SHOW CREATE TABLE t", "CREATE OR REPLACE TABLE t AS SELECT 1 AS a"} {
		if got := said(t, s, sql); !strings.Contains(got, file) || !strings.Contains(got, "remove it") {
			t.Errorf("%s: %s", sql, got)
		}
	}
	if got := said(t, s, "SHOW TABLES") + said(t, s, "SELECT * FROM u"); got != "[[default t false] [default u false]][[2]]" {
		t.Error(got)
	}
}

// The forms of INSERT, as a real Spark answers them.
func TestInsertForms(t *testing.T) {
	s := keeper(t, t.TempDir())
	for _, c := range []struct{ sql, want string }{
		{"CREATE TABLE p (a INT, b STRING, d DATE) USING parquet PARTITIONED BY (d)", "[]"},
		{"INSERT INTO p PARTITION (d = '2024-01-03') VALUES (3, 'z')", "[]"},
		{"INSERT INTO p PARTITION (d = 'nodate') VALUES (3, 'z')", "CAST_INVALID_INPUT"},
		{"INSERT INTO p BY NAME SELECT 'n' AS b, DATE'2024-01-04' AS d, 4 AS a", "[]"},
		{"INSERT INTO p BY NAME SELECT 'n' AS b, 5 AS zz", "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS"},
		{"INSERT INTO p (b, a) VALUES ('only', 9)", "[]"},
		{"INSERT INTO p (b, a, A) VALUES ('only', 9, 9)", "COLUMN_ALREADY_EXISTS"},
		{"INSERT INTO p (b, nope) VALUES ('only', 9)", "UNRESOLVED_COLUMN.WITH_SUGGESTION"},
		{"INSERT INTO p REPLACE WHERE a > 1 VALUES (1, 'r', DATE'2024-01-01')", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
		{"INSERT INTO p PARTITION (a = 1) VALUES ('x', DATE'2024-01-01')", "PARTITIONS_NOT_FOUND"},
		{"INSERT INTO p PARTITION (d) (d, a, b) VALUES (DATE'2024-06-06', 6, 'six')", "[]"},
		{"INSERT INTO p PARTITION (d = '2024-07-07') (b, a) VALUES ('seven', 7)", "[]"},
		{"INSERT INTO p WITH q AS (SELECT 8 AS a, 'cte' AS b, DATE'2024-08-08' AS d) SELECT * FROM q", "[]"},
		{"SELECT a, b, CAST(d AS STRING) FROM p ORDER BY a", "[[3 z 2024-01-03] [4 n 2024-01-04] [6 six 2024-06-06] [7 seven 2024-07-07] " +
			"[8 cte 2024-08-08] [9 only <nil>]]"},
	} {
		if got := said(t, s, c.sql); got != c.want && !strings.HasPrefix(got, "["+c.want+"]") {
			t.Errorf("%s: %s, want %s", c.sql, got, c.want)
		}
	}
}
