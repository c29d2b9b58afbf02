package query

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/exec/keyed"
	"github.com/weirstream/weir/internal/keytable"
	"github.com/weirstream/weir/internal/microbatch"
	"github.com/weirstream/weir/internal/physical"
	"github.com/weirstream/weir/internal/state/statetest"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

var (
	simSeed  = flag.Uint64("sim-seed", 0, "the first seed of the simulation; 0 is the time")
	simSeeds = flag.Int("sim-seeds", 200, "how many seeds the simulation runs")
)

// The machine, the logs, the state and a sink, simulated: processes die at random
// operations of a disk that forgets or tears what was not synced, until a counting
// query has read everything. No row may be lost or counted twice.
func TestSimulation(t *testing.T) {
	first := *simSeed
	if first == 0 {
		first = uint64(time.Now().UnixNano())
	}
	crashes := 0
	for i := range *simSeeds {
		w := newSimulation(first + uint64(i))
		if err := w.live(); err != nil {
			t.Fatalf("-run TestSimulation -sim-seed=%d -sim-seeds=1: %v", first+uint64(i), err)
		}
		crashes += w.crashes
	}
	if crashes < *simSeeds/2 {
		t.Errorf("%d crashes in %d seeds: the simulation is none", crashes, *simSeeds)
	}
}

// simulation is a world with one query: it counts numbers by a key and a time, which
// both follow from the number, and lets counts go when the watermark passes.
type simulation struct {
	r       *rand.Rand
	disk    *vfs.Crash
	there   int64            // numbers 0 … there-1 are in the source
	goal    int64            // all there will be
	sink    map[int64]string // the rows of batches, by batch
	latest  map[string]int64 // in the sink: the newest count of each key
	crashes int
}

func newSimulation(seed uint64) *simulation {
	r := rand.New(rand.NewPCG(seed, 77))
	return &simulation{r: r, disk: vfs.NewCrash(), goal: 20 + r.Int64N(60), sink: map[int64]string{}, latest: map[string]int64{}}
}

// key and second are those of a number of the source.
func simKey(n int64) (name string, second int64) {
	return "k" + strconv.FormatInt(n*7%5, 10), 1000 + 10*(n/8)
}

// live runs processes until all is counted, and checks what is in the sink.
func (w *simulation) live() error {
	for {
		dies := w.r.IntN(4) > 0 && w.crashes < 12
		if dies {
			w.disk.StopAt(len(w.disk.Ops()) + 1 + w.r.IntN(40))
		}
		err := w.process()
		if err == nil {
			break
		}
		if errors.Is(err, errSimulated) && !errors.Is(err, vfs.ErrCrashed) {
			w.disk.StopAt(0)
			continue // the query has failed; it is started again
		}
		if !errors.Is(err, vfs.ErrCrashed) {
			return err
		}
		w.crashes++
		w.disk = w.disk.Image(w.r.Uint64N(40)) // 0 nothing of what was not synced, 1 all, else some
	}
	want := map[string]int64{}
	for n := range w.goal {
		name, second := simKey(n)
		want[fmt.Sprint(name, "@", second)]++
	}
	if !maps.Equal(w.latest, want) {
		return fmt.Errorf("the sink counts %v, want %v", w.latest, want)
	}
	return nil
}

// simProcess is one run of the query.
type simProcess struct {
	*simulation
	log    *checkpoint.Checkpoint
	states *states
	plan   *physical.Stateful
	parts  []simPart
}

type simPart struct {
	table keyed.Table
	rows  *statetest.Rows
}

