package progress

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

// notebook is a listener that notes what it hears; gate, if there is one, must
// open before each note.
type notebook struct {
	notes []string
	gate  chan struct{}
}

func (n *notebook) note(s string) {
	if n.gate != nil {
		<-n.gate
	}
	n.notes = append(n.notes, s)
}

func (n *notebook) OnStarted(e Started)       { n.note("started " + e.ID) }
func (n *notebook) OnProgress(p *Progress)    { n.note(fmt.Sprintf("progress %d", p.Batch)) }
func (n *notebook) OnIdle(e Idle)             { n.note("idle " + e.ID) }
func (n *notebook) OnTerminated(e Terminated) { n.note("terminated " + e.ID) }

func TestBusKeepsTheOrder(t *testing.T) {
	b, n := NewBus(), &notebook{}
	b.Add(n)
	b.PostNow(Started{ID: "q"})
	if len(n.notes) != 1 {
		t.Fatal("PostNow returned before the listener had heard")
	}
	want := []string{"started q"}
	for i := range int64(1000) {
		b.Post(&Progress{Batch: i})
		want = append(want, fmt.Sprintf("progress %d", i))
	}
	b.Post(Idle{ID: "q"})
	b.Post(Terminated{ID: "q"})
	b.Flush()
	if want = append(want, "idle q", "terminated q"); !slices.Equal(n.notes, want) {
		t.Errorf("heard %d events, the last of them %q", len(n.notes), n.notes[max(0, len(n.notes)-3):])
	}
}

func TestASlowListenerHoldsNobodyUpAndMissesNothing(t *testing.T) {
	b, slow := NewBus(), &notebook{gate: make(chan struct{})}
	b.Add(slow)
	for range 10 {
		b.Post(Idle{ID: "q"})
	}
	late := &notebook{}
	b.Add(late)
	b.Post(Idle{ID: "r"})
	b.Remove(slow)
	b.Post(Idle{ID: "s"})
	for range 11 {
		slow.gate <- struct{}{}
	}
	b.Flush()
	if len(slow.notes) != 11 {
		t.Errorf("the slow listener heard %d events, want 11", len(slow.notes))
	}
	if want := []string{"idle r", "idle s"}; !slices.Equal(late.notes, want) {
		t.Errorf("the late listener heard %q, want %q", late.notes, want)
	}
	if got := b.Listeners(); len(got) != 1 || got[0] != Listener(late) {
		t.Errorf("listeners: %v", got)
	}
}

func TestBusWithoutListeners(t *testing.T) {
	b := NewBus()
	b.Post(Idle{})
	b.Flush()
}

func TestRecentKeepsTheNewest(t *testing.T) {
	r := NewRecent(4) // keeps three
	if r.Last() != nil || len(r.All()) != 0 {
		t.Error("an empty Recent has a progress")
	}
	for i := range int64(8) {
		r.Add(&Progress{Batch: i})
		if r.Last().Batch != i {
			t.Errorf("the last is %d, want %d", r.Last().Batch, i)
		}
		var got, want []int64
		for _, p := range r.All() {
			got = append(got, p.Batch)
		}
		for b := max(0, i-2); b <= i; b++ {
			want = append(want, b)
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d: kept %v, want %v", i, got, want)
		}
	}
	one := NewRecent(1)
	one.Add(&Progress{Batch: 7})
	if one.Last().Batch != 7 {
		t.Error("a Recent of one update keeps nothing")
	}
}

// rude is a listener that panics.
type rude struct{ notebook }

func (*rude) OnStarted(Started)    { panic("a mistake at the start") }
func (*rude) OnProgress(*Progress) { panic("a mistake on the way") }

// A listener that panics is alone with it.
func TestListenerPanics(t *testing.T) {
	before := slog.Default()
	var said bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	defer slog.SetDefault(before)
	b, n := NewBus(), &notebook{}
	b.Add(&rude{})
	b.Add(n)
	b.PostNow(Started{ID: "q"})
	b.Post(&Progress{Batch: 1})
	b.Post(Terminated{ID: "q"})
	b.Flush()
	if want := []string{"started q", "progress 1", "terminated q"}; !slices.Equal(n.notes, want) {
		t.Errorf("the other listener heard %q, want %q", n.notes, want)
	}
	if text := said.String(); !strings.Contains(text, "a mistake on the way") || !strings.Contains(text, "OnProgress") {
		t.Errorf("the log does not show the panic and its stack: %s", text)
	}
}
