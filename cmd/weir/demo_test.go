package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

var (
	seed       = flag.Uint64("seed", 0, "seed of the random moments of TestDemoKilled; 0 takes one of the clock")
	kills      = flag.Int("kills", 3, "how often TestDemoKilled kills the demo")
	demoEvents = flag.Int("demo-events", 200_000, "how many events the demo of TestDemoKilled has")
)

// demo runs weir demo in a process of its own until it ends or the time is over,
// when it is killed. It returns the totals, without what depends on the run.
func demo(t *testing.T, dir string, limit time.Duration) (totals string, killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "demo", "--events", fmt.Sprint(*demoEvents), "--batch",
		fmt.Sprint(max(*demoEvents/40, 1)), "--dir", dir)
	cmd.Env = append(os.Environ(), "WEIR_TEST_COMMAND=1")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if ctx.Err() != nil && t.Context().Err() == nil {
		return "", true
	}
	if err != nil {
		t.Fatalf("weir demo: %v\n%s", err, problems.String())
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		switch word, _, _ := strings.Cut(line, " "); word {
		case "events", "windows", "highest", "rows", "checksum":
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, ""), false
}

// A demo that is killed at any moment and started again ends with the totals of
// one that was not (the first acceptance of the engine).
func TestDemoKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each kill")
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", *seed)
	random := rand.New(rand.NewPCG(*seed, 0))
	begin := time.Now()
	want, _ := demo(t, t.TempDir(), time.Hour)
	whole := time.Since(begin)
	if !strings.Contains(want, "checksum ") {
		t.Fatalf("the demo ends with %q", want)
	}
	for done := 0; done < *kills; {
		dir := t.TempDir()
		for done < *kills {
			// Each run gets a little further than the one before, so that most
			// kills fall into different batches.
			limit := time.Duration(random.Int64N(int64(whole)/2)) + whole/20
			got, killed := demo(t, dir, limit)
			if killed {
				done++
				t.Logf("kill %d after %v", done, limit.Round(time.Millisecond))
				continue
			}
			same(t, got, want)
			break
		}
		got, _ := demo(t, dir, time.Hour)
		same(t, got, want)
	}
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatal(errors.New("killed and started again, the demo ends with\n" + got + "uninterrupted with\n" + want))
	}
}
