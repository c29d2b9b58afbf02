package microbatch

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// world is everything around a machine: sources that count, a checkpoint, a
// sink, state, a clock, and the loop that performs actions. What is durable
// outlives a crash; the machine does not.
//
// A row is a source and a number; the row number 7 of a source is its seventh.
// The state keeps rows until the watermark reaches their time, then emits them,
// as an aggregation in append mode does with its windows.
type world struct {
	options Options
	rates   []int // rows of each source in a batch; 0 for no limit
	delay   time.Duration
	timers  time.Duration // when the state wants a batch after each; 0 for never

	now       time.Time
	available []int

	plans    []Plan             // durable
	commits  []WriteCommit      // durable
	due      []time.Time        // durable: the timer of each version of the state
	emitted  map[BatchID]string // durable: the sink
	dropped  map[BatchID]string // durable: late rows, which are counted
	state    [][]row            // durable: by version
	released []int              // what the sources have forgotten

	machine *Machine // gone after a crash
	wait    *Wait    // what the machine waits for
	err     error    // of Finish
	done    bool     // Finish was performed
	log     []string // what was done, for people

	fault func(a Action, after bool) error // consulted around each action
}

type row struct {
	source, number int
}

// errCrash is what a fault returns to end the process.
var errCrash = errors.New("crash")

// when is the event time of a row: row 7 comes at minute 107, some up to two
// minutes earlier.
func (r row) when() time.Time {
	late := (r.number*7 + r.source*3) % 5
	return epoch.Add(time.Duration(100+r.number-late/2) * time.Minute)
}

func (r row) String() string { return fmt.Sprintf("%c%d", 'a'+r.source, r.number) }

func newWorld(o Options, rates []int) *world {
	n := len(o.Sources)
	return &world{
		options: o, rates: rates, now: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC),
		available: make([]int, n), released: make([]int, n),
		emitted: make(map[BatchID]string), dropped: make(map[BatchID]string), state: [][]row{nil},
	}
}

// start begins a process on the checkpoint that is there.
func (w *world) start() error {
	var c Checkpoint
	if n := len(w.plans); n > 0 {
		c.Last = &w.plans[n-1]
		if c.Committed = len(w.commits) == n; c.Committed {
			c.Watermark, c.Timer = w.commits[n-1].Watermark, w.due[n-1]
		}
	}
	m, err := New(w.options, c)
	if err != nil {
		return err
	}
	w.machine, w.wait, w.done, w.err = m, nil, false, nil
	w.tell(Started{w.now})
	return nil
}

// tell gives the machine an event and performs what it calls for.
func (w *world) tell(e Event) {
	for e != nil && w.machine != nil {
		actions := w.machine.Step(e)
		e = nil
		for _, a := range actions {
			if e = w.perform(a); e != nil || w.machine == nil {
				break
			}
		}
	}
}

func (w *world) perform(a Action) Event {
	for _, after := range []bool{false, true} {
		var answer Event
		if after {
			answer = w.do(a)
		}
		switch err := w.fault(a, after); {
		case err == errCrash:
			w.machine, w.wait = nil, nil
			return nil
		case err != nil:
			var f Failed
			f.Err, f.Passing, f.Interrupted = err, err == errPassing, err == errInterrupted
			return f
		}
		if after {
			return answer
		}
	}
	return nil
}

var (
	errPassing     = errors.New("a lost connection")
	errInterrupted = errors.New("interrupted")
	errBroken      = errors.New("a full disk")
)

func (w *world) do(a Action) Event {
	w.wait = nil
	switch a := a.(type) {
	case AskLatest:
		return Latest{w.now, w.latest(a)}
	case WritePlan:
		w.note("plan %d %s at %s, watermark %s late %s", a.Plan.Batch, ranges(a.Plan),
			a.Plan.Timestamp.Format("15:04:05"), minute(a.Plan.Watermark), minute(a.Plan.Late))
		w.writePlan(a.Plan)
		return Planned{}
	case Release:
		w.note("release %s", strings.Join(texts(a.Offsets), " "))
		for i, o := range a.Offsets {
			w.released[i] = count(o)
		}
	case RunBatch:
		return w.runBatch(a)
	case WriteCommit:
		w.note("commit %d, next watermark %s", a.Batch, minute(a.Watermark))
		if int(a.Batch) != len(w.commits) || len(w.plans) != len(w.commits)+1 {
			panic(fmt.Sprintf("commit %d with %d plans and %d commits", a.Batch, len(w.plans), len(w.commits)))
		}
		w.commits = append(w.commits, a)
		return Committed{w.now}
	case FellBehind:
		w.note("behind: the interval is %v, spent %v", a.Interval, a.Spent)
	case Wait:
		w.note("%s", describe(a))
		w.wait = &a
	case Finish:
		w.done, w.err = true, a.Err
		w.note("finish: %v", a.Err)
	default:
		panic(fmt.Sprintf("unknown action %T", a))
	}
	return nil
}

