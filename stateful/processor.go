package stateful

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/fault"
)

// Processor is the user's object of TransformWithState (S140, S141). Each
// partition has one of its own, which one goroutine uses.
//
// What more it can do are methods that it may have: [TimerProcessor],
// [InitialProcessor] and io.Closer.
type Processor[K, In, Out any] interface {
	// Init declares the variables, when the query starts. Nothing can be read
	// yet.
	Init(h *Handle) error
	// HandleInputRows is called once a batch for each key that has rows. The rows
	// can be gone through once.
	HandleInputRows(key K, rows iter.Seq[In], times Times, emit func(Out)) error
}

// TimerProcessor is a processor with timers. Without it, timers that run out are
// only forgotten.
type TimerProcessor[K, Out any] interface {
	// HandleExpiredTimer is called for each timer that has run out, after the
	// rows of the batch, the earliest first.
	HandleExpiredTimer(key K, timer ExpiredTimer, times Times, emit func(Out)) error
}

// ExpiredTimer is a timer that has run out.
type ExpiredTimer struct {
	// At is the time for which it was registered, to the millisecond.
	At time.Time
}

// InitialProcessor is a processor that takes an initial state of type S.
type InitialProcessor[K, S any] interface {
	// HandleInitialState is called for each row of the initial state, before the
	// rows of the first batch.
	HandleInitialState(key K, initial S, times Times) error
}

// Handle is how a processor declares variables and works with timers (S142). What
// goes wrong fails the batch once the method of the processor has returned, or the
// start of the query where that was Init; [Handle.Err] tells it before.
type Handle struct {
	store Store
	mode  TimeMode
	names map[string]bool
	ready bool // Init has returned
	busy  bool // a method is being called for a key
	times Times
	query QueryIdentity
	err   error
}

// QueryIdentity says for which batch of which query a processor is called.
type QueryIdentity struct {
	// ID is that of the query, kept over restarts, and Run that of this run of it.
	ID, Run string
	// Batch is the number of the batch.
	Batch int64
	// Partition is the number of the partition.
	Partition int
}

// Query is the batch for which a method is called.
func (h *Handle) Query() QueryIdentity { return h.query }

// TimeMode is that of the query.
func (h *Handle) TimeMode() TimeMode { return h.mode }

// Err is the first thing that went wrong.
func (h *Handle) Err() error { return h.err }

func (h *Handle) fail(err error) {
	if h.err == nil {
		h.err = err
	}
}

// RegisterTimer asks for a call of HandleExpiredTimer for the key, in the first
// batch whose time, or watermark, has reached at: after the rows of this batch, if
// it has. One registered by HandleExpiredTimer waits for the next batch. A timer
// that is there already is not doubled.
func (h *Handle) RegisterTimer(at time.Time) {
	if h.timers("register a timer") {
		h.store.Timers().Register(at.UnixMilli())
	}
}

// DeleteTimer takes a timer of the key away, if there is one at that time.
func (h *Handle) DeleteTimer(at time.Time) {
	if h.timers("delete a timer") {
		h.store.Timers().Delete(at.UnixMilli())
	}
}

// ListTimers are the timers of the key, the earliest first. One that is being
// handled is among them.
func (h *Handle) ListTimers() []time.Time {
	var list []time.Time
	if h.timers("list timers") {
		for _, ms := range h.store.Timers().List() {
			list = append(list, time.UnixMilli(ms).UTC())
		}
	}
	return list
}

// timers reports whether timers may be used now.
func (h *Handle) timers(what string) bool {
	switch {
	case h.mode == NoTime:
		h.fail(fault.New(fault.TimerMode, "Cannot %s with the time mode None; use ProcessingTime or EventTime", what).
			With("operationType", what).With("timeMode", h.mode.String()))
	case !h.busy:
		h.fail(fault.New(fault.HandleState, "Cannot %s outside of a call for a key, as in Init", what).
			With("operationType", what).With("handleState", h.state()))
	default:
		return true
	}
	return false
}

func (h *Handle) state() string {
	if h.ready {
		return "INITIALIZED"
	}
	return "PRE_INIT"
}

// DeleteIfExists forgets a variable that the processor had in former runs, for all
// keys. It is called in Init.
func (h *Handle) DeleteIfExists(name string) {
	if h.ready || h.names[name] {
		h.fail(fault.New(fault.HandleState, "The state variable %s can be deleted in Init only, and if it is not declared there", name).
			With("operationType", "deleteIfExists").With("handleState", h.state()))
		return
	}
	h.store.Forget(name)
}

// usable reports whether variables may be read and changed now.
func (h *Handle) usable(name string) bool {
	if !h.busy {
		h.fail(fault.New(fault.HandleState, "The state variable %s cannot be used outside of a call for a key, as in Init", name).
			With("operationType", name).With("handleState", h.state()))
	}
	return h.busy && h.err == nil
}

// TTL is how long what is written to a variable can be read, by processing time
// (S147). The zero TTL is for ever.
type TTL struct{ Duration time.Duration }

// NoTTL is for ever.
var NoTTL = TTL{}

// For is a TTL of a duration, which must be positive.
func For(d time.Duration) TTL {
	if d.Milliseconds() <= 0 {
		d = -1
	}
	return TTL{d}
}

// declare makes a variable.
func (h *Handle) declare(v Variable, ttl TTL) int {
	v.TTL = ttl.Duration.Milliseconds()
	switch {
	case h.ready:
		h.fail(fault.New(fault.HandleState, "The state variable %s is declared too late: declare all in Init", v.Name).
			With("operationType", "get_"+v.Kind.String()).With("handleState", h.state()))
	case v.Name == "" || strings.HasPrefix(v.Name, "$"):
		h.fail(fault.New(fault.ReservedName, "A state variable cannot have the name %q; it must have one that does not begin with $", v.Name).
			With("colFamilyName", v.Name))
	case h.names[v.Name]:
		h.fail(fault.New(fault.DuplicateVariable, "The state variable %s is declared twice", v.Name).With("stateVarName", v.Name))
	case ttl.Duration < 0 || ttl.Duration > 0 && v.TTL == 0:
		h.fail(fault.New(fault.TTLPositive, "The TTL of the state variable %s must be positive", v.Name).
			With("operationType", "get_"+v.Kind.String()).With("stateName", v.Name))
	case v.TTL > 0 && h.mode != ProcessingTime:
		h.fail(fault.New(fault.TTLMode, "The state variable %s has a TTL, which needs the time mode ProcessingTime; it is %s", v.Name, h.mode).
			With("operationType", "get_"+v.Kind.String()).With("stateName", v.Name))
	default:
		h.names[v.Name] = true
		n, err := h.store.Declare(v)
		if err != nil {
			h.fail(err)
		}
		return n
	}
	return -1
}

// variable is what all kinds of variables have in common.
type variable struct {
	handle *Handle
	name   string
	number int
}

// open reports whether the variable can be used.
func (v *variable) open() bool { return v.number >= 0 && v.handle.usable(v.name) }

func (v *variable) fail(err error) {
	v.handle.fail(fmt.Errorf("the state variable %s: %w", v.name, err))
}

// illegal is the error for nil, which no variable takes.
func (v *variable) illegal() {
	v.handle.fail(fault.New(fault.IllegalStateValue, "Cannot write a null value to the state variable %s", v.name).
		With("stateName", v.name))
}
