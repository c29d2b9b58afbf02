package cast

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// rules are what a cast goes by.
type rules struct {
	from, to types.Type
	env      *expr.Env
	zone     *datetime.Zone
	// raise: what does not fit is an error. Otherwise it is null, or, with
	// wrap, cut to the bits that fit.
	raise, wrap bool
}

// New makes the kernel of a cast. It is an [expr.Caster]. Types between which
// there is no cast are an error.
func New(from, to types.Type, mode expr.CastMode, env *expr.Env) (expr.Kernel, error) {
	c := &rules{from: from, to: to, env: env, zone: datetime.NewZone(env.Zone())}
	c.raise = env.ANSI && mode == expr.CastDefault
	c.wrap = !env.ANSI && mode == expr.CastDefault
	return c.kernel()
}

func (c *rules) kernel() (expr.Kernel, error) {
	if k := c.find(); k != nil {
		return k, nil
	}
	return nil, fault.New(fault.CastWithoutSuggest, "%s cannot be cast to %s", c.from.SQL(), c.to.SQL())
}

// find is the kernel, or nil where there is none.
func (c *rules) find() expr.Kernel {
	switch {
	case c.from.Kind == types.Null:
		return allNull
	case c.from.Kind == types.Variant:
		return fromVariant(c.to, c.raise, c.env)
	case c.to.Kind == types.Variant:
		return toVariant
	case c.to.Kind == types.String:
		return c.toText()
	case c.from.Kind == types.String:
		return c.fromText()
	}
	switch c.from.Kind {
	case types.Boolean:
		return c.fromBoolean()
	case types.Byte:
		return fromInt[int8](c)
	case types.Short:
		return fromInt[int16](c)
	case types.Int:
		return fromInt[int32](c)
	case types.Long:
		return fromInt[int64](c)
	case types.Float:
		return fromFloat[float32](c)
	case types.Double:
		return fromFloat[float64](c)
	case types.Decimal128:
		return c.fromDecimal()
	case types.Date, types.Timestamp, types.TimestampNTZ, types.Time:
		return c.fromDatetime()
	case types.YearMonthInterval, types.DayTimeInterval:
		return c.fromInterval()
	case types.Array, types.Map, types.Struct:
		return c.nested()
	default:
		return nil
	}
}

func allNull(out *batch.Column, _ []*batch.Column, _ int, _ []int32) error {
	out.SetAllNull()
	return nil
}

// convert is the kernel of a conversion that some values refuse.
func convert[A, R batch.Value](c *rules, f func(A) (R, bool), refuse func(A) error) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := expr.ArgOf[A](args[0]), batch.Values[R](out)
		for _, i := range expr.Rows(rows, sel) {
			v, ok := f(a.At(i))
			if !ok {
				if c.raise {
					return refuse(a.At(i))
				}
				out.SetNull(int(i))
			}
			to[i] = v
		}
		return nil
	}
}

// share is the kernel of a cast that leaves the values as they are.
func share(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	valid := out.Valid()
	c := *args[0]
	c.Type = out.Type
	isConst := c.Const
	out.Share(&c)
	out.Const = isConst
	if !isConst {
		out.SetValid(valid)
	}
	return nil
}

func (c *rules) overflow(value string) error {
	return fault.New(fault.CastOverflow, "the value %s of type %s does not fit %s; try_cast gives NULL instead",
		value, c.from.SQL(), c.to.SQL()).
		With("value", value).With("sourceType", "\""+c.from.SQL()+"\"").With("targetType", "\""+c.to.SQL()+"\"")
}

func (c *rules) invalid(value string) error {
	return fault.New(fault.CastInvalidInput, "'%s' of type %s cannot be read as %s; try_cast gives NULL instead",
		value, c.from.SQL(), c.to.SQL()).
		With("expression", "'"+value+"'").With("sourceType", "\""+c.from.SQL()+"\"").
		With("targetType", "\""+c.to.SQL()+"\"")
}

func (c *rules) outOfRange(value string) error {
	return fault.New(fault.NumericOutOfRange, "%s does not fit %s; try_cast gives NULL instead", value, c.to.SQL()).
		With("value", value).With("precision", itoa(c.to.Precision)).With("scale", itoa(c.to.Scale))
}
