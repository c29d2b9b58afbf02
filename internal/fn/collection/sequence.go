package collection

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// maxSequence is the most elements that sequence makes.
const maxSequence = 1<<31 - 16

// sequence is sequence(start, stop, step) over integers, dates and timestamps;
// the last two step by an interval, a day where none is given.
var sequence = &expr.Function{
	Name: "sequence",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 && len(args) != 3 {
			return expr.Resolution{}, expr.WrongCount("sequence", "2 or 3", len(args))
		}
		bounds, t, ok := r.Unify(args[:2])
		if !ok || !t.Integral() && !t.Datetime() && t.Kind != types.Null {
			return expr.Resolution{}, fault.New(fault.SequenceWrongInput, "sequence takes integers, dates or timestamps, not %s and %s",
				args[0].Type().SQL(), args[1].Type().SQL())
		}
		if t.Kind == types.Null {
			t = tInt
			bounds = expr.CastAll(args[:2], t)
		}
		cast := bounds
		if len(args) == 3 {
			step := args[2]
			switch k := step.Type().Kind; {
			case t.Integral():
				common, ok := r.Wider(t, step.Type())
				if !ok || !common.Integral() {
					return expr.Resolution{}, fault.New(fault.SequenceWrongInput, "the step of this sequence cannot be %s", step.Type().SQL())
				}
				t = common
				cast, step = expr.CastAll(args[:2], t), expr.CastTo(step, t)
			case k != types.YearMonthInterval && k != types.DayTimeInterval && k != types.CalendarInterval && k != types.Null:
				return expr.Resolution{}, fault.New(fault.SequenceWrongInput, "the step of this sequence must be an interval, not %s", step.Type().SQL())
			}
			cast = append(cast[:2:2], step)
		}
		at := types.ArrayOf(t)
		at.ElemNullable = false
		return resolution("sequence", args, cast, at), nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		switch t := *c.Typ.Elem; t.Kind {
		case types.Byte:
			return integers[int8], nil
		case types.Short:
			return integers[int16], nil
		case types.Int:
			return integers[int32], nil
		case types.Long:
			return integers[int64], nil
		default:
			return moments(t, datetime.NewZone(env.Zone())), nil
		}
	},
}

func integers[T interface{ int8 | int16 | int32 | int64 }](out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	start, stop := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1])
	var all []T
	at := 0
	for _, i := range expr.Rows(rows, sel) {
		for ; at <= int(i); at++ {
			out.Offsets[at] = int32(len(all))
		}
		from, to := int64(start.At(i)), int64(stop.At(i))
		step := int64(1)
		if from > to {
			step = -1
		}
		if len(args) == 3 {
			step = int64(expr.ArgOf[T](args[2]).At(i))
		}
		n, err := steps(from, to, step)
		if err != nil {
			return err
		}
		for k := range n {
			all = append(all, T(from+k*step))
		}
	}
	for ; at <= rows; at++ {
		out.Offsets[at] = int32(len(all))
	}
	out.Children[0].Resize(len(all))
	copy(batch.Values[T](out.Children[0]), all)
	return nil
}

// steps is the number of elements of a sequence.
func steps(from, to, step int64) (int64, error) {
	switch {
	case from == to:
		return 1, nil
	case step == 0 || (to > from) != (step > 0):
		return 0, illegalBounds(from, to, step)
	}
	n := (to-from)/step + 1
	if n > maxSequence {
		return 0, fault.New(fault.TooManyElements, "sequence would have %d elements", n).With("numberOfElements", "sequence")
	}
	return n, nil
}

func illegalBounds(from, to, step any) error {
	return fault.New(fault.SequenceBounds, "from %v to %v by %v there is no sequence", from, to, step)
}

// moments is the kernel for dates and timestamps.
func moments(t types.Type, zone *datetime.Zone) expr.Kernel {
	if t.Kind == types.TimestampNTZ {
		zone = datetime.UTC
	}
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		var all []int64
		at := 0
		for _, i := range expr.Rows(rows, sel) {
			for ; at <= int(i); at++ {
				out.Offsets[at] = int32(len(all))
			}
			var err error
			if all, err = appendMoments(all, t, zone, args, i); err != nil {
				return err
			}
		}
		for ; at <= rows; at++ {
			out.Offsets[at] = int32(len(all))
		}
		child := out.Children[0]
		child.Resize(len(all))
		if t.Kind != types.Date {
			copy(batch.Values[int64](child), all)
			return nil
		}
		for k, v := range all {
			days, _ := datetime.SplitDay(v)
			batch.Values[int32](child)[k] = int32(days)
		}
		return nil
	}
}

func appendMoments(all []int64, t types.Type, zone *datetime.Zone, args []*batch.Column, i int32) ([]int64, error) {
	var from, to int64
	if t.Kind == types.Date {
		from = int64(expr.ArgOf[int32](args[0]).At(i)) * datetime.MicrosPerDay
		to = int64(expr.ArgOf[int32](args[1]).At(i)) * datetime.MicrosPerDay
		zone = datetime.UTC
	} else {
		from, to = expr.ArgOf[int64](args[0]).At(i), expr.ArgOf[int64](args[1]).At(i)
	}
	var step types.Interval
	if len(args) == 3 {
		step = stepOf(args[2], i)
	} else if step.Days = 1; from > to {
		step.Days = -1
	}
	approximate := int64(step.Months)*28*datetime.MicrosPerDay + int64(step.Days)*datetime.MicrosPerDay + step.Micros
	if from != to && (approximate == 0 || (to > from) != (approximate > 0)) {
		return all, illegalBounds(from, to, approximate)
	}
	if approximate != 0 && (to-from)/approximate > maxSequence {
		return all, fault.New(fault.TooManyElements, "sequence would have too many elements")
	}
	for k := int64(0); ; k++ {
		v, ok := datetime.AddIntervalAt(from, int32(k)*step.Months, int32(k)*step.Days, k*step.Micros, zone)
		if !ok || to >= from && v > to || to < from && v < to {
			return all, nil
		}
		all = append(all, v)
		if from == to {
			return all, nil
		}
	}
}

func stepOf(c *batch.Column, i int32) types.Interval {
	switch c.Type.Kind {
	case types.YearMonthInterval:
		return types.Interval{Months: expr.ArgOf[int32](c).At(i)}
	case types.DayTimeInterval:
		v := expr.ArgOf[int64](c).At(i)
		return types.Interval{Days: int32(v / datetime.MicrosPerDay), Micros: v % datetime.MicrosPerDay}
	default:
		return expr.ArgOf[types.Interval](c).At(i)
	}
}
