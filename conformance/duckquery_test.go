package conformance

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// duckQuery makes random tables and a random query in what the dialects of Spark and of
// DuckDB have in common. What is left out, since they differ:
//
//   - a division by 0, which is null in DuckDB; divisors are constants
//   - integer division, casts of fractions to whole numbers, rounding
//   - greatest and least of nulls; concat of nulls
//   - dates minus dates, whose type differs; days of the week, which begin elsewhere
//   - grouping sets of no rows, which in Spark have none, and in DuckDB the one of all
//   - comparisons of values of different sorts, which the one casts and the other refuses
type duckQuery struct {
	rand   *rand.Rand
	budget int // how large expressions may still become
	names  int // of relations, so far
	depth  int // of queries within queries
}

// sort is a sort of values.
type sort uint8

const (
	whole sort = iota
	real
	money
	word
	truth
	day
	moment
	sorts
)

// column of a relation in scope, by its qualified name.
type duckColumn struct {
	name string
	sort sort
}

// relation is what stands in FROM.
type duckRelation struct {
	sql     string
	columns []duckColumn
	filled  bool // it has rows for certain
}

func (g *duckQuery) n(n int) int                { return g.rand.IntN(n) }
func (g *duckQuery) chance(n int) bool          { return g.rand.IntN(n) == 0 }
func (g *duckQuery) pick(list ...string) string { return list[g.n(len(list))] }

func (g *duckQuery) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

// duckTables are the tables' columns.
var duckTables = []duckColumn{{"id", whole}, {"i", whole}, {"j", whole}, {"d", real}, {"m", money}, {"s", word}, {"b", truth}, {"dt", day}, {"ts", moment}}

// duckTypes are their types.
var duckTypes = []string{"INT", "INT", "BIGINT", "DOUBLE", "DECIMAL(9,2)", "STRING", "BOOLEAN", "DATE", "TIMESTAMP"}

// tables are the statements behind CREATE … for t0, t1 and t2.
func (g *duckQuery) tables() []string {
	var list []string
	for t := range 3 {
		rows := g.n(12)
		if t == 0 {
			rows = 3 + g.n(20)
		}
		var values []string
		for r := range max(rows, 1) {
			values = append(values, "("+strings.Join(g.row(r), ", ")+")")
		}
		items := make([]string, len(duckTables))
		for i, c := range duckTables {
			items[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, duckTypes[i], c.name)
		}
		where := ""
		if rows == 0 {
			where = " WHERE c0 < 0"
		}
		list = append(list, fmt.Sprintf("t%d AS SELECT %s FROM (VALUES %s) AS v(c0, c1, c2, c3, c4, c5, c6, c7, c8)%s", t,
			strings.Join(items, ", "), strings.Join(values, ", "), where))
	}
	return list
}

// row is a row of constants, all but the first perhaps null.
func (g *duckQuery) row(id int) []string {
	row := []string{fmt.Sprint(id)}
	for _, c := range duckTables[1:] {
		if g.chance(6) {
			row = append(row, "NULL")
		} else {
			row = append(row, g.constant(c.sort))
		}
	}
	return row
}

// constant is one of a small range, so that values meet.
func (g *duckQuery) constant(s sort) string {
	switch s {
	case whole:
		return fmt.Sprint(g.n(11) - 5)
	case real:
		return fmt.Sprintf("CAST(%d.%d AS DOUBLE)", g.n(9)-4, g.n(4)*25)
	case money:
		return fmt.Sprintf("CAST(%d.%02d AS DECIMAL(9,2))", g.n(9)-4, g.n(4)*25)
	case word:
		return "'" + g.pick("", "a", "b", "ab", "ba", "Abc", " x ", "añb", "zz", "a_b", "a%b") + "'"
	case truth:
		return g.pick("true", "false")
	case moment:
		return fmt.Sprintf("CAST('20%02d-%02d-%02d %02d:%02d:%02d' AS TIMESTAMP)", 20+g.n(3), 1+g.n(12), 1+g.n(28), g.n(24), g.n(60), g.n(60))
	default:
		return fmt.Sprintf("DATE '20%02d-%02d-%02d'", 20+g.n(3), 1+g.n(12), 1+g.n(28))
	}
}

