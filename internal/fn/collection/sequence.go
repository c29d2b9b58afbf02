package collection

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// sequence is sequence(start, stop, step) over whole numbers, and over dates and
// timestamps with an interval as the step. Without a step it is 1 or a day, up or
// down as stop lies.
var sequence = &expr.Function{
	Name:    "sequence",
	Resolve: resolveSequence,
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		switch c.Typ.Elem.Kind {
		case types.Byte:
			return numbers[int8](mostElements(env)), nil
		case types.Short:
			return numbers[int16](mostElements(env)), nil
		case types.Int:
			return numbers[int32](mostElements(env)), nil
		case types.Long:
			return numbers[int64](mostElements(env)), nil
		}
		t := &times{date: c.Typ.Elem.Kind == types.Date, zone: datetime.UTC, most: mostElements(env)}
		if c.Typ.Elem.Kind == types.Timestamp {
			t.zone = datetime.NewZone(env.Zone())
		}
		return t.kernel, nil
	},
}

func resolveSequence(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) != 2 && len(args) != 3 {
		return expr.Resolution{}, expr.WrongCount("sequence", "2 or 3", len(args))
	}
	wrong := func() error {
		names := make([]string, len(args))
		for i, a := range args {
			names[i] = a.Type().SQL()
		}
		return fault.New(fault.SequenceWrongInput, "sequence takes whole numbers, or times with an interval between, not %s",
			strings.Join(names, ", ")).With("functionName", "`sequence`")
	}
	ends, t, ok := r.Unify(args[:2])
	if ok && t.Integral() && len(args) == 3 {
		ends, t, ok = r.Unify(args)
	}
	res := expr.Resolution{Args: ends, Nullable: expr.AnyNullable(args...), Text: expr.CallText("sequence", args)}
	switch {
	case !ok:
		return res, wrong()
	case t.Integral():
	case t.Kind == types.Null:
		t = tInt
		res.Args = expr.CastAll(ends, t)
	case !t.Datetime():
		return res, wrong()
	case len(args) == 3:
		switch args[2].Type().Kind {
		case types.YearMonthInterval, types.DayTimeInterval, types.CalendarInterval:
			res.Args = append(ends[:2:2], args[2])
		case types.Null:
			res.Args = append(ends[:2:2], expr.CastTo(args[2], types.Of(types.DayTimeInterval)))
		default:
			return res, wrong()
		}
	}
	res.Type = types.ArrayOf(t)
	res.Type.ElemNullable = false
	return res, nil
}

// rowsOf calls row for each selected row and notes in out's offsets how many
// elements it made: length says how many there are.
func rowsOf(out *batch.Column, rows int, sel []int32, length func() int, row func(i int32) error) error {
	at := 0
	for _, i := range expr.Rows(rows, sel) {
		for ; at <= int(i); at++ {
			out.Offsets[at] = int32(length())
		}
		if err := row(i); err != nil {
			return err
		}
	}
	for ; at <= rows; at++ {
		out.Offsets[at] = int32(length())
	}
	return nil
}

// numbers is the loop over whole numbers.
func numbers[T int8 | int16 | int32 | int64](most int64) expr.Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		start, stop := expr.ArgOf[T](args[0]), expr.ArgOf[T](args[1])
		child := out.Children[0]
		return rowsOf(out, rows, sel, child.Len, func(i int32) error {
			from, to, step := start.At(i), stop.At(i), T(1)
			if from > to {
				step = -1
			}
			if len(args) == 3 {
				step = expr.ArgOf[T](args[2]).At(i)
			}
			n, err := count(int64(from), int64(to), int64(step))
			if err != nil {
				return err
			}
			total := child.Len()
			if all := int64(total) + n; n > most || all > most {
				return tooMany("sequence", all, most)
			}
			child.Extend(int(n))
			values := batch.Values[T](child)[total:]
			for k := range values {
				values[k], from = from, from+step
			}
			return nil
		})
	}
}

// mostElements is how many elements a call may make of one batch: of 8 bytes each as
// many as there is room for.
func mostElements(env *expr.Env) int64 { return env.Room() / 8 }

func tooMany(name string, n, most int64) error {
	return fault.New(fault.TooManyElements, "%s would make arrays of %d elements of one batch of rows; %d is the most", name, n, most).
		With("functionName", "`"+name+"`").With("numberOfElements", fmt.Sprint(n))
}

// count is how many numbers lie from one to another, or an error where the step
// does not lead there.
func count(from, to, step int64) (int64, error) {
	n := uint64(0)
	switch {
	case step > 0 && from <= to:
		n = (uint64(to) - uint64(from)) / uint64(step)
	case step < 0 && from >= to:
		n = (uint64(from) - uint64(to)) / -uint64(step)
	case step != 0 || from != to:
		return 0, fault.New(fault.SequenceBounds, "no sequence leads from %d to %d by %d", from, to, step)
	}
	return int64(min(n, 1<<32)) + 1, nil // there is no room for so many
}

// times makes sequences of dates and timestamps.
type times struct {
	date bool
	zone *datetime.Zone
	made []int64 // microseconds
	most int64   // how many they may be
}

func (t *times) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	t.made = t.made[:0]
	err := rowsOf(out, rows, sel, func() int { return len(t.made) }, func(i int32) error {
		start, stop := t.micros(args[0], i), t.micros(args[1], i)
		step := types.Interval{Days: 1}
		if start > stop {
			step.Days = -1
		}
		if len(args) == 3 {
			step = stepOf(args[2], i)
		}
		return t.walk(start, stop, step)
	})
	if err != nil {
		return err
	}
	child := out.Children[0]
	child.Resize(len(t.made))
	if !t.date {
		copy(batch.Values[int64](child), t.made)
		return nil
	}
	days := batch.Values[int32](child)
	for i, v := range t.made {
		day, _ := datetime.SplitDay(v)
		days[i] = int32(day)
	}
	return nil
}

// micros is a row of a column of dates or timestamps in microseconds.
func (t *times) micros(c *batch.Column, i int32) int64 {
	if t.date {
		return int64(expr.ArgOf[int32](c).At(i)) * datetime.MicrosPerDay
	}
	return expr.ArgOf[int64](c).At(i)
}

// stepOf is a row of a column of intervals.
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

// walk adds the times from start to stop. Each is so many steps from the first,
// so that the 31st stays the 31st after a February.
func (t *times) walk(start, stop int64, step types.Interval) error {
	const day = datetime.MicrosPerDay
	length := int64(step.Months)*28*day + int64(step.Days)*day + step.Micros
	if length == 0 && start != stop || length != 0 && start != stop && (length > 0) != (stop > start) ||
		t.date && step.Micros != 0 {
		return fault.New(fault.SequenceBounds, "no sequence leads from the first time to the last by this step")
	}
	for k := int64(0); ; k++ {
		if int64(len(t.made)) >= t.most {
			return tooMany("sequence", t.most+1, t.most)
		}
		months, days := int64(step.Months)*k, int64(step.Days)*k
		if months != int64(int32(months)) || days != int64(int32(days)) {
			return nil
		}
		v, ok := datetime.AddIntervalAt(start, int32(months), int32(days), step.Micros*k, t.zone)
		if !ok || length >= 0 && v > stop || length < 0 && v < stop {
			return nil
		}
		t.made = append(t.made, v)
		if length == 0 {
			return nil
		}
	}
}
