package stateful

import (
	"fmt"
	"io"
	"reflect"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/rowstruct"
	"github.com/weirstream/weir/types"
)

// Transformer is a kind of [Processor] as the engine uses it.
type Transformer interface {
	// Output is what results look like.
	Output() (types.Schema, error)
	// Open makes a processor for one partition, which declares its variables in
	// the store. It appends results to out.
	Open(c Columns, out []*batch.Column, s Store, m TimeMode) (TransformTask, error)
}

// TransformTask is a processor in one partition.
type TransformTask interface {
	// Begin begins a batch.
	Begin(q QueryIdentity)
	// Rows handles the rows of a key.
	Rows(g *Group) error
	// Timer handles a timer of a key, in milliseconds.
	Timer(g *Group, at int64) error
	// Initial handles a row of the initial state.
	Initial(g *Group, columns []*batch.Column, row int) error
	// Close ends it.
	Close() error
}

// NewTransformer is the kind of processors that a function makes.
func NewTransformer[K, In, Out any](make func() Processor[K, In, Out]) Transformer {
	return transformer[K, In, Out](make)
}

type transformer[K, In, Out any] func() Processor[K, In, Out]

// Output implements [Transformer].
func (t transformer[K, In, Out]) Output() (types.Schema, error) {
	return rowstruct.SchemaOf(reflect.TypeFor[Out]())
}

// Open implements [Transformer].
func (t transformer[K, In, Out]) Open(c Columns, out []*batch.Column, s Store, m TimeMode) (TransformTask, error) {
	typed, err := newTyped[K, In, Out](c, out)
	if err != nil {
		return nil, err
	}
	p := &transformTask[K, In, Out]{typed: typed, handle: &Handle{store: s, mode: m, names: map[string]bool{}}}
	if err := p.init(t); err != nil {
		return nil, err
	}
	p.timers, _ = p.processor.(TimerProcessor[K, Out])
	if c.Initial == nil {
		return p, nil
	}
	if p.initial, err = newInitial(p.processor, reflect.TypeFor[K](), c.Initial); err != nil {
		return nil, err
	}
	return p, nil
}

// transformTask is one processor. Its handle is the only one.
type transformTask[K, In, Out any] struct {
	processor Processor[K, In, Out]
	timers    TimerProcessor[K, Out] // nil: it handles none
	typed     *typed[K, In, Out]
	handle    *Handle
	initial   *initial
}

func (t *transformTask[K, In, Out]) init(make func() Processor[K, In, Out]) (err error) {
	defer guard("Init of the stateful processor", &err)
	t.processor = make()
	if err := t.processor.Init(t.handle); err != nil {
		return fault.New(fault.TransformFunction, "Init of the stateful processor failed").With("function", "init").Wrap(err)
	}
	t.handle.ready = true
	return t.handle.err
}

// Begin implements [TransformTask].
func (t *transformTask[K, In, Out]) Begin(q QueryIdentity) {
	t.handle.query, t.handle.err, t.typed.err = q, nil, nil
}

// call calls a method of the processor for a key.
func (t *transformTask[K, In, Out]) call(g *Group, what string, method func(key K) error) (err error) {
	defer func() {
		t.handle.busy = false
		if err != nil {
			err = fault.New(fault.TransformFunction, "%s of the stateful processor failed", what).With("function", what).Wrap(err)
		}
	}()
	defer guard(what+" of the stateful processor", &err)
	key := t.typed.key(g)
	if t.typed.err != nil {
		return t.typed.err
	}
	t.handle.busy, t.handle.times = true, g.Times
	if err := method(key); err != nil {
		return fmt.Errorf("for the key %v: %w", key, err)
	}
	if t.typed.err != nil {
		return t.typed.err
	}
	return t.handle.err
}

// Rows implements [TransformTask].
func (t *transformTask[K, In, Out]) Rows(g *Group) error {
	return t.call(g, "handleInputRows", func(key K) error {
		return t.processor.HandleInputRows(key, t.typed.each(g), g.Times, t.typed.emit)
	})
}

// Timer implements [TransformTask].
func (t *transformTask[K, In, Out]) Timer(g *Group, at int64) error {
	if t.timers == nil {
		return nil
	}
	return t.call(g, "handleExpiredTimer", func(key K) error {
		return t.timers.HandleExpiredTimer(key, ExpiredTimer{At: milli(at)}, g.Times, t.typed.emit)
	})
}

// Initial implements [TransformTask].
func (t *transformTask[K, In, Out]) Initial(g *Group, columns []*batch.Column, row int) error {
	return t.call(g, "handleInitialState", func(key K) error {
		return t.initial.handle(reflect.ValueOf(&key).Elem(), columns, row, g.Times)
	})
}

// Close implements [TransformTask].
func (t *transformTask[K, In, Out]) Close() (err error) {
	defer guard("Close of the stateful processor", &err)
	if c, ok := t.processor.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// initial calls HandleInitialState, whose type of state only the processor knows.
type initial struct {
	method reflect.Value
	state  reflect.Type
	reader *rowstruct.Reader
}

func newInitial(processor any, key reflect.Type, columns []types.Field) (*initial, error) {
	m := reflect.ValueOf(processor).MethodByName("HandleInitialState")
	if !m.IsValid() {
		return nil, fault.New(fault.IllegalArgument, "the stateful processor %T has no method HandleInitialState, but the query has an "+
			"initial state", processor)
	}
	t := m.Type()
	if t.NumIn() != 3 || t.In(0) != key || t.In(2) != reflect.TypeFor[Times]() || t.NumOut() != 1 || t.Out(0) != reflect.TypeFor[error]() {
		return nil, fault.New(fault.IllegalArgument, "the method HandleInitialState of %T is a %v; it must be "+
			"func(key %v, initial S, times stateful.Times) error", processor, t, key)
	}
	r, err := rowstruct.NewReader(t.In(1), columns)
	if err != nil {
		return nil, fmt.Errorf("the initial state: %w", err)
	}
	return &initial{method: m, state: t.In(1), reader: r}, nil
}

func (i *initial) handle(key reflect.Value, columns []*batch.Column, row int, times Times) error {
	s := reflect.New(i.state)
	if err := i.reader.Read(columns, row, s.UnsafePointer()); err != nil {
		return fmt.Errorf("the initial state: %w", err)
	}
	out := i.method.Call([]reflect.Value{key, s.Elem(), reflect.ValueOf(times)})
	err, _ := out[0].Interface().(error)
	return err
}