func (w *world) latest(a AskLatest) []Offset {
	to := make([]Offset, len(w.available))
	for i, n := range w.available {
		if a.Until != nil {
			n = min(n, count(a.Until[i]))
		}
		if w.rates[i] > 0 && !a.Unlimited {
			n = min(n, count(a.From[i])+w.rates[i])
		}
		if n > 0 {
			to[i] = Offset(strconv.Itoa(n))
		}
	}
	return to
}

// writePlan is the log: it refuses what does not follow from what is in it.
func (w *world) writePlan(p Plan) {
	if int(p.Batch) != len(w.plans) || len(w.commits) != len(w.plans) {
		panic(fmt.Sprintf("plan %d with %d plans and %d commits", p.Batch, len(w.plans), len(w.commits)))
	}
	if n := len(w.plans); n > 0 {
		last := w.plans[n-1]
		switch {
		case !slices.Equal(p.Start, last.End):
			panic(fmt.Sprintf("plan %d starts at %v, the one before ends at %v", p.Batch, p.Start, last.End))
		case !p.Late.Equal(last.Watermark):
			panic(fmt.Sprintf("plan %d is late at %v, the watermark before is %v", p.Batch, p.Late, last.Watermark))
		case p.Timestamp.Before(last.Timestamp):
			panic(fmt.Sprintf("plan %d goes back in time", p.Batch))
		case !p.Watermark.Equal(w.commits[n-1].Watermark):
			panic(fmt.Sprintf("plan %d has another watermark than commit %d names", p.Batch, n-1))
		}
	}
	w.plans = append(w.plans, p)
}

// runBatch runs a batch over the version of the state that is its own, so that
// running it again changes nothing; it checks that nothing has changed.
func (w *world) runBatch(a RunBatch) Event {
	p := a.Plan
	again := ""
	if a.Replay {
		again = " again"
	}
	if a.Attempt > 1 {
		again += fmt.Sprintf(" for the %d. time", a.Attempt)
	}
	greatest := p.Watermark.Add(w.delay)
	state := slices.Clone(w.state[p.Batch])
	var dropped []row
	for i := range p.Start {
		if count(p.Start[i]) < w.released[i] {
			panic(fmt.Sprintf("batch %d reads what was released", p.Batch))
		}
		for n := count(p.Start[i]) + 1; n <= count(p.End[i]); n++ {
			r := row{i, n}
			greatest = later(greatest, r.when())
			if r.when().After(p.Late) {
				state = append(state, r)
			} else {
				dropped = append(dropped, r)
			}
		}
	}
	var kept, emitted []row
	for _, r := range state {
		if r.when().After(p.Watermark) {
			kept = append(kept, r)
		} else {
			emitted = append(emitted, r)
		}
	}
	w.note("run %d%s %s: emits %v drops %v", p.Batch, again, ranges(p), emitted, dropped)
	w.keep(w.emitted, p.Batch, fmt.Sprint(emitted))
	w.keep(w.dropped, p.Batch, fmt.Sprint(dropped))
	timer := time.Time{}
	if w.timers > 0 && len(kept) > 0 {
		timer = p.Timestamp.Add(w.timers)
	}
	w.state, w.due = append(w.state[:p.Batch+1], kept), append(w.due[:p.Batch], timer)
	return Ran{Batch: p.Batch, Watermark: greatest.Add(-w.delay), Timer: timer}
}

// keep is a sink that takes a batch once and checks that a second copy is the
// same.
func (w *world) keep(sink map[BatchID]string, b BatchID, rows string) {
	if old, ok := sink[b]; ok && old != rows {
		panic(fmt.Sprintf("batch %d gave %s, and now %s", b, old, rows))
	}
	sink[b] = rows
}

func (w *world) note(format string, args ...any) { w.log = append(w.log, fmt.Sprintf(format, args...)) }

// rows are all rows in a list of batches.
func rows(sink map[BatchID]string) []string {
	var all []string
	for _, s := range sink {
		all = append(all, strings.Fields(strings.Trim(s, "[]"))...)
	}
	slices.Sort(all)
	return all
}

func count(o Offset) int {
	if o == "" {
		return 0
	}
	n, err := strconv.Atoi(string(o))
	if err != nil {
		panic(err)
	}
	return n
}

func texts(offsets []Offset) []string {
	var out []string
	for _, o := range offsets {
		out = append(out, strconv.Itoa(count(o)))
	}
	return out
}

func ranges(p Plan) string {
	if p.NoData() {
		return "without data"
	}
	var out []string
	for i := range p.Start {
		out = append(out, fmt.Sprintf("%c(%d,%d]", 'a'+i, count(p.Start[i]), count(p.End[i])))
	}
	return strings.Join(out, " ")
}

func minute(t time.Time) string { return strconv.Itoa(int(t.Sub(epoch).Minutes())) }

func describe(w Wait) string {
	s := "wait"
	if w.ForData {
		s += " for data"
	}
	if !w.Until.IsZero() {
		s += " until " + w.Until.Format("15:04:05")
	}
	return s
}
