package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/sql"
)

// FuzzEvaluate runs queries that parse, within two seconds: no panic, no answer that does
// not end once it is cancelled, and none that takes all memory.
func FuzzEvaluate(f *testing.F) {
	for i, c := range readCases(f, "testdata/functions.jsonl") {
		if i%40 == 0 {
			f.Add(c.SQL)
		}
	}
	s, err := weir.Open(weir.WithWorkers(1), weir.WithConf("spark.sql.session.timeZone", "UTC"),
		weir.WithConf("spark.weir.memory", "64m"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := sql.ParseQuery(text); err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := s.SQL(text).Collect(ctx)
		if took := time.Since(begin); took > 20*time.Second {
			t.Fatalf("it ended after %v: %v", took, err)
		}
	})
}
