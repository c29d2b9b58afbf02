package window

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table of scalar functions.
var Functions = []*expr.Function{tumbling, windowTime, session}

// Generators is the theme's table of generators.
var Generators = []*expr.Generator{sliding}

// Add adds the theme's functions and generators.
func Add(r *expr.Registry) {
	r.Add(Functions...)
	r.AddGenerators(Generators...)
}

// tumbling is window(time, width, slide, start) (S101). Its kernel is for windows
// that do not overlap.
var tumbling = &expr.Function{
	Name:    "window",
	Resolve: resolve,
	Total:   true,
	Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
		s := shapeOf(c.Args)
		if s.width != s.slide {
			return nil, fault.New(fault.UnsupportedFeature,
				"windows that overlap give several rows for one: group by %s, or select it, with nothing around it", c)
		}
		return s.tumble, nil
	},
}

// resolve resolves window.
func resolve(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
	if len(args) < 2 || len(args) > 4 {
		return expr.Resolution{}, expr.WrongCount("window", "2 to 4", len(args))
	}
	time, err := timeOf(r, "window", args[0])
	if err != nil {
		return expr.Resolution{}, err
	}
	s := shape{}
	for i, to := range []*int64{&s.width, &s.slide, &s.start} {
		switch {
		case i+1 < len(args):
			if *to, err = duration("window", i+1, args[i+1]); err != nil {
				return expr.Resolution{}, err
			}
		case i == 1:
			s.slide = s.width
		}
	}
	if err := s.check(); err != nil {
		return expr.Resolution{}, err
	}
	return expr.Resolution{
		Args: []expr.Expr{time, expr.Lit(s.width), expr.Lit(s.slide), expr.Lit(s.start)},
		Type: structOf(time.Type()),
		Text: "window",
	}, nil
}

// structOf is the type of a window over times of type t.
func structOf(t types.Type) types.Type {
	return types.StructOf(types.Field{Name: "start", Type: t, Nullable: true}, types.Field{Name: "end", Type: t, Nullable: true})
}

// timeOf is the time that a window is of: a timestamp, what Spark casts to one
// by itself, or, of a window, the last moment within it.
func timeOf(r *expr.Resolver, name string, e expr.Expr) (expr.Expr, error) {
	switch t := e.Type(); {
	case t.Kind == types.Timestamp || t.Kind == types.TimestampNTZ:
		return e, nil
	case isWindow(t):
		return &expr.Call{Fn: windowTime, Args: []expr.Expr{e}, Typ: t.Fields[1].Type, Null: true}, nil
	case t.Kind == types.String || t.Kind == types.Date || t.Kind == types.Null:
		return expr.CastTo(e, types.Of(types.Timestamp)), nil
	default:
		return nil, expr.Unexpected(name, 0, `("(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)" or a window)`, e)
	}
}

// isWindow reports whether t is the type of a window.
func isWindow(t types.Type) bool {
	if t.Kind != types.Struct || len(t.Fields) != 2 || t.Fields[0].Name != "start" || t.Fields[1].Name != "end" {
		return false
	}
	k := t.Fields[0].Type.Kind
	return k == t.Fields[1].Type.Kind && (k == types.Timestamp || k == types.TimestampNTZ)
}

// shape says where windows lie, in microseconds.
type shape struct{ width, slide, start int64 }

// shapeOf reads the resolved arguments of a call.
func shapeOf(args []expr.Expr) shape {
	at := func(i int) int64 { return args[i].(*expr.Literal).Value.(int64) }
	return shape{at(1), at(2), at(3)}
}

// check says what is wrong with a shape.
func (s shape) check() error {
	switch {
	case s.width <= 0:
		return outOfRange("window_duration", s.width)
	case s.slide <= 0:
		return outOfRange("slide_duration", s.slide)
	case s.slide > s.width:
		return fault.New(fault.ConstraintViolation, "the slide of a window, %d microseconds, must not be longer than "+
			"its width, %d microseconds", s.slide, s.width).
			With("leftExprName", "`slide_duration`").With("constraint", "<=").With("rightExprName", "`window_duration`")
	case max(s.start, -s.start) >= s.slide:
		return fault.New(fault.ConstraintViolation, "the start of a window, %d microseconds, must be less than its "+
			"slide, %d microseconds", s.start, s.slide).
			With("leftExprName", "`abs(start_time)`").With("constraint", "<").With("rightExprName", "`slide_duration`")
	}
	return nil
}

func outOfRange(what string, v int64) error {
	return fault.New(fault.ValueOutOfRange, "the %s of a window must be positive, not %d microseconds", what, v).
		With("exprName", "`"+what+"`")
}

// last is the start of the latest window that holds time.
func (s shape) last(time int64) int64 {
	into := (time - s.start) % s.slide
	if into < 0 {
		into += s.slide
	}
	return time - into
}

// tumble is the kernel of windows that do not overlap.
func (s shape) tumble(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	starts, ends := batch.Values[int64](out.Children[0]), batch.Values[int64](out.Children[1])
	times := expr.ArgOf[int64](args[0])
	width := s.width
	if v, ok := times.Constant(); ok {
		for _, r := range expr.Rows(rows, sel) {
			starts[r], ends[r] = s.last(v), s.last(v)+width
		}
		return nil
	}
	values := batch.Values[int64](args[0])
	start := s.last(0)
	if sel == nil {
		values, starts, ends = values[:rows], starts[:rows], ends[:rows]
		for r, t := range values {
			// Most rows fall into the window of the row before.
			if uint64(t-start) >= uint64(width) {
				start = s.last(t)
			}
			starts[r], ends[r] = start, start+width
		}
		return nil
	}
	for _, r := range sel {
		t := values[r]
		if uint64(t-start) >= uint64(width) {
			start = s.last(t)
		}
		starts[r], ends[r] = start, start+width
	}
	return nil
}

// sliding is the generator of windows that overlap: for each row the windows that
// hold its time, the latest first, in the column window. It takes the arguments
// of a resolved call of window. A row without a time gives nothing.
var sliding = &expr.Generator{
	Name: "window",
	Resolve: func(r *expr.Resolver, args []expr.Expr) ([]expr.Expr, []types.Field, error) {
		res, err := resolve(r, args)
		return res.Args, []types.Field{{Name: "window", Type: res.Type, Nullable: true}}, err
	},
	New: func(c *expr.GeneratorCall, _ *expr.Env) (expr.Generate, error) { return shapeOf(c.Args).slideOver, nil },
}

// slideOver is the [expr.Generate] of sliding windows.
func (s shape) slideOver(out, args []*batch.Column, rows int, sel []int32, outer bool, parents []int32) ([]int32, error) {
	before := len(parents)
	times := expr.ArgOf[int64](args[0])
	for _, r := range expr.Rows(rows, sel) {
		if args[0].Null(int(r)) {
			if outer {
				parents = append(parents, r)
			}
			continue
		}
		t := times.At(r)
		for start := s.last(t); t-start < s.width; start -= s.slide {
			parents = append(parents, r)
		}
	}
	made := parents[before:]
	at := out[0].Len()
	out[0].Extend(len(made))
	starts, ends := batch.Values[int64](out[0].Children[0])[at:], batch.Values[int64](out[0].Children[1])[at:]
	for i := 0; i < len(made); {
		r := made[i]
		if args[0].Null(int(r)) {
			out[0].SetNull(at + i)
			i++
			continue
		}
		start := s.last(times.At(r))
		for ; i < len(made) && made[i] == r; i++ {
			starts[i], ends[i] = start, start+s.width
			start -= s.slide
		}
	}
	return parents, nil
}
