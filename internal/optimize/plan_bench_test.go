package optimize_test

import (
	"strings"
	"testing"
)

// BenchmarkPlan parses, analyzes and optimizes a query of fifty lines; the goal is a
// millisecond.
func BenchmarkPlan(b *testing.B) {
	var text strings.Builder
	text.WriteString("WITH sold AS (\n  SELECT n.bill, n.product,\n")
	for i := range 15 {
		text.WriteString("    CASE WHEN n.n > " + strings.Repeat("1", i%5+1) + " THEN n.n * 2 ELSE n.n + 1 END AS c" + string(rune('a'+i)) + ",\n")
	}
	text.WriteString("    b.client,\n    b.day\n  FROM lines n\n  JOIN bills b ON n.bill = b.id\n  WHERE b.day BETWEEN 1 AND 100\n),\n" +
		"named AS (\n  SELECT s.*, c.name, l.name AS land\n  FROM sold s\n  JOIN clients c ON c.id = s.client\n" +
		"  JOIN lands l ON l.id = c.land\n  WHERE c.name LIKE 'a%'\n    AND l.name IN ('x', 'y', 'z')\n)\nSELECT land,\n  name,\n")
	for i := range 8 {
		text.WriteString("  sum(c" + string(rune('a'+i)) + ") AS s" + string(rune('a'+i)) + ",\n")
	}
	text.WriteString("  count(*) AS n\nFROM named\nGROUP BY land, name\nHAVING count(*) > 1\nORDER BY n DESC,\n  land\nLIMIT 10")
	b.ReportMetric(float64(strings.Count(text.String(), "\n")+1), "lines")
	b.ReportAllocs()
	for b.Loop() {
		ordered(b, text.String())
	}
}