// process runs until everything is committed or the machine dies.
func (w *simulation) process() (err error) {
	log, found, err := checkpoint.Open(w.disk, "ck", checkpoint.Options{QueryID: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", Retain: 2, MaxJournal: 600, MirrorDelay: -1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	c := &Config{Checkpoint: Checkpoint{FS: w.disk, Dir: "ck"}, Warn: slog.New(slog.DiscardHandler)}
	c.Settings.Retain, c.Settings.SnapshotEvery = 2, 2
	p := &simProcess{simulation: w, log: log, states: newStates(log, &found, c)}
	defer func() { err = errors.Join(err, p.states.close()) }()
	spec := statetest.Spec()
	p.plan = &physical.Stateful{Name: spec.Name, Specs: []keyed.Spec{spec}}
	partitions := 1 + w.r.IntN(3)
	for i := range partitions {
		rows := &statetest.Rows{}
		table, err := p.states.open(0, spec, i, partitions, rows)
		if err != nil {
			return err
		}
		p.parts = append(p.parts, simPart{table, rows})
	}
	if err := p.states.check([]*physical.Stateful{p.plan}); err != nil {
		return err
	}
	known := knownOf(&found)
	if known.Last != nil && len(known.Last.Start) == 0 {
		known.Last.Start = make([]microbatch.Offset, 1)
	}
	m, err := microbatch.New(microbatch.Options{NoData: true, Retries: w.r.IntN(3),
		Sources: []microbatch.Source{{Name: "numbers", Replayable: true}}}, known)
	if err != nil {
		return err
	}
	return p.loop(m)
}

// loop performs what the machine decides.
func (p *simProcess) loop(m *microbatch.Machine) error {
	event := microbatch.Event(microbatch.Started{Now: p.now()})
	for {
		var next microbatch.Event
		for _, a := range m.Step(event) {
			var err error
			switch a := a.(type) {
			case microbatch.AskLatest:
				p.there = min(p.goal, p.there+p.r.Int64N(12))
				next = microbatch.Latest{Now: p.now(), Available: []microbatch.Offset{offsetOf(p.there)}}
			case microbatch.WritePlan:
				next = microbatch.Planned{}
				record := checkpoint.Plan{Batch: int64(a.Plan.Batch), WatermarkMS: a.Plan.Watermark.UnixMilli(),
					TimestampMS: a.Plan.Timestamp.UnixMilli()}
				for _, e := range a.Plan.End {
					record.Ends = append(record.Ends, json.RawMessage(e))
				}
				err = p.log.Plan(record)
			case microbatch.RunBatch:
				next, err = p.runBatch(a)
			case microbatch.WriteCommit:
				next = microbatch.Committed{Now: p.now()}
				if err = p.log.Commit(checkpoint.Commit{Batch: int64(a.Batch), NextWatermarkMS: a.Watermark.UnixMilli()}); err == nil {
					p.states.committed(int64(a.Batch) + 1)
				}
			case microbatch.Wait:
				if p.there == p.goal {
					return nil
				}
				next = microbatch.Triggered{Now: p.now()}
			case microbatch.Finish:
				return a.Err
			}
			if err != nil {
				next = microbatch.Failed{Err: err, Passing: errors.Is(err, errSimulated)}
				break
			}
		}
		event = next
	}
}

// errSimulated is a failure of a batch that passes.
var errSimulated = errors.New("the sink was away")

func (w *simulation) now() time.Time {
	return time.UnixMilli(1_700_000_000_000 + w.r.Int64N(1000)).UTC()
}

// offsetOf is the empty offset before the first number.
func offsetOf(n int64) microbatch.Offset {
	if n == 0 {
		return ""
	}
	return microbatch.Offset(strconv.FormatInt(n, 10))
}

// runBatch counts the numbers of a batch and writes what changed to the sink.
func (p *simProcess) runBatch(a microbatch.RunBatch) (microbatch.Event, error) {
	id := int64(a.Plan.Batch)
	if a.Attempt > 1 {
		if err := p.states.rollback(id); err != nil {
			return nil, err
		}
	}
	from, _ := strconv.ParseInt(string(a.Plan.Start[0]), 10, 64)
	to, _ := strconv.ParseInt(string(a.Plan.End[0]), 10, 64)
	var lines []string
	counts := map[string]int64{}
	for i, part := range p.parts {
		p.count(i, from, to)
		names, times := part.table.Keys()[0], part.table.Keys()[1]
		for _, s := range part.table.Dirty(nil) {
			key := fmt.Sprint(batch.Values[string](names)[s], "@", batch.Values[int64](times)[s]/1e6)
			counts[key] = part.rows.Numbers[s]
			lines = append(lines, fmt.Sprint(key, "=", part.rows.Numbers[s]))
		}
		part.table.Delete(part.table.Expired(a.Plan.Watermark.UnixMicro(), nil))
	}
	if p.r.IntN(12) == 0 {
		return nil, fmt.Errorf("batch %d: %w", id, errSimulated)
	}
	if err := p.states.save(id + 1); err != nil {
		return nil, err
	}
	if err := p.log.Check(); err != nil {
		return nil, err
	}
	slices.Sort(lines)
	text := fmt.Sprint(lines)
	if before, again := p.sink[id]; again && before != text {
		return nil, fmt.Errorf("batch %d gave %s, and when it ran again %s", id, before, text)
	}
	p.sink[id] = text
	maps.Copy(p.latest, counts)
	seen := a.Plan.Watermark
	if to > 0 {
		_, second := simKey(to - 1)
		seen = time.Unix(second-10, 0).UTC()
	}
	return microbatch.Ran{Batch: a.Plan.Batch, Watermark: seen}, nil
}

// count adds the numbers from ≤ n < to that belong to a partition.
func (p *simProcess) count(partition int, from, to int64) {
	n := int(to - from)
	names, times := batch.NewColumn(types.Of(types.String), n), batch.NewColumn(types.Of(types.Timestamp), n)
	names.Extend(n)
	times.Extend(n)
	for i := range n {
		name, second := simKey(from + int64(i))
		batch.Values[string](names)[i], batch.Values[int64](times)[i] = name, second*1e6
	}
	keys := []*batch.Column{names, times}
	var h keytable.Hasher
	sel := []int32{}
	for i, shard := range h.Shards(p.plan.Specs[0].ShardKeys(keys), n, nil, nil) {
		if int(shard)*len(p.parts)/keytable.ShardCount == partition {
			sel = append(sel, int32(i))
		}
	}
	part := p.parts[partition]
	slots := make([]int32, len(sel))
	if err := part.table.Find(keys, n, sel, slots); err != nil {
		panic(err) // a table in memory
	}
	for _, s := range slots {
		part.rows.Numbers[s]++
	}
	part.table.MarkDirty(slots)
}
