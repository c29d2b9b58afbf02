package noop

import (
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
)

func TestContract(t *testing.T) {
	connectortest.Sink(t, connectortest.SinkCase{Open: open, Forgets: true})
}

func open(t testing.TB) connector.Sink {
	s, err := Format{}.OpenSink(t.Context(), connector.SinkSpec{Schema: connectortest.SinkSchema()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRowsAreCountedOnce(t *testing.T) {
	s := open(t).(*Sink)
	b := connectortest.Batch(t, connectortest.SinkSchema(), []any{1, "a"}, []any{2, "b"}, []any{3, "c"})
	b.Sel = []int32{0, 2}
	id := connector.BatchID{Query: "q"}
	m, err := s.Write(t.Context(), id, 0, connectortest.Reader(b, b))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Commit(t.Context(), id, []connector.Message{m}); err != nil {
			t.Fatal(err)
		}
	}
	if s.Rows() != 4 {
		t.Errorf("%d rows, want 4", s.Rows())
	}
}

func TestUnknownOption(t *testing.T) {
	_, err := Format{}.OpenSink(t.Context(), connector.SinkSpec{Options: connector.NewOptions(map[string]string{"numRows": "2"})})
	if err == nil {
		t.Error("an option that noop does not have was taken")
	}
}
