package nexmark

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

func spec(now func() time.Time, pairs ...string) connector.SourceSpec {
	m := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return connector.SourceSpec{Options: connector.NewOptions(m), Env: connector.Env{Now: now}}
}

func open(t testing.TB, s connector.SourceSpec) connector.Source {
	t.Helper()
	src, err := Format{}.OpenSource(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestContract(t *testing.T) {
	connectortest.Source(t, connectortest.SourceCase{Rounds: 5, Open: func(t testing.TB) connector.Source {
		return open(t, spec(time.Now, "seed", "5", "events", "4000", "maxEventsPerTrigger", "1111"))
	}})
}

func TestLatest(t *testing.T) {
	now := time.UnixMilli(0)
	clock := func() time.Time { return now }
	tests := []struct {
		name    string
		options []string
		from    string
		after   time.Duration
		limit   connector.Limit
		want    string
	}{
		{"all at once", []string{"events", "500"}, "", 0, connector.Limit{}, "500"},
		{"nothing beyond the end", []string{"events", "500"}, "500", 0, connector.Limit{}, "500"},
		{"a batch", []string{"events", "500", "maxEventsPerTrigger", "200"}, "400", 0, connector.Limit{}, "500"},
		{"a batch before the end", []string{"events", "500", "maxEventsPerTrigger", "200"}, "100", 0, connector.Limit{}, "300"},
		{"a batch without a limit", []string{"events", "500", "maxEventsPerTrigger", "200"}, "100", 0, connector.Limit{Unlimited: true}, "500"},
		{"not beyond a bound", []string{"events", "500"}, "100", 0, connector.Limit{Until: connector.Offset("120")}, "120"},
		{"a batch before a bound", []string{"events", "500", "maxEventsPerTrigger", "9"}, "100", 0, connector.Limit{Until: connector.Offset("120")}, "109"},
		{"endless begins with nothing", nil, "", 0, connector.Limit{}, ""},
		{"endless goes at the rate", []string{"rate", "1000"}, "", 1500 * time.Millisecond, connector.Limit{}, "1500"},
		{"or at its own pace", []string{"rate", "1000", "eventsPerSecond", "10"}, "7", 2 * time.Second, connector.Limit{}, "27"},
		{"paced to an end", []string{"events", "15", "eventsPerSecond", "10"}, "", 2 * time.Second, connector.Limit{}, "15"},
		{"endless and at once", []string{"eventsPerSecond", "0", "maxEventsPerTrigger", "9"}, "1", 0, connector.Limit{Unlimited: true}, "10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, spec(clock, tt.options...))
			var from connector.Offset
			if tt.from != "" {
				from = connector.Offset(tt.from)
			}
			for _, d := range []time.Duration{0, tt.after} {
				now = now.Add(d)
				to, err := s.Latest(t.Context(), from, tt.limit)
				if err != nil || d == tt.after && string(to) != tt.want {
					t.Errorf("got %s, %v, want %s", to, err, tt.want)
				}
			}
		})
	}
}

func TestSplitsAreCutAtFixedPlaces(t *testing.T) {
	s := open(t, spec(time.Now, "events", "1000000"))
	splits, err := s.Plan(t.Context(), connector.Offset("65000"), connector.Offset("130401"))
	if err != nil {
		t.Fatal(err)
	}
	var got []span
	for _, split := range splits {
		got = append(got, split.Part.(span))
	}
	if want := []span{{65000, 65200}, {65200, 130400}, {130400, 130401}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestKindsAreSelected(t *testing.T) {
	kind := func(op connector.PredicateOp, values ...any) connector.Predicate {
		return connector.Predicate{Path: []string{"event_type"}, Op: op, Values: values}
	}
	const rows = 20_000
	tests := []struct {
		name       string
		predicates []connector.Predicate
		want       int
	}{
		{"no test", nil, rows},
		{"bids", []connector.Predicate{kind(connector.Equal, int32(2))}, rows / 50 * 46},
		{"auctions by two tests", []connector.Predicate{kind(connector.Greater, int32(0)), kind(connector.NotEqual, int32(2))}, rows / 50 * 3},
		{"persons and bids", []connector.Predicate{kind(connector.In, int32(0), int32(2))}, rows / 50 * 47},
		{"bids by their record", []connector.Predicate{{Path: []string{"bid"}, Op: connector.IsNotNull}}, rows / 50 * 46},
		{"not persons by their record", []connector.Predicate{{Path: []string{"person"}, Op: connector.IsNull}}, rows / 50 * 49},
		{"another column", []connector.Predicate{{Path: []string{"dateTime"}, Op: connector.Less, Values: []any{int64(0)}}}, rows},
	}
	table, err := Format{}.OpenTable(t.Context(), spec(time.Now, "events", "20000"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			splits, err := table.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			scan := connector.Scan{Schema: types.NewSchema(nexmark.Schema().Fields[0]), Predicates: tt.predicates}
			got := 0
			for _, split := range splits {
				got += len(connectortest.ReadSplit(t, table, split, scan))
			}
			if got != tt.want {
				t.Errorf("%d rows, want %d", got, tt.want)
			}
		})
	}
}

// Two batches of one split have as many rows but begin at other places of an
// epoch.
func TestSelectionFollowsThePhase(t *testing.T) {
	s := open(t, spec(time.Now, "events", "10000"))
	scan := connector.Scan{Schema: types.NewSchema(nexmark.Schema().Fields[0]),
		Predicates: []connector.Predicate{{Path: []string{"event_type"}, Op: connector.Equal, Values: []any{int32(nexmark.AuctionKind)}}}}
	rows := connectortest.Read(t, s, connector.Offset("8125"), connector.Offset("8175"), scan)
	if want := [][]any{{int32(1)}, {int32(1)}, {int32(1)}}; !reflect.DeepEqual(rows, want) {
		t.Errorf("got %v, want %v", rows, want)
	}
}

func TestStartTime(t *testing.T) {
	s := open(t, spec(time.Now, "events", "1", "startTime", "2024-02-03 04:05:06"))
	row := connectortest.Read(t, s, nil, connector.Offset("1"), connector.Scan{Schema: types.NewSchema(nexmark.Schema().Fields[4])})[0]
	if want := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC).UnixMicro(); row[0] != want {
		t.Errorf("the first event is at %v, want %d", row[0], want)
	}
}

func TestRefusals(t *testing.T) {
	for want, pairs := range map[string][]string{
		"did you mean events":       {"event", "3"},
		"startTime":                 {"startTime", "noon"},
		"maxEventsPerTrigger":       {"eventsPerSecond", "0"},
		"must be a whole number":    {"seed", "-1"},
		"maxEventsPerTrigger is \"": {"maxEventsPerTrigger", "0"},
	} {
		if _, err := (Format{}).OpenSource(t.Context(), spec(time.Now, pairs...)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v does not say %q", pairs, err, want)
		}
	}
	if _, err := (Format{}).OpenTable(t.Context(), spec(time.Now)); err == nil || !strings.Contains(err.Error(), "events is required") {
		t.Errorf("an endless table: %v", err)
	}
}