// columnsOf are the columns of a sort.
func columnsOf(list []duckColumn, s sort) []string {
	var out []string
	for _, c := range list {
		if c.sort == s {
			out = append(out, c.name)
		}
	}
	return out
}

// expr is an expression of a sort over columns.
func (g *duckQuery) expr(s sort, columns []duckColumn) string {
	own := columnsOf(columns, s)
	if g.budget--; g.budget <= 0 || g.chance(3) {
		if len(own) > 0 && !g.chance(5) {
			return own[g.n(len(own))]
		}
		return g.constant(s)
	}
	e := func(s sort) string { return g.expr(s, columns) }
	switch g.n(8) {
	case 0:
		return fmt.Sprintf("CASE WHEN %s THEN %s ELSE %s END", e(truth), e(s), e(s))
	case 1:
		return fmt.Sprintf("coalesce(%s, %s)", e(s), e(s))
	case 2:
		return fmt.Sprintf("nullif(%s, %s)", e(s), g.constant(s))
	}
	switch s {
	case whole:
		switch g.n(12) {
		case 9:
			return fmt.Sprintf("extract(%s FROM %s)", g.pick("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY"), e(g.either(day, moment)))
		case 10:
			return fmt.Sprintf("datediff(%s, %s)", e(day), e(day))
		case 11:
			return fmt.Sprintf("%s(%s)", g.pick("hour", "minute"), e(moment))
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", e(whole), g.pick("+", "-"), e(whole))
		case 2:
			return fmt.Sprintf("(%s * %s)", e(whole), g.constant(whole))
		case 3:
			return fmt.Sprintf("(%s %% %d)", e(whole), 2+g.n(4))
		case 4:
			return fmt.Sprintf("abs(%s)", e(whole))
		case 5:
			return fmt.Sprintf("length(%s)", e(word))
		case 6:
			return fmt.Sprintf("%s(%s)", g.pick("year", "month", "day"), e(day))
		case 7:
			return fmt.Sprintf("(- %s)", e(whole))
		default:
			return fmt.Sprintf("CAST(%s AS BIGINT)", e(whole))
		}
	case real:
		switch g.n(5) {
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", e(real), g.pick("+", "-", "*"), e(real))
		case 2:
			return fmt.Sprintf("(%s / %d)", e(g.either(real, whole)), 2+g.n(3))
		case 3:
			return fmt.Sprintf("CAST(%s AS DOUBLE)", e(g.either(whole, money)))
		default:
			return fmt.Sprintf("sqrt(abs(%s))", e(real))
		}
	case money:
		if g.chance(3) {
			return fmt.Sprintf("abs(%s)", e(money))
		}
		return fmt.Sprintf("(%s %s %s)", e(money), g.pick("+", "-"), g.constant(money))
	case word:
		return g.text(columns)
	case truth:
		return g.condition(columns)
	case moment:
		return g.moment(columns)
	default:
		return g.day(columns)
	}
}

// day is an expression of a date.
func (g *duckQuery) day(columns []duckColumn) string {
	e := func(s sort) string { return g.expr(s, columns) }
	switch g.n(7) {
	case 0:
		return fmt.Sprintf("CAST(date_trunc('%s', %s) AS DATE)", g.pick("year", "quarter", "month", "week"), e(g.either(day, moment)))
	case 1:
		return fmt.Sprintf("CAST(%s %s INTERVAL '%d' %s AS DATE)", e(day), g.pick("+", "-"), 1+g.n(30), g.pick("DAY", "MONTH", "YEAR"))
	case 2:
		return fmt.Sprintf("(%s %s %d)", e(day), g.pick("+", "-"), g.n(60))
	case 3:
		return fmt.Sprintf("last_day(%s)", e(day))
	case 4:
		return fmt.Sprintf("add_months(%s, %d)", e(day), g.n(30)-15)
	case 5:
		return fmt.Sprintf("CAST(%s AS DATE)", e(moment))
	default:
		return fmt.Sprintf("make_date(%s, %d, %d)", fmt.Sprint(2019+g.n(4)), 1+g.n(12), 1+g.n(28))
	}
}

