package avro

import (
	lib "github.com/twmb/avro"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// scalar is the step for a value that holds no other; nil where the type cannot be
// read as the wanted one.
func scalar(s side, want types.Type) step {
	switch s.written.Type {
	case "boolean":
		if want.Kind == types.Boolean {
			return store(func(r *cursor) bool { return r.bool() })
		}
	case "int":
		return intStep(want)
	case "long":
		return longStep(s.logical(), want)
	case "float":
		switch want.Kind {
		case types.Float:
			return store(func(r *cursor) float32 { return r.float() })
		case types.Double:
			return store(func(r *cursor) float64 { return float64(r.float()) })
		}
	case "double":
		if want.Kind == types.Double {
			return store(func(r *cursor) float64 { return r.double() })
		}
	case "string":
		if want.Kind == types.String || want.Kind == types.Binary {
			return store(func(r *cursor) string { return batch.View(r.bytes()) })
		}
	case "bytes":
		return bytesStep(func(r *cursor) []byte { return r.bytes() }, s.written, want)
	case "fixed":
		size := int64(s.written.Size)
		return bytesStep(func(r *cursor) []byte { return r.take(size) }, s.written, want)
	case "enum":
		if want.Kind == types.String {
			return enumStep(s.written.Symbols)
		}
	}
	return nil
}

// store is a step that stores what read gives.
func store[V batch.Value](read func(r *cursor) V) step {
	return func(r *cursor, c *batch.Column, row int) { batch.Values[V](c)[row] = read(r) }
}

func intStep(want types.Type) step {
	switch want.Kind {
	case types.Byte:
		return store(func(r *cursor) int8 { return int8(r.int()) })
	case types.Short:
		return store(func(r *cursor) int16 { return int16(r.int()) })
	case types.Int, types.Date, types.YearMonthInterval:
		return store(func(r *cursor) int32 { return r.int() })
	case types.Long:
		return store(func(r *cursor) int64 { return int64(r.int()) })
	case types.Float:
		return store(func(r *cursor) float32 { return float32(r.int()) })
	case types.Double:
		return store(func(r *cursor) float64 { return float64(r.int()) })
	}
	return nil
}

func longStep(logical string, want types.Type) step {
	switch want.Kind {
	case types.Long, types.DayTimeInterval:
		return store(func(r *cursor) int64 { return r.long() })
	case types.Float:
		return store(func(r *cursor) float32 { return float32(r.long()) })
	case types.Double:
		return store(func(r *cursor) float64 { return float64(r.long()) })
	case types.Timestamp, types.TimestampNTZ:
		switch logical {
		case "timestamp-micros", "local-timestamp-micros":
			return store(func(r *cursor) int64 { return r.long() })
		case "timestamp-nanos", "local-timestamp-nanos":
			return store(func(r *cursor) int64 { return floorDiv(r.long(), 1000) })
		}
		return store(func(r *cursor) int64 { return r.long() * 1000 })
	}
	return nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func bytesStep(read func(r *cursor) []byte, n *lib.SchemaNode, want types.Type) step {
	switch want.Kind {
	case types.Binary, types.String:
		return store(func(r *cursor) string { return batch.View(read(r)) })
	case types.Decimal128:
		if n.LogicalType == "decimal" && n.Scale == want.Scale && n.Precision <= want.Precision {
			return store(func(r *cursor) types.Decimal { return decimalOf(read(r)) })
		}
	}
	return nil
}

// decimalOf reads a big-endian number in two's complement.
func decimalOf(b []byte) types.Decimal {
	if len(b) == 0 {
		return types.Decimal{}
	}
	fill := uint64(int64(int8(b[0])) >> 63)
	hi, lo := fill, fill
	for _, x := range b {
		hi = hi<<8 | lo>>56
		lo = lo<<8 | uint64(x)
	}
	return types.Decimal{Lo: lo, Hi: int64(hi)}
}

func enumStep(symbols []string) step {
	return func(r *cursor, c *batch.Column, row int) {
		k := r.long()
		if k < 0 || k >= int64(len(symbols)) {
			r.fail(errUnion)
			return
		}
		batch.Values[string](c)[row] = symbols[k]
	}
}

// skip passes over a value.
type skip func(r *cursor)

func (p *planner) skip(n *lib.SchemaNode) (skip, error) {
	if p.depth++; p.depth > deepest {
		return nil, fault.New(fault.IllegalArgument, "the Avro schema nests deeper than %d levels, or a record holds itself", deepest)
	}
	defer func() { p.depth-- }()
	switch n.Type {
	case "null":
		return func(*cursor) {}, nil
	case "boolean":
		return func(r *cursor) { r.take(1) }, nil
	case "int", "long", "enum":
		return func(r *cursor) { r.long() }, nil
	case "float":
		return func(r *cursor) { r.take(4) }, nil
	case "double":
		return func(r *cursor) { r.take(8) }, nil
	case "string", "bytes":
		return func(r *cursor) { r.bytes() }, nil
	case "fixed":
		size := int64(n.Size)
		return func(r *cursor) { r.take(size) }, nil
	case "array":
		elem, err := p.skip(p.def(n.Items))
		return skipList(elem), err
	case "map":
		elem, err := p.skip(p.def(n.Values))
		return skipList(func(r *cursor) { r.bytes(); elem(r) }), err
	case "union":
		return p.skipUnion(n)
	}
	var fields []skip
	for i := range n.Fields {
		s, err := p.skip(p.def(&n.Fields[i].Type))
		if err != nil {
			return nil, err
		}
		fields = append(fields, s)
	}
	return func(r *cursor) {
		for _, s := range fields {
			s(r)
		}
	}, nil
}

func (p *planner) skipUnion(n *lib.SchemaNode) (skip, error) {
	var members []skip
	for i := range n.Branches {
		s, err := p.skip(p.def(&n.Branches[i]))
		if err != nil {
			return nil, err
		}
		members = append(members, s)
	}
	return func(r *cursor) {
		if k := r.long(); k >= 0 && k < int64(len(members)) {
			members[k](r)
		} else {
			r.fail(errUnion)
		}
	}, nil
}

func skipList(elem skip) skip {
	return func(r *cursor) {
		for n := r.count(); n > 0; n = r.count() {
			for ; n > 0 && r.err == nil; n-- {
				elem(r)
			}
		}
	}
}
