package weir_test

import (
	"slices"
	"testing"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
)

// A literal TIMESTAMP in text is in the session's time zone wherever the text stands,
// and so is the name of its column.
func TestZoneOfText(t *testing.T) {
	s, err := weir.Open(weir.WithConf("spark.sql.session.timeZone", "America/New_York"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const literal = "TIMESTAMP '2024-01-01 00:00:00'"
	const seconds = "unix_seconds(" + literal + ")"
	one := s.Range(0, 1, 1)
	for name, d := range map[string]*weir.DataFrame{
		"SQL":          s.SQL("SELECT " + literal + ", " + seconds),
		"SelectExpr":   one.SelectExpr(literal, seconds),
		"Expr":         one.Select(f.Expr(literal), f.Expr(seconds)),
		"where":        one.Where(seconds+" = 1704085200").SelectExpr(literal, seconds),
		"VALUES":       s.SQL("SELECT t AS `" + literal + "`, unix_seconds(t) AS `" + seconds + "` FROM VALUES (" + literal + ") v(t)"),
		"another zone": one.SelectExpr("TIMESTAMP '2024-01-01 06:00:00+01:00'", "unix_seconds(TIMESTAMP '2024-01-01 05:00:00Z')"),
	} {
		schema, err := d.Schema(t.Context())
		if err != nil {
			t.Fatal(name, err)
		}
		rows, err := d.Collect(t.Context())
		if err != nil || len(rows) != 1 || rows[0][1] != int64(1704085200) || !slices.Equal(schema.Names(), []string{literal, seconds}) {
			t.Errorf("%s: %v, %v, %v", name, schema, rows, err)
		}
	}
}
