package conformance

import (
	"context"
	"fmt"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
)

// hostile are queries made to hurt, with the condition in which they may end; an
// empty one wants a result.
var hostile = []struct {
	name, sql string
	ends      []fault.Condition
}{
	{"a million parentheses", "SELECT " + strings.Repeat("(", 1<<20), []fault.Condition{fault.TooComplex, fault.ParseSyntax}},
	{"balanced parentheses", "SELECT " + strings.Repeat("(", 1<<19) + "1" + strings.Repeat(")", 1<<19), []fault.Condition{fault.TooComplex}},
	{"a million minus signs", "SELECT " + strings.Repeat("- ", 1<<20) + "1", []fault.Condition{fault.TooComplex}},
	{"nested subqueries", strings.Repeat("SELECT * FROM (", 20000) + "SELECT 1" + strings.Repeat(")", 20000), []fault.Condition{fault.TooComplex}},
	{"ten thousand columns", "SELECT " + list(10000, "1 AS c%d"), nil},
	{"a hundred thousand values", "SELECT count(*) FROM range(3) WHERE id IN (" + list(100000, "%d") + ")", nil},
	{"many rows of VALUES", "SELECT count(*) FROM VALUES " + list(20000, "(%d, 'x')"), nil},
	{"a bomb of CTEs", bomb(40), []fault.Condition{fault.TooComplex}},
	{"many unions", strings.Repeat("SELECT 1 UNION ALL ", 400) + "SELECT 1", nil},
	{"too many unions", strings.Repeat("SELECT 1 UNION ALL ", 9000) + "SELECT 1", []fault.Condition{fault.TooComplex}},
	{"many terms", "SELECT 1 WHERE " + strings.Repeat("1 = 1 AND ", 5000) + "true", nil},
	{"too many terms", "SELECT " + strings.Repeat("1 + ", 100000) + "1", []fault.Condition{fault.TooComplex}},
	{"a cube of many keys", "SELECT 1 GROUP BY CUBE(" + list(40, "%d + 0") + ")", []fault.Condition{fault.TooComplex}},
	{"an endless recursion", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT * FROM r", []fault.Condition{fault.RecursionLevel}},
	{"a growing recursion", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT a.n FROM r a, (VALUES (1), (2), (3), (4)) b) SELECT * FROM r",
		[]fault.Condition{fault.RecursionRows, fault.RecursionLevel}},
}

// list is n items with commas between them.
func list(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		if parts[i] = format; strings.Contains(format, "%") {
			parts[i] = fmt.Sprintf(format, i)
		}
	}
	return strings.Join(parts, ", ")
}

// bomb is a query of n CTEs, each of which reads the one before twice.
func bomb(n int) string {
	text := "WITH a0 AS (SELECT 1 AS x)"
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf(", a%d AS (SELECT l.x FROM a%d l, a%d r)", i, i-1, i-1)
	}
	return text + fmt.Sprintf(" SELECT * FROM a%d", n)
}

// mostMemory bounds what a hostile query may have on the heap, in bytes.
const mostMemory = 1 << 30

// peak gives the most that the heap has held, as far as it was looked at, since peak was
// called.
func peak(t *testing.T) func() uint64 {
	var most atomic.Uint64
	done := make(chan struct{})
	look := func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		most.Store(max(most.Load(), sample[0].Value.Uint64()))
	}
	tick := time.NewTicker(5 * time.Millisecond)
	go func() {
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				look()
			case <-done:
				return
			}
		}
	}()
	t.Cleanup(func() { close(done) })
	return func() uint64 { return most.Load() }
}

// TestHostileQueries ends each of them in an error that says what is wrong, or in a
// result, within seconds and within memory.
func TestHostileQueries(t *testing.T) {
	s, err := weir.Open(weir.WithWorkers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			start, most := time.Now(), peak(t)
			_, err := s.SQL(tt.sql).Collect(ctx)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if most() > mostMemory {
				t.Errorf("it had %d MiB on the heap", most()>>20)
			}
			if len(tt.ends) == 0 {
				if err != nil {
					t.Errorf("%.300s", err.Error())
				}
				return
			}
			for _, c := range tt.ends {
				if fault.Is(err, c) {
					return
				}
			}
			t.Errorf("got %.300s, want one of %v", fmt.Sprint(err), tt.ends)
		})
	}
}
