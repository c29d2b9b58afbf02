package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir"
)

// killedFolder and killedStore are the environment of a process that runs the job of
// TestJobKilled: its folder, and where its state lives.
const (
	killedFolder = "WEIR_TEST_KILLED_FOLDER"
	killedStore  = "WEIR_TEST_KILLED_STORE"
)

// killedJob is file to file, with all kinds of state: clicks are deduplicated, joined
// with the views that they belong to, or with none, and counted by windows.
func killedJob(dir, store string) error {
	s, err := weir.Open(weir.WithWorkers(2), weir.WithConf("spark.sql.streaming.stateStore.providerClass", store),
		weir.WithConf("spark.weir.memory", "1MiB"), weir.WithConf("spark.sql.streaming.minBatchesToRetain", "4"),
		weir.WithConf("spark.sql.streaming.stateStore.minDeltasForSnapshot", "3"))
	if err != nil {
		return err
	}
	defer s.Close()
	read := func(name, schema string) *weir.DataFrame {
		return s.ReadStream().Schema(schema).Option("maxFilesPerTrigger", 1).JSON(filepath.Join(dir, name)).WithWatermark("at", 5*time.Second)
	}
	if err := read("clicks", "id BIGINT, at TIMESTAMP").DropDuplicates("id", "at").CreateOrReplaceTempView("clicks"); err != nil {
		return err
	}
	if err := read("views", "id BIGINT, page STRING, at TIMESTAMP").CreateOrReplaceTempView("views"); err != nil {
		return err
	}
	q, err := s.SQL(`SELECT window.start AS begin, page, count(*) AS views, count(clicked) AS clicks, sum(id) AS ids FROM (
			SELECT v.id, v.page, v.at, c.id AS clicked FROM views v LEFT JOIN clicks c
			ON v.id = c.id AND c.at BETWEEN v.at AND v.at + INTERVAL 4 SECONDS)
		GROUP BY window(at, '10 seconds'), page`).WriteStream().Format("json").Trigger(weir.AvailableNow()).
		Option("checkpointLocation", filepath.Join(dir, "ck-"+store)).Start(context.Background(), filepath.Join(dir, "out-"+store))
	if err != nil {
		return err
	}
	return q.AwaitTermination(context.Background())
}

// killedInput writes the input of the job: 60 files a side, clicks twice and some of
// them late.
func killedInput(t *testing.T, dir string) {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	at := func(s float64) string {
		return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(s * float64(time.Second))).Format(time.RFC3339Nano)
	}
	id := 0
	for n := range 60 {
		var views, clicks strings.Builder
		for range 60 {
			second := float64(n)*3 + 3*r.Float64()
			id++
			fmt.Fprintf(&views, "{\"id\":%d,\"page\":\"p%d\",\"at\":%q}\n", id, id%7, at(second))
			if r.IntN(3) > 0 {
				click := fmt.Sprintf("{\"id\":%d,\"at\":%q}\n", id, at(second+3*r.Float64()))
				clicks.WriteString(click)
				if r.IntN(3) == 0 {
					clicks.WriteString(click)
				}
			}
		}
		for name, text := range map[string]string{"views": views.String(), "clicks": clicks.String()} {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name, fmt.Sprintf("%03d.json", n)), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// runKilled runs the job in a process of its own, which is killed when the time is
// over.
func runKilled(t *testing.T, dir, store string, limit time.Duration) (killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), killedFolder+"="+dir, killedStore+"="+store)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	err := cmd.Run()
	if ctx.Err() != nil && t.Context().Err() == nil {
		return true
	}
	if err != nil {
		t.Fatalf("the job: %v\n%s", err, problems.String())
	}
	return false
}

// killedRows are the rows of the output twice: as a reader of the manifest sees them,
// and as one that lists the directory does.
func killedRows(t *testing.T, dir, store string) (manifest, listed []string) {
	t.Helper()
	out := filepath.Join(dir, "out-"+store)
	s, err := weir.Open(weir.WithWorkers(1))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Read().Schema("begin TIMESTAMP, page STRING, views BIGINT, clicks BIGINT, ids BIGINT").JSON(out).Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		manifest = append(manifest, fmt.Sprintln(r...))
	}
	files, err := filepath.Glob(filepath.Join(out, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, slices.Collect(strings.Lines(string(text)))...)
	}
	slices.Sort(manifest)
	slices.Sort(listed)
	return manifest, listed
}

// A job with a join, windows and a deduplication that is killed at any moment and
// started again, on either store, leaves the rows of one that was not: none is lost
// and none is there twice.
func TestJobKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each kill")
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed %d", *seed)
	random := rand.New(rand.NewPCG(*seed, 1))
	input := t.TempDir()
	killedInput(t, input)
	begin := time.Now()
	runKilled(t, input, "mem", time.Hour)
	whole := time.Since(begin)
	wantManifest, wantListed := killedRows(t, input, "mem")
	if len(wantManifest) < 100 || len(wantManifest) != len(wantListed) {
		t.Fatalf("the clean run gives %d rows, %d listed", len(wantManifest), len(wantListed))
	}
	t.Logf("%d rows in %v", len(wantManifest), whole.Round(time.Millisecond))
	runs := 0
	for done := 0; done < *kills; runs++ {
		store := []string{"mem", "lsm"}[runs%2]
		dir := t.TempDir()
		for _, in := range []string{"views", "clicks"} {
			if err := os.Symlink(filepath.Join(input, in), filepath.Join(dir, in)); err != nil {
				t.Fatal(err)
			}
		}
		for done < *kills && runKilled(t, dir, store, whole/20+time.Duration(random.Int64N(int64(whole)*2/3))) {
			done++
		}
		runKilled(t, dir, store, time.Hour)
		manifest, listed := killedRows(t, dir, store)
		if !slices.Equal(manifest, wantManifest) {
			t.Fatal(errors.New("killed and started again with the store " + store + ", the job leaves\n" + strings.Join(manifest, "") +
				"uninterrupted\n" + strings.Join(wantManifest, "")))
		}
		if !slices.Equal(listed, wantListed) {
			t.Fatalf("%s: without its manifest the output has %d rows, want %d", store, len(listed), len(wantListed))
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d kills in %d runs", *kills, runs)
}