// moment is an expression of a time.
func (g *duckQuery) moment(columns []duckColumn) string {
	e := func(s sort) string { return g.expr(s, columns) }
	switch g.n(4) {
	case 0:
		return fmt.Sprintf("date_trunc('%s', %s)", g.pick("day", "hour", "minute", "month"), e(moment))
	case 1:
		return fmt.Sprintf("(%s %s INTERVAL '%d' %s)", e(moment), g.pick("+", "-"), 1+g.n(50), g.pick("HOUR", "MINUTE", "SECOND", "DAY", "MONTH"))
	case 2:
		return fmt.Sprintf("CAST(%s AS TIMESTAMP)", e(day))
	default:
		return fmt.Sprintf("nullif(%s, %s)", e(moment), g.constant(moment))
	}
}

func (g *duckQuery) either(a, b sort) sort {
	if g.chance(2) {
		return a
	}
	return b
}

// text is an expression of text.
func (g *duckQuery) text(columns []duckColumn) string {
	e := g.expr(word, columns)
	switch g.n(9) {
	case 0:
		return fmt.Sprintf("upper(%s)", e)
	case 1:
		return fmt.Sprintf("lower(%s)", e)
	case 2:
		return fmt.Sprintf("(%s || %s)", e, g.expr(word, columns))
	case 3:
		return fmt.Sprintf("substring(%s, %d, %d)", e, 1+g.n(3), g.n(3))
	case 4:
		return fmt.Sprintf("%s(%s)", g.pick("trim", "ltrim", "rtrim"), e)
	case 5:
		return fmt.Sprintf("replace(%s, 'a', 'xy')", e)
	case 6:
		return fmt.Sprintf("reverse(%s)", e)
	case 7:
		return fmt.Sprintf("%s(%s, %d, '*')", g.pick("lpad", "rpad"), e, 1+g.n(5))
	default:
		return fmt.Sprintf("CAST(%s AS STRING)", g.expr(whole, columns))
	}
}

// condition is an expression of truth.
func (g *duckQuery) condition(columns []duckColumn) string {
	s := sort(g.n(int(sorts)))
	e := func() string { return g.expr(s, columns) }
	switch g.n(10) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", e(), g.pick("=", "<>", "<", "<=", ">", ">="), e())
	case 3:
		return fmt.Sprintf("(%s IS %s)", e(), g.pick("NULL", "NOT NULL"))
	case 4:
		return fmt.Sprintf("(%s %s %s)", g.expr(truth, columns), g.pick("AND", "OR"), g.expr(truth, columns))
	case 5:
		return fmt.Sprintf("(NOT %s)", g.expr(truth, columns))
	case 6:
		return fmt.Sprintf("(%s %sBETWEEN %s AND %s)", e(), g.pick("", "NOT "), g.constant(s), e())
	case 7:
		return fmt.Sprintf("(%s %sIN (%s, %s, %s))", e(), g.pick("", "NOT "), g.constant(s), g.constant(s), g.pick(g.constant(s), "NULL"))
	case 8:
		return fmt.Sprintf("(%s %sLIKE %s)", g.expr(word, columns), g.pick("", "NOT "), g.pick("'a%'", "'%b'", "'_b%'", "'%'", "'a_b'", "''"))
	default:
		return fmt.Sprintf("(%s IS %sDISTINCT FROM %s)", e(), g.pick("", "NOT "), e())
	}
}

// from is a table, a query or a join of several.
func (g *duckQuery) from() duckRelation {
	left := g.table()
	for range g.n(3) {
		if g.chance(2) {
			break
		}
		if g.depth < 2 && g.chance(5) {
			left = g.lateral(left)
			continue
		}
		left = g.join(left, g.table())
	}
	return left
}

// table is one of the tables, or a query, under a name of its own.
func (g *duckQuery) table() duckRelation {
	if g.depth < 2 && g.chance(4) {
		g.depth++
		sql, items := g.core(nil)
		g.depth--
		name := g.name("q")
		r := duckRelation{sql: "(" + sql + ") AS " + name}
		for _, c := range items {
			r.columns = append(r.columns, duckColumn{name + "." + c.name, c.sort})
		}
		return r
	}
	if g.depth < 2 && g.chance(8) {
		return g.named()
	}
	name := g.name("a")
	t := g.n(3)
	r := duckRelation{sql: fmt.Sprintf("t%d AS %s", t, name), filled: t == 0}
	for _, c := range duckTables {
		r.columns = append(r.columns, duckColumn{name + "." + c.name, c.sort})
	}
	return r
}

