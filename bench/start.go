package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// startRounds is how often the program is started.
const startRounds = 20

// Start times the program that runs: from exec to the end of a job of one batch,
// committed, which is a little more than to the commit; the memory of a query that
// waits; the size of the binary.
func Start(ctx context.Context, o Options) ([]Result, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, done, err := o.scratch()
	if err != nil {
		return nil, err
	}
	defer done()
	first, err := o.firstBatch(ctx, program, dir)
	if err != nil {
		return nil, err
	}
	idle, err := idleMemory(ctx, program, dir)
	if err != nil {
		return nil, err
	}
	size, err := os.Stat(program)
	if err != nil {
		return nil, err
	}
	o.logf("start to the end of one committed batch: p50 %v; idle memory %s MB; binary %s MB", seconds(first.P50),
		megabytes(idle), megabytes(size.Size()))
	return []Result{first,
		{Suite: "start", Query: "idle memory", Input: "directory", Engine: "weir", PeakRSSBytes: idle, Rows: -1},
		{Suite: "start", Query: "binary", Input: "file", Engine: "weir", PeakRSSBytes: size.Size(), Rows: -1}}, nil
}

// firstBatch starts the program on a job of one batch of one event, again and
// again.
func (o *Options) firstBatch(ctx context.Context, program, dir string) (Result, error) {
	var took []time.Duration
	n := int(o.events(startRounds))
	for i := range n {
		job := filepath.Join(dir, fmt.Sprintf("job-%d.sql", i))
		text := fmt.Sprintf(`CREATE TEMPORARY VIEW events USING nexmark OPTIONS (events '1');
CREATE STREAMING TABLE first USING noop OPTIONS (checkpointLocation '%s', trigger 'availableNow')
AS SELECT event_type FROM STREAM(events);`, filepath.Join(dir, "checkpoint-"+strconv.Itoa(i)))
		if err := os.WriteFile(job, []byte(text), 0o644); err != nil {
			return Result{}, err
		}
		begin := time.Now()
		cmd := exec.CommandContext(ctx, program, "run", job)
		if out, err := cmd.CombinedOutput(); err != nil {
			return Result{}, fmt.Errorf("start the program: %w: %s", err, out)
		}
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	return Result{Suite: "start", Query: "first batch", Input: "one event", Engine: "weir", Events: int64(n), Rows: -1,
		Seconds: took[len(took)/2].Seconds(), P50: took[len(took)/2].Seconds(), P99: took[len(took)*99/100].Seconds()}, nil
}

// idleMemory is what a program with one query holds two seconds after its query
// has nothing left to do.
func idleMemory(ctx context.Context, program, dir string) (int64, error) {
	in := filepath.Join(dir, "in")
	if err := os.Mkdir(in, 0o755); err != nil {
		return 0, err
	}
	text := fmt.Sprintf(`CREATE TEMPORARY VIEW lines (value STRING) USING text OPTIONS (path '%s');
CREATE STREAMING TABLE words USING noop OPTIONS (checkpointLocation '%s', outputMode 'update')
AS SELECT value, count(*) AS n FROM STREAM(lines) GROUP BY value;`, in, filepath.Join(dir, "checkpoint-idle"))
	job := filepath.Join(dir, "idle.sql")
	if err := os.WriteFile(job, []byte(text), 0o644); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	cmd := exec.Command(program, "run", job)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	<-ctx.Done()
	rss := memoryOf(strconv.Itoa(cmd.Process.Pid), "VmRSS")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		return 0, fmt.Errorf("the idle program has ended: %w: %s", err, strings.TrimSpace(problems.String()))
	}
	_ = cmd.Wait() // it ends with the code of an interrupt
	return rss, nil
}
