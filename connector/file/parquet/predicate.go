package parquet

import (
	"cmp"
	"slices"

	"github.com/apache/arrow-go/v18/parquet/metadata"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// test is a predicate of the scan that the reader can use.
type test struct {
	path   []int  // the column of the scan, then the fields on the way
	leaf   column // whose statistics bound the values; nil if none do
	ranger ranger
}

// ranger compares the values of one column with the constants of a predicate.
type ranger interface {
	// keep gives the rows of sel for which the predicate holds; nulls do not
	// come here.
	keep(c *batch.Column, sel []int32) []int32
	// may reports whether a value between c's first and second can pass.
	may(c *batch.Column) bool
}

// compile makes tests of the predicates that are of use. Those of floating
// point and of decimals are left to the engine, and so is what names a column
// that is not read.
func compile(scan connector.Scan, nodes []*node) []test {
	var tests []test
	for _, p := range scan.Predicates {
		path, t, leaf, ok := locate(scan.Schema.Fields, nodes, p.Path)
		if !ok {
			continue
		}
		r, ok := rangerOf(t, p)
		if !ok {
			continue
		}
		tests = append(tests, test{path: path, leaf: leaf, ranger: r})
	}
	return tests
}

// locate finds the field that a path names, through structs.
func locate(fields []types.Field, nodes []*node, names []string) ([]int, types.Type, column, bool) {
	var path []int
	var t types.Type
	for _, name := range names {
		i := slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == name })
		if i < 0 || nodes[i].form == missingForm {
			return nil, t, nil, false
		}
		path, t = append(path, i), fields[i].Type
		if t.Kind != types.Struct {
			if len(path) != len(names) || nodes[i].form != leafForm {
				return nil, t, nil, false
			}
			return path, t, nodes[i].levels, true
		}
		fields, nodes = t.Fields, nodes[i].children
	}
	return path, t, nil, len(path) > 0
}

func rangerOf(t types.Type, p connector.Predicate) (ranger, bool) {
	if p.Op == connector.IsNotNull || p.Op == connector.IsNull {
		return nullTest{p.Op == connector.IsNull}, true
	}
	switch t.Kind {
	case types.Byte:
		return comparisonOf[int8](p)
	case types.Short:
		return comparisonOf[int16](p)
	case types.Int, types.Date, types.YearMonthInterval:
		return comparisonOf[int32](p)
	case types.Long, types.Timestamp, types.TimestampNTZ, types.Time, types.DayTimeInterval:
		return comparisonOf[int64](p)
	case types.String, types.Binary:
		if t.Collation != "" || t.Padded {
			return nil, false
		}
		return comparisonOf[string](p)
	}
	return nil, false
}

// nullTest is IS NULL or IS NOT NULL; see [test.selects].
type nullTest struct{ null bool }

func (n nullTest) keep(_ *batch.Column, sel []int32) []int32 { return sel }
func (n nullTest) may(*batch.Column) bool                    { return true }

type ordered interface {
	int8 | int16 | int32 | int64 | string
}

// comparison is an ordered comparison with constants.
type comparison[V ordered] struct {
	op     connector.PredicateOp
	values []V
}

func comparisonOf[V ordered](p connector.Predicate) (ranger, bool) {
	c := comparison[V]{op: p.Op}
	for _, v := range p.Values {
		typed, ok := v.(V)
		if !ok {
			return nil, false
		}
		c.values = append(c.values, typed)
	}
	return c, len(c.values) == 1 || p.Op == connector.In
}

func (p comparison[V]) keep(c *batch.Column, sel []int32) []int32 {
	values := batch.Values[V](c)
	kept := sel[:0]
	if p.op == connector.In {
		for _, row := range sel {
			if slices.Contains(p.values, values[row]) {
				kept = append(kept, row)
			}
		}
		return kept
	}
	// Each comparison is one or two of the three outcomes of an order.
	less, same, more := outcomes(p.op)
	with := p.values[0]
	for _, row := range sel {
		v := values[row]
		if v < with && less || v == with && same || v > with && more {
			kept = append(kept, row)
		}
	}
	return kept
}

func outcomes(op connector.PredicateOp) (less, same, more bool) {
	switch op {
	case connector.Equal:
		return false, true, false
	case connector.NotEqual:
		return true, false, true
	case connector.Less:
		return true, false, false
	case connector.LessOrEqual:
		return true, true, false
	case connector.Greater:
		return false, false, true
	}
	return false, true, true
}

func (p comparison[V]) may(c *batch.Column) bool {
	bounds := batch.Values[V](c)
	low, high := bounds[0], bounds[1]
	if p.op == connector.In {
		return slices.ContainsFunc(p.values, func(v V) bool { return low <= v && v <= high })
	}
	less, same, more := outcomes(p.op)
	with := p.values[0]
	return less && cmp.Less(low, with) || same && low <= with && with <= high || more && cmp.Less(with, high)
}

// selects shortens sel to the rows of b that may pass.
func (t test) selects(b *batch.Batch, sel []int32) []int32 {
	c := b.Columns[t.path[0]]
	isNull, nulls := t.ranger.(nullTest)
	nulls = nulls && isNull.null
	for _, i := range t.path[1:] {
		if !nulls {
			sel = notNull(c, sel)
		}
		c = c.Children[i]
	}
	if nulls {
		return t.selectsNull(b, sel)
	}
	return t.ranger.keep(c, notNull(c, sel))
}

// selectsNull keeps the rows in which the field or a struct around it is null.
func (t test) selectsNull(b *batch.Batch, sel []int32) []int32 {
	kept := sel[:0]
	for _, row := range sel {
		c := b.Columns[t.path[0]]
		null := c.Null(int(row))
		for _, i := range t.path[1:] {
			c = c.Children[i]
			null = null || c.Null(int(row))
		}
		if null {
			kept = append(kept, row)
		}
	}
	return kept
}

func notNull(c *batch.Column, sel []int32) []int32 {
	valid := c.Valid()
	if valid == nil {
		return sel
	}
	kept := sel[:0]
	for _, row := range sel {
		if valid[row>>6]>>(row&63)&1 != 0 {
			kept = append(kept, row)
		}
	}
	return kept
}

// rulesOut reports whether no row of a row group can pass the test.
func (t test) rulesOut(g *metadata.RowGroupMetaData) bool {
	if t.leaf == nil {
		return false
	}
	chunk, err := g.ColumnChunk(t.leaf.is().index)
	if err != nil {
		return false
	}
	stats, err := chunk.Statistics()
	if err != nil || stats == nil || t.leaf.is().descr.MaxRepetitionLevel() > 0 {
		return false
	}
	if n, ok := t.ranger.(nullTest); ok {
		if !stats.HasNullCount() {
			return false
		}
		return n.null && stats.NullCount() == 0 || !n.null && stats.NullCount() == g.NumRows()
	}
	bounds := t.leaf.bounds(stats)
	return bounds != nil && !t.ranger.may(bounds)
}