// named is a join by the names of columns, USING or NATURAL, as a table of its own.
func (g *duckQuery) named() duckRelation {
	left, right := g.name("a"), g.name("a")
	kind := g.pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
	keys := []duckColumn{{"i", whole}, {"s", word}, {"dt", day}, {"b", truth}}
	k := keys[g.n(len(keys))]
	shared := []duckColumn{k}
	if other := keys[g.n(len(keys))]; other != k && g.chance(3) {
		shared = append(shared, other)
	}
	var names, items []string
	var out []duckColumn
	for _, c := range shared {
		names = append(names, c.name)
		items = append(items, c.name)
	}
	from := ""
	if g.chance(2) {
		from = fmt.Sprintf("t%d AS %s %s t%d AS %s USING (%s)", g.n(3), left, kind, g.n(3), right, strings.Join(names, ", "))
		for _, c := range []duckColumn{{"id", whole}, {"j", whole}, {"m", money}} {
			items = append(items, left+"."+c.name, right+"."+c.name)
			shared = append(shared, c, c)
		}
	} else {
		list := strings.Join(names, ", ")
		from = fmt.Sprintf("(SELECT %s, id AS x FROM t%d) AS %s NATURAL %s (SELECT %s, j AS y FROM t%d) AS %s", list, g.n(3), left, kind, list, g.n(3), right)
		items = append(items, left+".x", right+".y")
		shared = append(shared, duckColumn{"x", whole}, duckColumn{"y", whole})
	}
	name := g.name("n")
	for i, c := range shared {
		items[i] += fmt.Sprintf(" AS c%d", i)
		out = append(out, duckColumn{fmt.Sprintf("%s.c%d", name, i), c.sort})
	}
	return duckRelation{sql: fmt.Sprintf("(SELECT %s FROM %s) AS %s", strings.Join(items, ", "), from, name), columns: out}
}

// lateral joins a relation with a query that sees its columns.
func (g *duckQuery) lateral(left duckRelation) duckRelation {
	g.depth++
	defer func() { g.depth-- }()
	inner, name := g.name("e"), g.name("l")
	own := duckRelation{sql: fmt.Sprintf("t%d AS %s", g.n(3), inner)}
	for _, c := range duckTables {
		own.columns = append(own.columns, duckColumn{inner + "." + c.name, c.sort})
	}
	g.budget += 3
	where := g.equality(left, own)
	if g.chance(2) {
		where = g.condition(own.columns)
		if g.chance(2) {
			where = fmt.Sprintf("%s.i %s %s", inner, g.pick("<", ">=", "<>"), g.expr(whole, left.columns))
		}
	}
	var items []string
	columns := left.columns[:len(left.columns):len(left.columns)]
	for i := range 1 + g.n(2) {
		s := g.either(whole, word)
		e := g.expr(s, own.columns)
		if g.chance(3) {
			e = g.expr(s, left.columns)
		}
		items = append(items, fmt.Sprintf("%s AS c%d", e, i))
		columns = append(columns, duckColumn{fmt.Sprintf("%s.c%d", name, i), s})
	}
	if g.chance(3) {
		items = []string{fmt.Sprintf("%s(%s.i) AS c0", g.pick("max", "count", "sum"), inner)}
		columns = append(left.columns[:len(left.columns):len(left.columns)], duckColumn{name + ".c0", whole})
	}
	query := fmt.Sprintf("(SELECT %s FROM %s WHERE %s) AS %s", strings.Join(items, ", "), own.sql, where, name)
	if g.chance(2) {
		return duckRelation{left.sql + " LEFT JOIN LATERAL " + query + " ON true", columns, left.filled}
	}
	return duckRelation{left.sql + " JOIN LATERAL " + query + " ON true", columns, false}
}

