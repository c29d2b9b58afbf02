package conformance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/weirtest"
)

// The memory that is asked for holds: the rows in memory never take more, however
// many there are; the others are on disk, none is lost, and a restart with any other
// amount goes on from them.
func TestMemoryBudgetHolds(t *testing.T) {
	const batches, keys = 30, 4_000
	run := func(budgets ...string) (most int64) {
		in := weirtest.NewStream("numbers", "n BIGINT, text STRING")
		job := func(budget string) weirtest.Job {
			return weirtest.Job{Streams: []*weirtest.Stream{in}, Mode: weir.Update, Conf: map[string]string{"spark.weir.memory": budget},
				Define: func(s *weir.Session) *weir.DataFrame {
					return s.SQL("SELECT text, sum(n) AS sum, count(*) AS n FROM numbers GROUP BY text")
				}}
		}
		q := weirtest.Run(t, job(budgets[0]))
		for b := range batches {
			if b > 0 && b%5 == 0 && b/5 < len(budgets) {
				q.Kill()
				if err := q.RestartAs(job(budgets[b/5])); err != nil {
					t.Fatal(err)
				}
			}
			rows := make([][]any, keys)
			for i := range rows { // half of the keys are those of the batch before
				rows[i] = []any{1, fmt.Sprint("a key of the stream, number ", b*keys/2+i)}
			}
			q.Add(in, rows...)
			q.UntilIdle()
		}
		for _, p := range q.Progress() {
			most = max(most, p.StateOperators[0].MemoryBytes)
		}
		q.WantState((batches + 1) * keys / 2)
		again := 0
		for _, row := range q.Rows() {
			if strings.HasSuffix(row, " | 2 | 2") {
				again++
			} else if !strings.HasSuffix(row, " | 1 | 1") {
				t.Fatalf("a key has counted wrongly: %s", row)
			}
		}
		if want := (batches - 1) * keys / 2; again != want {
			t.Errorf("%d keys came twice, want %d", again, want)
		}
		return most
	}
	if most := run("1GiB"); most < 6<<20 {
		t.Errorf("without a limit the rows take %d bytes: a limit of 4 MiB is no test", most)
	}
	if most := run("4MiB"); most > 4<<20 {
		t.Errorf("with 4 MiB the rows take %d bytes of memory", most)
	}
	run("4MiB", "1GiB", "1MiB", "8MiB")
}

// State on disk that is deleted under a running query is made anew, or the query ends
// with a sentence; no row of it is ever wrong, and a restart has them all.
func TestStateOnDiskDeletedUnderAQuery(t *testing.T) {
	dir := t.TempDir()
	s := session(t, weir.WithConf("spark.sql.streaming.stateStore.providerClass", "RocksDBStateStoreProvider"),
		weir.WithConf("spark.weir.memory", "1MiB"), weir.WithConf("spark.sql.streaming.stateStore.minDeltasForSnapshot", "1000"))
	start := func() *weir.Query {
		q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).GroupBy("n").Count().WriteStream().
			OutputMode(weir.Update).Option("checkpointLocation", filepath.Join(dir, "ck")).
			ForeachBatch(func(ctx context.Context, d *weir.DataFrame, id int64) error {
				rows, err := d.Where(fmt.Sprintf("count <> %d", id%3+1)).Collect(ctx)
				if err != nil {
					return err
				}
				for _, r := range rows {
					t.Errorf("batch %d counts %v", id, r)
				}
				return nil
			}).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	if err := os.MkdirAll(filepath.Join(dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	process := func(q *weir.Query, file string) error {
		write(t, filepath.Join(dir, "in"), file, manyNumbers(0, 9000))
		return q.ProcessAllAvailable(t.Context())
	}
	q := start()
	if err := process(q, "1"); err != nil {
		t.Fatal(err)
	}
	held, err := filepath.Glob(filepath.Join(dir, "ck", "state", "0", "lsm.*"))
	if err != nil || len(held) != 1 {
		t.Fatalf("the rows on disk are in %v, %v", held, err)
	}
	for err = os.RemoveAll(held[0]); errors.Is(err, syscall.ENOTEMPTY); { // the store writes into it still
		err = os.RemoveAll(held[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	err = process(q, "2")
	q.Stop()
	t.Logf("the running query: %v", err)
	q = start()
	if err := process(q, "3"); err != nil {
		t.Fatalf("the restart: %v", err)
	}
	if p := q.LastProgress(); p.Batch != 2 || p.StateOperators[0].RowsTotal != 9000 {
		t.Errorf("batch %d has %d rows of state", p.Batch, p.StateOperators[0].RowsTotal)
	}
	q.Stop()
}

// Every version of state that is retained can be read, as it was, and what is older
// is refused by a sentence, not read from what is left of it (S160, S180).
func TestRetainedVersionsLoad(t *testing.T) {
	const retain, batches, size = 12, 30, 3_000
	dir := t.TempDir()
	s := session(t, weir.WithWorkers(2), weir.WithConf("spark.sql.streaming.minBatchesToRetain", fmt.Sprint(retain)),
		weir.WithConf("spark.sql.streaming.stateStore.minDeltasForSnapshot", "2"))
	if err := os.MkdirAll(filepath.Join(dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	q, err := s.ReadStream().Schema("n BIGINT").JSON(filepath.Join(dir, "in")).SelectExpr("md5(CAST(n AS STRING)) AS n").
		GroupBy("n").Count().WriteStream().Format("noop").
		OutputMode(weir.Update).Option("checkpointLocation", filepath.Join(dir, "ck")).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for b := range batches {
		write(t, filepath.Join(dir, "in"), fmt.Sprint(b), manyNumbers(0, size+b))
		if err := q.ProcessAllAvailable(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	q.Stop()
	read := func(batch int) (string, error) {
		rows, err := s.Read().Format("statestore").Option("batchId", batch).Load(filepath.Join(dir, "ck")).
			SelectExpr("count(*)", "max(value.count)").Collect(t.Context())
		return fmt.Sprint(rows), err
	}
	refusals := 0
	for batch := range batches {
		got, err := read(batch)
		if err != nil {
			refusals++
			if batch >= batches-retain {
				t.Errorf("batch %d is retained and cannot be read: %v", batch, err)
			} else if !strings.Contains(err.Error(), "[") {
				t.Errorf("batch %d is refused without a condition: %v", batch, err)
			}
			continue
		}
		if want := fmt.Sprintf("[[%d %d]]", size+batch, batch+1); got != want {
			t.Errorf("batch %d has %s, want %s", batch, got, want)
		}
	}
	if refusals == 0 {
		t.Error("no batch was forgotten")
	}
}
