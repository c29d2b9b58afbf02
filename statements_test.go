package weir_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// TestStatements runs statements one after another in one session: what they give, or
// the condition that they fail with.
func TestStatements(t *testing.T) {
	s, err := weir.Open(weir.WithWorkers(1), weir.WithConf("spark.sql.warehouse.dir", t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct{ text, want string }{
		{"CREATE TABLE t (a INT, b STRING) USING parquet PARTITIONED BY (b) COMMENT 'x' TBLPROPERTIES ('k' = 'v')", ""},
		{"INSERT INTO t VALUES (1, 'x'), (2, 'y')", ""},
		{"INSERT INTO t PARTITION (b = 'w') VALUES (4)", ""},
		{"INSERT INTO t PARTITION (b) SELECT 5, 'v'", ""},
		{"INSERT INTO t PARTITION (a = 1) VALUES ('x')", "PARTITIONS_NOT_FOUND"},
		{"INSERT INTO t BY NAME SELECT 'q' AS b, 6 AS a", ""},
		{"INSERT OVERWRITE t PARTITION (b = 'x') SELECT 8", ""},
		{"SELECT * FROM t ORDER BY a", "[2 y] [4 w] [5 v] [6 q] [8 x]"},
		{"SHOW PARTITIONS t", "[b=q] [b=v] [b=w] [b=x] [b=y]"},
		{"INSERT OVERWRITE t PARTITION (b = 'w') SELECT 1 WHERE false", ""},
		{"SELECT count(*) FROM t WHERE b = 'w'", "[0]"},
		{"SHOW PARTITIONS t", "[b=q] [b=v] [b=x] [b=y]"},
		{"SET spark.sql.sources.partitionOverwriteMode = dynamic", "[spark.sql.sources.partitionOverwriteMode dynamic]"},
		{"INSERT OVERWRITE t PARTITION (b = 'v') SELECT 1 WHERE false", ""},
		{"INSERT OVERWRITE t PARTITION (b) SELECT 1, 'n' WHERE false", ""},
		{"SELECT count(*) FROM t", "[3]"},
		{"INSERT INTO t PARTITION (b = 'w') VALUES (4), (5)", ""},
		{"SHOW PARTITIONS t PARTITION (b = 'y')", "[b=y]"},
		{"SHOW TBLPROPERTIES t", "[k v]"},
		{"SHOW DATABASES", "[default]"},
		{"SHOW USER FUNCTIONS", ""},
		{"SHOW COLUMNS FROM t IN default", "[a] [b]"},
		{"DESCRIBE t b", "[col_name b] [data_type string] [comment NULL]"},
		{"DESCRIBE t c", "UNRESOLVED_COLUMN.WITH_SUGGESTION"},
		{"DESCRIBE DATABASE nope", "SCHEMA_NOT_FOUND"},
		{"DECLARE x INT DEFAULT 5", ""},
		{"DECLARE x INT", "VARIABLE_ALREADY_EXISTS"},
		{"DECLARE OR REPLACE VARIABLE y STRING = 'a'", ""},
		{"SELECT x, session.y, a FROM t WHERE a = x", "[5 a 5]"},
		{"SET VAR x = x + 1, y = DEFAULT", ""},
		{"SET VARIABLE (x, y) = (SELECT x + 1, 'b')", ""},
		{"SET VAR (x, y) = (SELECT 1)", "ASSIGNMENT_ARITY_MISMATCH"},
		{"SET VAR nope = 1", "UNRESOLVED_VARIABLE"},
		{"SELECT x, system.session.y", "[7 b]"},
		{"EXECUTE IMMEDIATE 'SELECT ? + ?' USING 1, x", "[8]"},
		{"EXECUTE IMMEDIATE 'SELECT :p || :q' USING 'a' AS p, y AS q", "[ab]"},
		{"EXECUTE IMMEDIATE 'SELECT max(a) FROM t' INTO x", ""},
		{"EXECUTE IMMEDIATE 'SELECT :p'", "UNBOUND_SQL_PARAMETER"},
		{"SELECT x", "[8]"},
		{"DROP TEMPORARY VARIABLE x", ""},
		{"SELECT x", "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION"},
		{"DROP TEMPORARY VARIABLE IF EXISTS x", ""},
		{"SET spark.sql.ansi.enabled = false", "[spark.sql.ansi.enabled false]"},
		{"RESET spark.sql.ansi.enabled", ""},
		{"SET spark.sql.ansi.enabled", "[spark.sql.ansi.enabled true]"},
		{"RESET", ""},
		{"SELECT count(*) FROM t", "[5]"},
		{"DROP TABLE IDENTIFIER('t')", ""},
		{"DROP TABLE t", "TABLE_OR_VIEW_NOT_FOUND"},
	} {
		var got []string
		err := s.Run(t.Context(), c.text, func(r weir.Result) error {
			if r.Rows == nil {
				return nil
			}
			rows, err := r.Rows.Collect(t.Context())
			for _, row := range rows {
				got = append(got, fmt.Sprint(row))
			}
			return err
		})
		if err != nil {
			condition, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "["), "]")
			got = []string{condition}
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s\n\tgave %s\n\twant %s (%v)", c.text, text, c.want, err)
		}
	}
}

// TestParameters gives values to the parameters of a text.
func TestParameters(t *testing.T) {
	s, err := weir.Open(weir.WithWorkers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, d := range []*weir.DataFrame{
		s.SQLWith("SELECT :a + :A AS x LIMIT :n", map[string]any{"a": int32(21), "n": int32(1)}),
		s.SQLWith("SELECT ? * ? AS x", nil, int32(6), int32(7)),
	} {
		rows, err := d.Collect(t.Context())
		if err != nil || fmt.Sprint(rows) != "[[42]]" {
			t.Errorf("%v %v, want 42", rows, err)
		}
	}
}