// join joins two relations.
func (g *duckQuery) join(left, right duckRelation) duckRelation {
	both := append(left.columns[:len(left.columns):len(left.columns)], right.columns...)
	kind := g.pick("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", "CROSS JOIN")
	if kind == "CROSS JOIN" {
		return duckRelation{left.sql + " CROSS JOIN " + right.sql, both, left.filled && right.filled}
	}
	on := g.equality(left, right)
	if g.chance(3) && kind != "FULL JOIN" {
		g.budget += 2
		on += " AND " + g.condition(both)
	}
	if kind == "SEMI JOIN" || kind == "ANTI JOIN" {
		both = left.columns
	}
	filled := left.filled && (kind == "LEFT JOIN" || kind == "FULL JOIN") || right.filled && (kind == "RIGHT JOIN" || kind == "FULL JOIN")
	return duckRelation{fmt.Sprintf("%s %s %s ON %s", left.sql, kind, right.sql, on), both, filled}
}

// equality compares a column of each side.
func (g *duckQuery) equality(left, right duckRelation) string {
	for range 20 {
		l, r := left.columns[g.n(len(left.columns))], right.columns[g.n(len(right.columns))]
		if l.sort == r.sort && l.sort != real {
			return l.name + " = " + r.name
		}
	}
	return "true"
}

// where is WHERE, perhaps with a subquery; empty for none.
func (g *duckQuery) where(columns []duckColumn) string {
	if g.chance(3) {
		return ""
	}
	g.budget += 3
	cond := g.condition(columns)
	if g.depth < 2 && g.chance(3) {
		cond += g.pick(" AND ", " OR ") + g.subquery(columns)
	}
	return " WHERE " + cond
}

// subquery is a condition with a query within, over a table.
func (g *duckQuery) subquery(columns []duckColumn) string {
	g.depth++
	defer func() { g.depth-- }()
	inner := duckRelation{}
	name := g.name("e")
	inner.sql = fmt.Sprintf("t%d AS %s", g.n(3), name)
	for _, c := range duckTables {
		inner.columns = append(inner.columns, duckColumn{name + "." + c.name, c.sort})
	}
	outer := duckRelation{columns: columns}
	g.budget += 2
	own := g.condition(inner.columns)
	switch g.n(4) {
	case 0:
		s := sort(g.n(int(sorts)))
		return fmt.Sprintf("(%s %sIN (SELECT %s FROM %s WHERE %s))", g.expr(s, columns), g.pick("", "NOT "), g.expr(s, inner.columns), inner.sql, own)
	case 1:
		return fmt.Sprintf("(%sEXISTS (SELECT 1 FROM %s WHERE %s AND %s))", g.pick("", "NOT "), inner.sql, g.equality(outer, inner), own)
	case 2:
		return fmt.Sprintf("(%s %s (SELECT %s(%s) FROM %s WHERE %s))", g.expr(whole, columns), g.pick("<", ">=", "="),
			g.pick("max", "min", "count"), name+".i", inner.sql, own)
	default:
		return fmt.Sprintf("(%s %s (SELECT %s(%s) FROM %s WHERE %s))", g.expr(whole, columns), g.pick("<", ">=", "="),
			g.pick("max", "min", "count"), name+".j", inner.sql, g.equality(outer, inner))
	}
}

// aggregate is a call of an aggregate function and the sort of its value.
func (g *duckQuery) aggregate(columns []duckColumn) (string, sort) {
	g.budget += 2
	s := sort(g.n(int(sorts)))
	filter := ""
	if g.chance(4) {
		filter = " FILTER (WHERE " + g.condition(columns) + ")"
	}
	switch g.n(8) {
	case 0:
		return "count(*)" + filter, whole
	case 1:
		return fmt.Sprintf("count(%s)%s", g.expr(s, columns), filter), whole
	case 2:
		return fmt.Sprintf("count(DISTINCT %s)", g.expr(s, columns)), whole
	case 3:
		s = g.either(whole, money)
		return fmt.Sprintf("sum(%s)%s", g.expr(s, columns), filter), s
	case 4:
		return fmt.Sprintf("avg(%s)%s", g.expr(g.either(whole, real), columns), filter), real
	case 5:
		return fmt.Sprintf("%s(%s)%s", g.pick("bool_and", "bool_or"), g.expr(truth, columns), filter), truth
	case 6:
		return fmt.Sprintf("%s(%s)%s", g.pick("stddev_samp", "var_pop"), g.expr(g.either(whole, real), columns), filter), real
	default:
		return fmt.Sprintf("%s(%s)%s", g.pick("min", "max"), g.expr(s, columns), filter), s
	}
}

