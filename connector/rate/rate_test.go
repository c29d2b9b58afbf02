package rate

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
)

// keptLog is a source's log in memory.
type keptLog map[int64][][]byte

func (l keptLog) Add(n int64, lines [][]byte) error                   { l[n] = lines; return nil }
func (l keptLog) Lines(int64) ([][]byte, error)                       { return nil, nil }
func (l keptLog) Entry(n int64) ([][]byte, bool, error)               { lines, ok := l[n]; return lines, ok, nil }
func (l keptLog) Latest() (int64, bool, error)                        { return 0, len(l) > 0, nil }
func (l keptLog) open(func([][]byte) [][]byte) (connector.Log, error) { return l, nil }

// clock is set by hand.
type clock struct{ now time.Time }

func (c *clock) spec(log keptLog, options ...string) connector.SourceSpec {
	m := make(map[string]string)
	for i := 0; i < len(options); i += 2 {
		m[options[i]] = options[i+1]
	}
	return connector.SourceSpec{Options: connector.NewOptions(m), OpenLog: log.open,
		Env: connector.Env{Now: func() time.Time { return c.now }}}
}

func open1(t testing.TB, f connector.SourceFormat, spec connector.SourceSpec) connector.Source {
	t.Helper()
	s, err := f.OpenSource(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The rows after each second are those of the comment in Spark's own test: a ramp
// of 4 s to 10 rows a second.
func TestRamp(t *testing.T) {
	tests := []struct {
		speed speed
		want  []int64
	}{
		{speed{10, 4}, []int64{0, 2, 6, 12, 20, 30, 40, 50}},
		{speed{10, 0}, []int64{0, 10, 20, 30}},
		{speed{1, 3}, []int64{0, 1, 3, 6, 7, 8}},
	}
	for _, tt := range tests {
		for s, want := range tt.want {
			if got, _ := tt.speed.rows(int64(s)); got != want {
				t.Errorf("%+v: %d rows after %d s, want %d", tt.speed, got, s, want)
			}
		}
	}
}

func TestRowsAreDueEvenlyInTheirSecond(t *testing.T) {
	v := speed{10, 4}
	for n, want := range map[int64]int64{0: 0, 1: 500, 2: 1000, 5: 1750, 6: 2000, 12: 3000, 19: 3875, 20: 4000, 29: 4900, 30: 5000, 41: 6100} {
		if got := v.due(n); got != want {
			t.Errorf("row %d is due after %d ms, want %d", n, got, want)
		}
	}
}

func TestRateContract(t *testing.T) {
	c, log := &clock{time.UnixMilli(1_700_000_000_123)}, keptLog{}
	connectortest.Source(t, connectortest.SourceCase{
		Open: func(t testing.TB) connector.Source {
			return open1(t, Format{}, c.spec(log, "rowsPerSecond", "7", "numPartitions", "2", "rampUpTime", "2s"))
		},
		Feed: func(testing.TB, int) { c.now = c.now.Add(1700 * time.Millisecond) },
	})
}

func TestRateFollowsTheClock(t *testing.T) {
	c, log := &clock{time.UnixMilli(5000)}, keptLog{}
	s := open1(t, Format{}, c.spec(log, "rowsPerSecond", "4"))
	latest := func(from string, want string) {
		t.Helper()
		var o connector.Offset
		if from != "" {
			o = connector.Offset(from)
		}
		if got, err := s.Latest(t.Context(), o, connector.Limit{}); string(got) != want || err != nil {
			t.Errorf("Latest(%s) is %s, %v, want %s", from, got, err, want)
		}
	}
	latest("", "")
	c.now = c.now.Add(999 * time.Millisecond)
	latest("", "")
	c.now = c.now.Add(2 * time.Millisecond)
	latest("", "1")
	latest("1", "1")
	c.now = c.now.Add(-time.Hour)
	latest("", "1")
	rows := connectortest.Read(t, s, nil, connector.Offset("1"), connector.Scan{Schema: schema()})
	want := [][]any{{int64(5_000_000), int64(0)}, {int64(5_250_000), int64(1)}, {int64(5_500_000), int64(2)}, {int64(5_750_000), int64(3)}}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("rows %v, want %v", rows, want)
	}
	c.now = time.UnixMilli(9000)
	s = open1(t, Format{}, c.spec(log, "rowsPerSecond", "4"))
	latest("1", "4")
}

// The rows are those that Spark 4.3 gave for the same options
// (connector/console/testdata/show.py was run with them).
func TestMicroBatch(t *testing.T) {
	c := &clock{}
	s := open1(t, MicroBatch{}, c.spec(keptLog{}, "rowsPerBatch", "3", "numPartitions", "1", "startTimestamp", "1000", "advanceMillisPerBatch", "500"))
	one, err := s.Latest(t.Context(), nil, connector.Limit{})
	if err != nil {
		t.Fatal(err)
	}
	two, _ := s.Latest(t.Context(), one, connector.Limit{})
	if string(two) != `{"offset":6,"timestamp":2000}` {
		t.Errorf("after two batches the offset is %s", two)
	}
	got := fmt.Sprint(connectortest.Read(t, s, nil, one, connector.Scan{Schema: schema()}),
		connectortest.Read(t, s, one, two, connector.Scan{Schema: schema()}))
	if want := "[[1000000 0] [1000000 1] [1000000 2]] [[1500000 3] [1500000 4] [1500000 5]]"; got != want {
		t.Errorf("rows %s, want %s", got, want)
	}
	if d := s.(connector.Described).Description(); d != "RatePerMicroBatchStream[rowsPerBatch=3, numPartitions=1, startTimestamp=1000, advanceMsPerBatch=500]" {
		t.Errorf("described as %s", d)
	}
}

func TestMicroBatchContract(t *testing.T) {
	c := &clock{}
	connectortest.Source(t, connectortest.SourceCase{Open: func(t testing.TB) connector.Source {
		return open1(t, MicroBatch{}, c.spec(keptLog{}, "rowsPerBatch", "3000", "numPartitions", "3"))
	}})
}

func TestRefusals(t *testing.T) {
	c := &clock{}
	tests := []struct {
		format  connector.SourceFormat
		options []string
		want    string
	}{
		{Format{}, []string{"rowsPerSecond", "0"}, "rowsPerSecond"},
		{Format{}, []string{"rampUpTime", "soon"}, "rampUpTime"},
		{Format{}, []string{"rowPerSecond", "1"}, "did you mean rowsPerSecond"},
		{MicroBatch{}, nil, "rowsPerBatch is required"},
		{MicroBatch{}, []string{"rowsPerBatch", "-1"}, "rowsPerBatch"},
	}
	for _, tt := range tests {
		_, err := tt.format.OpenSource(t.Context(), c.spec(keptLog{}, tt.options...))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v does not say %q", tt.options, err, tt.want)
		}
	}
}
