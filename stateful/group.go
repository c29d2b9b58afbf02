package stateful

import (
	"reflect"
	"time"

	"github.com/weirstream/weir/internal/fault"
)

// GroupState is the state of one key in a group function (S132). It is good for
// the one call that it is given to.
//
// What is not allowed changes nothing and fails the batch once the function has
// returned; [GroupState.Err] tells it before.
type GroupState[S any] struct {
	value    S
	exists   bool
	updated  bool
	removed  bool
	timedOut bool
	timeout  int64 // in milliseconds; noTimeout: none
	times    Times
	conf     Timeout
	err      error
}

// noTimeout stands for a timeout that is not set.
const noTimeout = -1

// Times are what a call may know of the time. A test makes its own.
type Times struct {
	// Processing is the time of the batch.
	Processing time.Time
	// Watermark is that of the batch; the zero time: the input has none.
	Watermark time.Time
}

// GroupTest says in which condition a state is that a test makes.
type GroupTest[S any] struct {
	// State is what the key has; nil: nothing.
	State *S
	// Timeout is how the function is to be used.
	Timeout Timeout
	// TimedOut makes it a call for a timeout.
	TimedOut bool
	// Times are those of the batch.
	Times Times
}

// NewTestGroupState is a state with which a test calls a group function (S138).
func NewTestGroupState[S any](t GroupTest[S]) *GroupState[S] {
	s := &GroupState[S]{timeout: noTimeout, times: t.Times, conf: t.Timeout, timedOut: t.TimedOut}
	if t.State != nil {
		s.value, s.exists = *t.State, true
	}
	return s
}

// Exists reports whether the key has a state.
func (s *GroupState[S]) Exists() bool { return s.exists }

// Get is the state, and whether there is one; if not, the zero value.
func (s *GroupState[S]) Get() (S, bool) { return s.value, s.exists }

// Update gives the key a state.
func (s *GroupState[S]) Update(v S) {
	if isNil(reflect.ValueOf(&v).Elem()) {
		s.fail(fault.IllegalArgument, "'null' is not a valid state value")
		return
	}
	s.value, s.exists, s.updated, s.removed = v, true, true, false
}

// isNil reports whether v is nil.
func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}

// Remove takes the state away, and a timeout that was set before this call. One
// that is set in this call stays.
func (s *GroupState[S]) Remove() {
	var zero S
	s.value, s.exists, s.updated, s.removed = zero, false, false, true
}

// HasTimedOut reports whether the call is for a timeout: there are no rows then.
func (s *GroupState[S]) HasTimedOut() bool { return s.timedOut }

// SetTimeoutDuration asks for a call when d, more than zero, has passed since the
// time of this batch, unless rows come before. It must be set anew in each call.
// It needs [ProcessingTimeTimeout].
func (s *GroupState[S]) SetTimeoutDuration(d time.Duration) {
	switch {
	case s.conf != ProcessingTimeTimeout:
		s.fail(fault.UnsupportedOperation, "Cannot set timeout duration without enabling processing time timeout in [map|flatMap]GroupsWithState")
	case d.Milliseconds() <= 0:
		s.fail(fault.IllegalArgument, "Timeout duration must be positive; it is %v", d)
	default:
		s.timeout = s.times.Processing.UnixMilli() + d.Milliseconds()
	}
}

// SetTimeoutTimestamp asks for a call once the watermark is later than t, unless
// rows come before. t must not be before the watermark. It must be set anew in
// each call, and needs [EventTimeTimeout].
func (s *GroupState[S]) SetTimeoutTimestamp(t time.Time) {
	at := t.UnixMilli()
	switch {
	case s.conf != EventTimeTimeout:
		s.fail(fault.UnsupportedOperation, "Cannot set timeout timestamp without enabling event time timeout in [map|flatMap]GroupsWithState")
	case at <= 0:
		s.fail(fault.IllegalArgument, "Timeout timestamp must be positive; it is %v", t)
	case !s.times.Watermark.IsZero() && at < s.times.Watermark.UnixMilli():
		s.fail(fault.IllegalArgument, "Timeout timestamp (%d) cannot be earlier than the current watermark (%d)", at,
			s.times.Watermark.UnixMilli())
	default:
		s.timeout = at
	}
}

// CurrentWatermark is the watermark of the batch, 1970-01-01 in the first. Without
// a watermark in the input it is not allowed.
func (s *GroupState[S]) CurrentWatermark() time.Time {
	if s.times.Watermark.IsZero() {
		s.fail(fault.UnsupportedOperation,
			"Cannot get event time watermark timestamp without setting watermark before [map|flatMap]GroupsWithState")
		return time.UnixMilli(0).UTC()
	}
	return s.times.Watermark
}

// CurrentProcessingTime is the time of the batch.
func (s *GroupState[S]) CurrentProcessingTime() time.Time { return s.times.Processing }

// Updated reports whether the call has updated the state, for tests.
func (s *GroupState[S]) Updated() bool { return s.updated }

// Removed reports whether the call has removed the state, for tests.
func (s *GroupState[S]) Removed() bool { return s.removed }

// TimeoutAt is the timeout that the call has set, and whether it has set one.
func (s *GroupState[S]) TimeoutAt() (time.Time, bool) {
	if s.timeout == noTimeout {
		return time.Time{}, false
	}
	return time.UnixMilli(s.timeout).UTC(), true
}

// Err is the first thing that was not allowed.
func (s *GroupState[S]) Err() error { return s.err }

func (s *GroupState[S]) fail(c fault.Condition, format string, args ...any) {
	if s.err == nil {
		s.err = fault.New(c, format, args...)
	}
}