// window is a call of a window function and the sort of its value. Rows are ordered by
// all that can tell them apart.
func (g *duckQuery) window(columns []duckColumn) (string, sort) {
	g.budget += 2
	var partition string
	if !g.chance(3) {
		partition = "PARTITION BY " + g.expr(g.either(whole, truth), columns) + " "
	}
	var keys []string
	for _, c := range columns {
		keys = append(keys, c.name+g.pick(" ASC NULLS FIRST", " DESC NULLS LAST"))
	}
	order := "ORDER BY " + strings.Join(keys, ", ")
	over := func(frame string) string { return " OVER (" + partition + order + frame + ")" }
	s := g.either(whole, word)
	switch g.n(11) {
	case 7:
		frame := fmt.Sprintf(" RANGE BETWEEN %s AND %s", g.pick("UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW"),
			g.pick("CURRENT ROW", "3 FOLLOWING", "UNBOUNDED FOLLOWING"))
		return fmt.Sprintf("%s(%s) OVER (%sORDER BY %s %s%s)", g.pick("sum", "count", "min", "max"), g.expr(whole, columns), partition,
			g.expr(whole, columns), g.pick("ASC NULLS FIRST", "DESC NULLS LAST", "ASC NULLS LAST"), frame), whole
	case 8:
		frame := fmt.Sprintf(" RANGE BETWEEN INTERVAL '%d' DAY PRECEDING AND %s", 1+g.n(90), g.pick("CURRENT ROW", "INTERVAL '40' DAY FOLLOWING"))
		return fmt.Sprintf("count(%s) OVER (%sORDER BY %s ASC NULLS FIRST%s)", g.expr(s, columns), partition, g.expr(day, columns), frame), whole
	case 9:
		return fmt.Sprintf("%s((%s) IGNORE NULLS)%s", g.pick("first_value", "last_value"), g.expr(s, columns), over(g.pick("",
			" ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING"))), s
	case 10:
		return fmt.Sprintf("nth_value(%s, %d)%s", g.expr(s, columns), 1+g.n(3), over("")), s
	case 0:
		return g.pick("row_number()", "rank()", "dense_rank()") + over(""), whole
	case 1:
		key := g.expr(whole, columns)
		return g.pick("rank()", "dense_rank()", "percent_rank()", "cume_dist()") + " OVER (" + partition + "ORDER BY " + key + " ASC NULLS LAST)", real
	case 2:
		return fmt.Sprintf("%s(%s, %d)%s", g.pick("lag", "lead"), g.expr(s, columns), 1+g.n(2), over("")), s
	case 3:
		return fmt.Sprintf("ntile(%d)%s", 1+g.n(4), over("")), whole
	case 4:
		frame := fmt.Sprintf(" ROWS BETWEEN %s AND %s", g.pick("UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW"),
			g.pick("CURRENT ROW", "1 FOLLOWING", "UNBOUNDED FOLLOWING"))
		return fmt.Sprintf("%s(%s)%s", g.pick("sum", "count", "min", "max"), g.expr(whole, columns), over(frame)), whole
	case 5:
		return fmt.Sprintf("%s(%s)%s", g.pick("first_value", "last_value"), g.expr(s, columns), over("")), s
	default:
		return fmt.Sprintf("%s(%s) OVER (%s)", g.pick("sum", "count", "max"), g.expr(whole, columns), partition), whole
	}
}

