package stateful

import (
	"fmt"
	"iter"
	"reflect"
	"runtime/debug"
	"unsafe"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// typed turns what the engine has of keys, rows and results into Go values and
// back, for one partition.
type typed[K, In, Out any] struct {
	keys, rows *rowstruct.Reader
	results    *rowstruct.Writer
	out        []*batch.Column
	err        error // of reading a row, or of writing a result
}

func newTyped[K, In, Out any](c Columns, out []*batch.Column) (*typed[K, In, Out], error) {
	t := &typed[K, In, Out]{out: out}
	var err error
	if t.keys, err = rowstruct.NewReader(reflect.TypeFor[K](), c.Keys); err != nil {
		return nil, fmt.Errorf("the type of the key: %w", err)
	}
	if t.rows, err = rowstruct.NewReader(reflect.TypeFor[In](), c.Rows); err != nil {
		return nil, fmt.Errorf("the type of the rows: %w", err)
	}
	if t.results, err = rowstruct.NewWriter(reflect.TypeFor[Out]()); err != nil {
		return nil, fmt.Errorf("the type of the results: %w", err)
	}
	return t, nil
}

func (t *typed[K, In, Out]) key(g *Group) (k K) {
	if err := t.keys.Read(g.Keys, g.Row, unsafe.Pointer(&k)); err != nil {
		t.fail(fmt.Errorf("the key: %w", err))
	}
	return k
}

// each are the rows of a group.
func (t *typed[K, In, Out]) each(g *Group) iter.Seq[In] {
	return func(yield func(In) bool) {
		if g.Rows == nil {
			return
		}
		g.Rows(func(columns []*batch.Column, row int) bool {
			var in In
			if err := t.rows.Read(columns, row, unsafe.Pointer(&in)); err != nil {
				t.fail(err)
				return false
			}
			return yield(in)
		})
	}
}

func (t *typed[K, In, Out]) emit(out Out) {
	if t.err != nil {
		return
	}
	if err := t.results.Append(t.out, unsafe.Pointer(&out)); err != nil {
		t.fail(fmt.Errorf("a result: %w", err))
		return
	}

}

func (t *typed[K, In, Out]) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// guard makes an error of a panic in the user's function.
func guard(what string, err *error) {
	if v := recover(); v != nil {
		*err = fault.New(fault.UserFunction, "%s panicked", what).With("function", what).Wrap(fmt.Errorf("%v\n%s", v, debug.Stack()))
	}
}

// GroupFunction is a group function as the engine calls it.
type GroupFunction interface {
	// Output is what results look like.
	Output() (types.Schema, error)
	// State is what the state looks like.
	State() (types.Schema, error)
	// Open makes the function ready for one partition. It appends results to out.
	Open(c Columns, out []*batch.Column, o GroupOpening) (GroupTask, error)
}

// GroupOpening is what a partition of a group function must know.
type GroupOpening struct {
	Timeout Timeout
	// Schemas are those that the state has had, the present one last.
	Schemas func() []types.Schema
}

// GroupTask calls a group function in one partition.
type GroupTask interface {
	// Call calls it for a key with this state, nil for none.
	Call(g *Group, state []byte, timedOut bool) (Outcome, error)
	// Initial is a row of the initial state as a state.
	Initial(columns []*batch.Column, row int) ([]byte, error)
}

// Outcome is what a call did to the state.
type Outcome struct {
	Updated, Removed bool
	// State is the state afterwards where it was updated, good until the next
	// call.
	State []byte
	// TimeoutAt is in milliseconds; -1: none.
	TimeoutAt int64
}

// FlatMapFunction is the user's function of FlatMapGroupsWithState: it gives any
// number of rows (S131).
type FlatMapFunction[K, S, In, Out any] func(key K, rows iter.Seq[In], state *GroupState[S], emit func(Out)) error

// MapFunction is the user's function of MapGroupsWithState: it gives one row a
// call (S130).
type MapFunction[K, S, In, Out any] func(key K, rows iter.Seq[In], state *GroupState[S]) (Out, error)

// FlatMap is the function in the form in which it gives any number of rows.
func (f MapFunction[K, S, In, Out]) FlatMap() FlatMapFunction[K, S, In, Out] {
	return func(key K, rows iter.Seq[In], state *GroupState[S], emit func(Out)) error {
		out, err := f(key, rows, state)
		if err == nil {
			emit(out)
		}
		return err
	}
}

// Output implements [GroupFunction].
func (f FlatMapFunction[K, S, In, Out]) Output() (types.Schema, error) {
	return rowstruct.SchemaOf(reflect.TypeFor[Out]())
}

// State implements [GroupFunction].
func (f FlatMapFunction[K, S, In, Out]) State() (types.Schema, error) {
	return rowstruct.SchemaOf(reflect.TypeFor[S]())
}

// Open implements [GroupFunction].
func (f FlatMapFunction[K, S, In, Out]) Open(c Columns, out []*batch.Column, o GroupOpening) (GroupTask, error) {
	t, err := newTyped[K, In, Out](c, out)
	if err != nil {
		return nil, err
	}
	task := &groupTask[K, S, In, Out]{f: f, timeout: o.Timeout, typed: t}
	if task.codec, err = newCodec(reflect.TypeFor[S]()); err != nil {
		return nil, fmt.Errorf("the type of the state: %w", err)
	}
	task.codec.schemas = o.Schemas
	if c.Initial != nil {
		if task.initial, err = rowstruct.NewReader(reflect.TypeFor[S](), c.Initial); err != nil {
			return nil, fmt.Errorf("the initial state: %w", err)
		}
	}
	return task, nil
}

type groupTask[K, S, In, Out any] struct {
	f       FlatMapFunction[K, S, In, Out]
	timeout Timeout
	typed   *typed[K, In, Out]
	codec   *codec
	initial *rowstruct.Reader
}

// Call implements [GroupTask].
func (t *groupTask[K, S, In, Out]) Call(g *Group, state []byte, timedOut bool) (o Outcome, err error) {
	s := &GroupState[S]{timeout: noTimeout, times: g.Times, conf: t.timeout, timedOut: timedOut}
	if state != nil {
		if err := t.codec.decode(state, unsafe.Pointer(&s.value)); err != nil {
			return o, fmt.Errorf("the state of a key: %w", err)
		}
		s.exists = true
	}
	if err := t.user(g, s); err != nil {
		return o, err
	}
	o = Outcome{Updated: s.updated, Removed: s.removed, TimeoutAt: s.timeout}
	if s.updated {
		o.State, err = t.codec.encode(unsafe.Pointer(&s.value))
	}
	return o, err
}

// user calls the user's function.
func (t *groupTask[K, S, In, Out]) user(g *Group, s *GroupState[S]) (err error) {
	defer guard("the function of [map|flatMap]GroupsWithState", &err)
	key := t.typed.key(g)
	if t.typed.err != nil {
		return t.typed.err
	}
	err = t.f(key, t.typed.each(g), s, t.typed.emit)
	switch {
	case err != nil:
		return fault.New(fault.UserFunction, "the function of [map|flatMap]GroupsWithState failed for the key %v", key).Wrap(err)
	case t.typed.err != nil:
		return t.typed.err
	}
	return s.err
}

// Initial implements [GroupTask].
func (t *groupTask[K, S, In, Out]) Initial(columns []*batch.Column, row int) ([]byte, error) {
	var s S
	if err := t.initial.Read(columns, row, unsafe.Pointer(&s)); err != nil {
		return nil, fmt.Errorf("the initial state: %w", err)
	}
	return t.codec.encode(unsafe.Pointer(&s))
}
