package cast

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/variant"
	"github.com/weirstream/weir/types"
)

// toVariant is the kernel that makes variants of values.
func toVariant(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	to := batch.Values[string](out)
	for _, i := range expr.Rows(rows, sel) {
		to[i] = variant.FromColumn(args[0], int(i)).Encode()
	}
	return nil
}

// converter makes values of a type of variants.
type converter struct {
	zone    *datetime.Zone
	env     *expr.Env
	kernels map[kernelKey]*oneValue
}

type kernelKey struct {
	from variant.Kind
	to   string
}

// oneValue casts single values.
type oneValue struct {
	in, out *batch.Column
	kernel  expr.Kernel
}

func newConverter(env *expr.Env) *converter {
	return &converter{zone: datetime.NewZone(env.Zone()), env: env, kernels: make(map[kernelKey]*oneValue)}
}

// convert is v as a value of type t, as [expr.AppendValue] takes it; nil is null.
// It reports false where v does not fit.
func (c *converter) convert(v variant.Value, t types.Type) (any, bool) {
	k := v.Kind()
	switch {
	case t.Kind == types.Variant:
		return v.Whole(), true
	case k == variant.Null:
		return nil, true
	case t.Kind == types.String && (k == variant.Object || k == variant.Array):
		return string(v.AppendJSON(nil, c.zone)), true
	case t.Nested():
		return c.nested(v, t)
	case k == variant.Object || k == variant.Array:
		return nil, false
	case t.Kind == types.String:
		return string(v.AppendText(nil, c.zone)), true
	}
	return c.primitive(v, t)
}

func (c *converter) nested(v variant.Value, t types.Type) (any, bool) {
	out := []any{}
	switch {
	case t.Kind == types.Array && v.Kind() == variant.Array:
		for i := range v.Len() {
			x, ok := c.convert(v.At(i), *t.Elem)
			if !ok {
				return nil, false
			}
			out = append(out, x)
		}
	case t.Kind == types.Map && v.Kind() == variant.Object && t.Key.Kind == types.String:
		for i := range v.Len() {
			x, ok := c.convert(v.At(i), *t.Elem)
			if !ok {
				return nil, false
			}
			out = append(out, v.Name(i), x)
		}
	case t.Kind == types.Struct && v.Kind() == variant.Object:
		for _, f := range t.Fields {
			field := v.Field(f.Name)
			if field.Kind() == variant.Missing {
				out = append(out, nil)
				continue
			}
			x, ok := c.convert(field, f.Type)
			if !ok {
				return nil, false
			}
			out = append(out, x)
		}
	default:
		return nil, false
	}
	return out, true
}

// naturalType is the type that a primitive variant has by itself.
func naturalType(v variant.Value) (t types.Type, value any) {
	switch v.Kind() {
	case variant.True, variant.False:
		return types.Of(types.Boolean), v.Kind() == variant.True
	case variant.Int8, variant.Int16, variant.Int32, variant.Int64:
		return types.Of(types.Long), v.Int()
	case variant.Double:
		return types.Of(types.Double), v.Float()
	case variant.Float:
		return types.Of(types.Float), float32(v.Float())
	case variant.Decimal4, variant.Decimal8, variant.Decimal16:
		d, scale := v.Decimal()
		return types.DecimalOf(types.MaxPrecision, scale), d
	case variant.Date:
		return types.Of(types.Date), int32(v.Int())
	case variant.Timestamp:
		return types.Of(types.Timestamp), v.Int()
	case variant.LocalTime:
		return types.Of(types.TimestampNTZ), v.Int()
	case variant.Binary:
		return types.Of(types.Binary), v.Text()
	}
	return types.Of(types.String), v.Text()
}

func (c *converter) primitive(v variant.Value, t types.Type) (any, bool) {
	from, value := naturalType(v)
	if from.SameIgnoringNullability(t) {
		return value, true
	}
	if !Allowed(from, t, true) {
		return nil, false
	}
	key := kernelKey{v.Kind(), t.SQL()}
	one := c.kernels[key]
	if one == nil || !one.in.Type.Equal(from) {
		kernel, err := New(from, t, expr.CastTry, c.env)
		if err != nil {
			return nil, false
		}
		one = &oneValue{in: batch.NewColumn(from, 1), out: batch.NewColumn(t, 1), kernel: kernel}
		c.kernels[key] = one
	}
	one.in.Resize(0)
	expr.AppendValue(one.in, value)
	one.out.Resize(1)
	if err := one.kernel(one.out, []*batch.Column{one.in}, 1, nil); err != nil {
		return nil, false
	}
	result := expr.ValueAt(one.out, 0)
	return result, result != nil
}

// invalidCast is the error for a variant that is no value of a type.
func (c *converter) invalidCast(v variant.Value, t types.Type) error {
	return fault.New(fault.VariantCast, "the variant %s cannot be read as %s; try_cast gives NULL instead",
		v.AppendJSON(nil, c.zone), t.SQL()).With("value", string(v.AppendJSON(nil, c.zone))).
		With("dataType", "\""+t.SQL()+"\"")
}

// fromVariant makes the kernel of a cast of variants to a type; it gives null instead
// of errors where raise is not set.
func fromVariant(to types.Type, raise bool, env *expr.Env) expr.Kernel {
	c := newConverter(env)
	made := batch.NewColumn(to, 0)
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		made.Resize(0)
		at := int32(0)
		from := expr.ArgOf[string](args[0])
		null := func(to int32) {
			for ; at < to; at++ {
				expr.AppendValue(made, nil)
			}
		}
		for _, i := range expr.Rows(rows, sel) {
			null(i)
			if args[0].Null(int(i)) {
				expr.AppendValue(made, nil)
				at++
				continue
			}
			v := variant.Open(from.At(i))
			x, ok := c.convert(v, to)
			if !ok && raise {
				return c.invalidCast(v, to)
			}
			expr.AppendValue(made, x)
			at++
		}
		null(int32(rows))
		out.Take(made, batch.Range(0, rows))
		return nil
	}
}