// core is a SELECT without ORDER BY and the columns that it gives; wanted are their
// sorts, nil for any.
func (g *duckQuery) core(wanted []sort) (string, []duckColumn) {
	from := g.from()
	where := g.where(from.columns)
	open := wanted == nil
	if open {
		for range 1 + g.n(4) {
			wanted = append(wanted, sort(g.n(int(sorts))))
		}
	}
	if g.chance(3) {
		if from.filled && g.chance(2) {
			where = ""
		}
		return g.grouped(from, where, wanted, open)
	}
	var items []string
	var out []duckColumn
	for i, s := range wanted {
		g.budget += 2
		e := g.expr(s, from.columns)
		for range 4 {
			if !g.chance(3) || len(from.columns) > 11 {
				break
			}
			if w, own := g.window(from.columns); own == s {
				e = w
				break
			}
		}
		name := fmt.Sprintf("c%d", i)
		items, out = append(items, e+" AS "+name), append(out, duckColumn{name, s})
	}
	distinct := ""
	if g.chance(6) {
		distinct = "DISTINCT "
	}
	return "SELECT " + distinct + strings.Join(items, ", ") + " FROM " + from.sql + where, out
}

// grouped is core with GROUP BY; open says that it may have more columns.
func (g *duckQuery) grouped(from duckRelation, where string, wanted []sort, open bool) (string, []duckColumn) {
	var keys, items []string
	var out []duckColumn
	var having string
	for i, s := range wanted {
		name := fmt.Sprintf("c%d", i)
		out = append(out, duckColumn{name, s})
		if own := columnsOf(from.columns, s); len(own) > 0 && g.chance(2) {
			key := own[g.n(len(own))]
			keys, items = append(keys, key), append(items, key+" AS "+name)
			continue
		}
		call := ""
		for range 20 {
			if e, own := g.aggregate(from.columns); own == s {
				call = e
				break
			}
		}
		if call == "" {
			call = fmt.Sprintf("max(%s)", g.expr(s, from.columns))
		}
		items = append(items, call+" AS "+name)
	}
	if g.chance(4) {
		having = fmt.Sprintf(" HAVING count(*) %s %d", g.pick(">", "<=", "<>"), g.n(4))
	}
	by := ""
	if len(keys) > 0 {
		list := strings.Join(keys, ", ")
		if where == "" && from.filled {
			list = g.pick(list, "ROLLUP ("+list+")", "CUBE ("+list+")", g.groupingSets(keys))
			if strings.Contains(list, "(") && open {
				items = append(items, "grouping("+keys[0]+") AS cg")
				out = append(out, duckColumn{"cg", whole})
			}
		}
		by = " GROUP BY " + list
	}
	sql := "SELECT " + strings.Join(items, ", ") + " FROM " + from.sql + where + by
	return sql + having, out
}

// groupingSets are some sets of the keys, the empty one among them.
func (g *duckQuery) groupingSets(keys []string) string {
	sets := []string{"()", "(" + strings.Join(keys, ", ") + ")"}
	for range g.n(3) {
		var some []string
		for _, k := range keys {
			if g.chance(2) {
				some = append(some, k)
			}
		}
		sets = append(sets, "("+strings.Join(some, ", ")+")")
	}
	return "GROUPING SETS (" + strings.Join(sets, ", ") + ")"
}

// query is a whole query; it reports whether its rows have an order.
func (g *duckQuery) query() (string, bool) {
	sql, out := g.core(nil)
	for range g.n(3) {
		if !g.chance(3) {
			continue
		}
		wanted := make([]sort, len(out))
		for i, c := range out {
			wanted[i] = c.sort
		}
		more, _ := g.core(wanted)
		sql = "(" + sql + ") " + g.pick("UNION", "UNION ALL", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL") + " (" + more + ")"
	}
	if g.chance(5) {
		name := g.name("w")
		sql = fmt.Sprintf("WITH %s AS (%s) SELECT * FROM %s", name, sql, name)
	}
	if g.chance(2) {
		return sql, false
	}
	var keys []string
	for _, c := range out {
		keys = append(keys, c.name+g.pick(" ASC", " DESC")+g.pick(" NULLS FIRST", " NULLS LAST"))
	}
	sql = fmt.Sprintf("SELECT * FROM (%s) AS z ORDER BY %s", sql, strings.Join(keys, ", "))
	if g.chance(2) {
		sql += fmt.Sprintf(" LIMIT %d", 1+g.n(6))
		if g.chance(3) {
			sql += fmt.Sprintf(" OFFSET %d", g.n(3))
		}
	}
	return sql, true
}
