package weir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
)

// steps are statements one after another, with the rows that each gives, or the
// condition in which it fails.
var steps = []struct{ sql, want string }{
	{"CREATE TABLE sales (id INT, city STRING, amount DOUBLE) USING json PARTITIONED BY (city)", ""},
	{"CREATE TABLE sales (id INT)", "TABLE_OR_VIEW_ALREADY_EXISTS"},
	{"CREATE TABLE IF NOT EXISTS sales (id INT)", ""},
	{"INSERT INTO sales VALUES (1, 2.5, 'Ulm'), (2, 4, 'Bonn')", ""},
	{"INSERT INTO sales (city, id) VALUES ('Ulm', 3)", ""},
	{"INSERT INTO sales VALUES (1)", "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"},
	{"INSERT INTO nowhere VALUES (1)", "TABLE_OR_VIEW_NOT_FOUND"},
	{"SELECT id, amount, city FROM default.sales ORDER BY id", "[1 2.5 Ulm] [2 4 Bonn] [3 <nil> Ulm]"},
	{"SELECT sum(amount) FROM spark_catalog.default.sales WHERE city = 'Ulm'", "[2.5]"},
	{"CREATE TABLE big AS SELECT city, count(*) AS n FROM sales GROUP BY city", ""},
	{"SELECT * FROM big ORDER BY city", "[Bonn 1] [Ulm 2]"},
	{"INSERT OVERWRITE big SELECT 'Kiel', 7", ""},
	{"SELECT * FROM big", "[Kiel 7]"},
	{"CREATE OR REPLACE TABLE big AS SELECT 1 AS x", ""},
	{"SELECT * FROM big", "[1]"},
	{"CREATE TEMPORARY VIEW one AS SELECT 1 AS a", ""},
	{"SHOW TABLES", "[default big false] [default sales false] [ one true]"},
	{"SHOW TABLES LIKE 's*|o*'", "[default sales false] [ one true]"},
	{"SHOW VIEWS", "[ one true]"},
	{"SHOW COLUMNS FROM sales", "[id] [amount] [city]"},
	{"SHOW FUNCTIONS LIKE 'row_num*'", "[row_number]"},
	{"DESCRIBE sales", "[id int <nil>] [amount double <nil>] [city string <nil>] [# Partition Information  ] [# col_name data_type comment] [city string <nil>]"},
	{"DESCRIBE FUNCTION rank", "[Function: rank] [Class: window function] [Usage: rank() is the rank of the row, from 1, where equal rows have the same and the next ones are left out.]"},
	{"DESCRIBE FUNCTION nothing", "UNRESOLVED_ROUTINE"},
	{"DESCRIBE QUERY SELECT 1 AS a", "[a int <nil>]"},
	{"USE default", ""},
	{"USE other", "SCHEMA_NOT_FOUND"},
	{"CACHE TABLE kept AS SELECT 5 AS f", ""},
	{"SELECT * FROM kept", "[5]"},
	{"UNCACHE TABLE IF EXISTS kept", ""},
	{"REFRESH TABLE sales", ""},
	{"REFRESH TABLE nowhere", "TABLE_OR_VIEW_NOT_FOUND"},
	{"DROP TABLE big", ""},
	{"DROP TABLE big", "TABLE_OR_VIEW_NOT_FOUND"},
	{"DROP TABLE IF EXISTS big", ""},
	{"DROP VIEW sales", "WRONG_COMMAND_FOR_OBJECT_TYPE"},
}

// TestTables runs statements on tables and views; another session finds the tables.
func TestTables(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "warehouse")
	open := func() *weir.Session {
		s, err := weir.Open(weir.WithConf("spark.sql.warehouse.dir", dir), weir.WithWorkers(1))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	s := open()
	for _, step := range steps {
		rows, err := s.SQL(step.sql).Collect(t.Context())
		got := strings.TrimSpace(strings.Trim(fmt.Sprint(rows), "[]"))
		if len(rows) > 0 {
			got = strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(rows), "["), "]")
		}
		if e, ok := err.(*fault.Error); ok {
			got = e.Condition.Name
		} else if err != nil {
			got = err.Error()
		}
		if got != step.want {
			t.Errorf("%s\ngot  %s\nwant %s", step.sql, got, step.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "big")); !os.IsNotExist(err) {
		t.Errorf("the files of a table that was dropped: %v", err)
	}
	if n, err := open().SQL("SELECT * FROM sales").Count(t.Context()); n != 3 || err != nil {
		t.Errorf("another session finds %d rows, %v", n, err)
	}
}

// TestExplainModes shows the plan, or the plan at each step.
func TestExplainModes(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for mode, want := range map[string]string{"": "Project", "EXTENDED": "== Analyzed Logical Plan ==", "FORMATTED": "== Physical Plan =="} {
		rows, err := s.SQL("EXPLAIN " + mode + " SELECT id + 1 FROM range(3)").Collect(t.Context())
		if err != nil || !strings.Contains(fmt.Sprint(rows), want) {
			t.Errorf("EXPLAIN %s gives %v, %v", mode, rows, err)
		}
	}
}
