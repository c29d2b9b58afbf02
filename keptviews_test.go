package weir_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
	files "github.com/weirstream/weir/connector/file"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/internal/vfs"
)

// TestKeptViews runs statements on what the catalog keeps. What they give is what a real
// Spark gave.
func TestKeptViews(t *testing.T) {
	s, dir := warehouse(t)
	for _, c := range []struct{ text, want string }{
		{"CREATE TABLE t1 (id INT, name STRING COMMENT 'who', p STRING) USING json PARTITIONED BY (p) COMMENT 'a table' TBLPROPERTIES ('k'='v')", ""},
		{"INSERT INTO t1 VALUES (1,'a','x'),(2,'b','y')", ""},
		{"CREATE VIEW v1 (a COMMENT 'first', b) COMMENT 'a view' TBLPROPERTIES ('vk'='vv') AS SELECT id, name FROM t1 WHERE id > 1", ""},
		{"SELECT * FROM v1", "[2 b]"},
		{"SELECT v1.a FROM default.v1 JOIN t1 ON t1.id = v1.a", "[2]"},
		{"CREATE VIEW v1 AS SELECT 1", "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"CREATE VIEW IF NOT EXISTS v1 AS SELECT 1", ""},
		{"CREATE VIEW t1 AS SELECT 1", "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"CREATE OR REPLACE VIEW t1 AS SELECT 1", "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE"},
		{"CREATE TABLE v1 (a INT) USING parquet", "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"CREATE VIEW v2 AS SELECT * FROM nope", "TABLE_OR_VIEW_NOT_FOUND"},
		{"CREATE TEMPORARY VIEW tv AS SELECT 1 AS x", ""},
		{"CREATE VIEW v3 AS SELECT * FROM tv", "INVALID_TEMP_OBJ_REFERENCE"},
		{"CREATE VIEW v3 AS WITH tv AS (SELECT 2 AS x) SELECT x IN (SELECT x FROM tv) AS y FROM tv", ""},
		{"SELECT * FROM v3", "[true]"},
		{"CREATE VIEW v4 AS SELECT 1 AS a, 2 AS a", "COLUMN_ALREADY_EXISTS"},
		{"CREATE VIEW v5 (a) AS SELECT 1, 2", "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"},
		{"CREATE VIEW v5 (a, b, c) AS SELECT 1, 2", "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"},
		{"CREATE VIEW other.v AS SELECT 1", "SCHEMA_NOT_FOUND"},
		{"CREATE VIEW v6 AS SELECT a FROM v1", ""},
		{"CREATE OR REPLACE VIEW v1 (a, b) AS SELECT a, a FROM v6", "RECURSIVE_VIEW"},
		{"CREATE GLOBAL TEMPORARY VIEW gv AS SELECT 7 AS x", ""},
		{"SELECT * FROM global_temp.gv", "[7]"},
		{"SELECT * FROM gv", "TABLE_OR_VIEW_NOT_FOUND"},
		{"SHOW VIEWS", "[default v1 false] [default v3 false] [default v6 false] [ tv true]"},
		{"SHOW VIEWS IN global_temp", "[global_temp gv true] [ tv true]"},
		{"SHOW TABLES LIKE 't*'", "[default t1 false] [ tv true]"},
		{"SHOW TABLES IN nope", "SCHEMA_NOT_FOUND"},
		{"DESCRIBE v1", "[a int first] [b string who]"},
		{"SHOW CREATE TABLE v1", "[CREATE VIEW default.v1 (\n  a COMMENT 'first',\n  b COMMENT 'who')\nCOMMENT 'a view'\nTBLPROPERTIES (\n" +
			"  'vk' = 'vv')\nWITH SCHEMA COMPENSATION\nAS SELECT id, name FROM t1 WHERE id > 1\n]"},
		{"SHOW CREATE TABLE tv", "EXPECT_PERMANENT_VIEW_NOT_TEMP"},
		{"SHOW TBLPROPERTIES v1", "[vk vv]"},
		{"INSERT INTO v1 VALUES (1, 'a')", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"},
		{"TRUNCATE TABLE v1", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"},
		{"ALTER VIEW v1 AS SELECT 5 AS five", ""},
		{"SELECT * FROM v1", "[5]"},
		{"ALTER VIEW t1 AS SELECT 5 AS five", "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE"},
		{"ALTER TABLE v1 SET TBLPROPERTIES ('a'='b')", "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW"},
		{"DROP VIEW t1", "WRONG_COMMAND_FOR_OBJECT_TYPE"},
		{"DROP VIEW IF EXISTS t1", "WRONG_COMMAND_FOR_OBJECT_TYPE"},
		{"DROP VIEW v1", ""},
		{"DROP VIEW v1", "TABLE_OR_VIEW_NOT_FOUND"},
		{"DROP VIEW global_temp.gv", ""},
		{"TRUNCATE TABLE t1 PARTITION (p = 'x')", ""},
		{"SELECT * FROM t1", "[2 b y]"},
		{"TRUNCATE TABLE t1 PARTITION (id = 1)", "PARTITIONS_NOT_FOUND"},
		{"SET spark.sql.sources.partitionOverwriteMode = dynamic", "[spark.sql.sources.partitionOverwriteMode dynamic]"},
		{"TRUNCATE TABLE t1", ""},
		{"SELECT * FROM t1", ""},
		{"TRUNCATE TABLE nope", "TABLE_OR_VIEW_NOT_FOUND"},
		{"INSERT INTO t1 VALUES (1,'a','x'),(2,'b','y')", ""},
		{"CREATE TABLE l1 LIKE t1", ""},
		{"SHOW CREATE TABLE l1", "[CREATE TABLE spark_catalog.default.l1 (\n  id INT,\n  name STRING COMMENT 'who',\n  p STRING)\nUSING json\nPARTITIONED BY (p)\n]"},
		{"CREATE TABLE l1 LIKE t1", "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"CREATE TABLE IF NOT EXISTS l1 LIKE t1", ""},
		{"CREATE TABLE l3 LIKE nope", "TABLE_OR_VIEW_NOT_FOUND"},
		{"CREATE TABLE l2 LIKE tv USING json", ""},
		{"INSERT INTO l2 VALUES (3)", ""},
		{"SELECT * FROM l2", "[3]"},
		{"ALTER TABLE t1 RENAME TO t2", ""},
		{"SELECT count(*) FROM t2", "[2]"},
		{"ALTER TABLE nope RENAME TO nope2", "TABLE_OR_VIEW_NOT_FOUND"},
		{"ALTER TABLE t2 RENAME TO l1", "TABLE_OR_VIEW_ALREADY_EXISTS"},
		{"ALTER TABLE t2 ADD COLUMNS (extra INT COMMENT 'more', z STRING)", ""},
		{"SELECT * FROM t2 ORDER BY id", "[1 a <nil> <nil> x] [2 b <nil> <nil> y]"},
		{"ALTER TABLE t2 ADD COLUMN name INT", "COLUMN_ALREADY_EXISTS"},
		{"ALTER TABLE t2 DROP COLUMN z", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
		{"ALTER TABLE t2 SET TBLPROPERTIES ('k2'='v2', 'k'='w')", ""},
		{"ALTER TABLE t2 UNSET TBLPROPERTIES ('k2', 'nope')", ""},
		{"SHOW TBLPROPERTIES t2", "[k w]"},
		{"COMMENT ON TABLE t2 IS 'new comment'", ""},
		{"MSCK REPAIR TABLE t2", ""},
		{"UPDATE t2 SET id = 1", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
		{"DELETE FROM t2", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
		{"MERGE INTO t2 USING t2 AS s ON t2.id = s.id WHEN MATCHED THEN DELETE", "UNSUPPORTED_FEATURE.TABLE_OPERATION"},
		{"CREATE DATABASE d1", "UNSUPPORTED_FEATURE"},
		{"DROP TABLE t2", ""},
		{"DROP TABLE v3", ""},
		{"CREATE OR REPLACE TABLE l1 AS SELECT 1 AS a", ""},
		{"CREATE OR REPLACE TABLE l1 AS SELECT a + 1 AS a FROM l1", ""},
		{"SELECT * FROM l1", "[2]"},
		{"CREATE TABLE far (a INT) USING json LOCATION '" + dir + "/far'", ""},
		{"TRUNCATE TABLE far", "_LEGACY_ERROR_TEMP_1266"},
	} {
		rows, err := s.SQL(c.text).Collect(t.Context())
		got := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(rows), "["), "]")
		if err != nil {
			got = condition(err)
		}
		if got != c.want {
			t.Errorf("%s\n\tgave %s\n\twant %s (%v)", c.text, got, c.want, err)
		}
	}
}

// A view's literals are in the time zone of the session that made it, as a query's are
// in its own.
func TestTextsAreReadInTheirZone(t *testing.T) {
	s, _ := warehouse(t, weir.WithConf("spark.sql.session.timeZone", "Asia/Tokyo"))
	if err := s.SQL("CREATE VIEW v AS SELECT unix_timestamp(TIMESTAMP '1970-01-02 00:00:00') AS n").Err(); err != nil {
		t.Fatal(err)
	}
	const text = "SELECT unix_timestamp(TIMESTAMP '1970-01-02 00:00:00') AS n"
	if got := rowsOf(t, s.SQL(text)); got != "54000" {
		t.Error(got)
	}
	if err := s.Set("spark.sql.session.timeZone", "UTC"); err != nil {
		t.Fatal(err)
	}
	if got := rowsOf(t, s.SQL(text)) + " " + rowsOf(t, s.SQL("SELECT * FROM v")); got != "86400 54000" {
		t.Error(got)
	}
}

// The machine dies in every operation of CREATE OR REPLACE TABLE … AS: the table is then
// the old one or the new one, and the new one once the statement returned. DROP TABLE
// leaves nothing of either.
func TestReplacedTableSurvivesEveryCrash(t *testing.T) {
	open := func(disk vfs.FS) *weir.Session {
		s, err := weir.Open(weir.Simulated(clock.NewManual(time.Unix(0, 0)), disk), weir.WithWorkers(1),
			weir.WithConnectors(files.Formats(disk)...), weir.WithConf("spark.sql.warehouse.dir", "/warehouse"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const before, after = `{"old":1}`, `{"new":"x","old":1}`
	seen := map[string]int{}
	for k := 1; ; k++ {
		disk := vfs.NewCrash()
		s := open(disk)
		if err := s.SQL("CREATE TABLE t USING json AS SELECT 1 AS old").Err(); err != nil {
			t.Fatal(err)
		}
		disk.StopAt(len(disk.Ops()) + k)
		err := s.SQL("CREATE OR REPLACE TABLE t USING json AS SELECT 'x' AS new, old FROM t").Err()
		s.Close()
		for seed := range uint64(4) {
			image := disk.Image(seed)
			s := open(image)
			got := strings.Join(texts(t, s.SQL("SELECT * FROM t")), " ")
			seen[got]++
			if got != after && (err == nil || got != before) {
				t.Fatalf("crash in operation %d, seed %d: %s; the statement gave %v", k, seed, got, err)
			}
			if err := s.SQL("DROP TABLE t").Err(); err != nil {
				t.Fatal(err)
			}
			left, err := image.ReadDir("/warehouse")
			if err != nil || len(left) != 1 || left[0].Name() != ".weir" {
				t.Fatalf("crash in operation %d, seed %d: DROP TABLE leaves %v, %v", k, seed, left, err)
			}
			s.Close()
		}
		if err == nil {
			break
		}
	}
	if seen[before] == 0 || seen[after] == 0 {
		t.Error(seen)
	}
}
