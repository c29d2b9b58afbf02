package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/internal/clock"
	"github.com/weirstream/weir/rdd"
)

func TestAlerts(t *testing.T) {
	dir := t.TempDir()
	noon := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	now := clock.NewManual(noon)
	var out bytes.Buffer
	o := options{events: filepath.Join(dir, "in"), owners: filepath.Join(dir, "owners.csv"), bound: 2, interval: time.Second, out: &out}
	c, err := rdd.NewContext(rdd.Config{LocalDirs: []string{t.TempDir()}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ssc := describe(c, o, dstream.Conf{Clock: now})
	done := make(chan dstream.Batch, 100)
	ssc.Listen(func(e dstream.Event) {
		if e, ok := e.(dstream.BatchCompleted); ok {
			done <- e.Batch
		}
	})
	if err := errors.Join(os.Mkdir(o.events, 0o700), os.WriteFile(o.owners, []byte("web,ada\n"), 0o600), ssc.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	defer ssc.Stop(false, false)
	for i, text := range []string{
		"web ERROR disk\nweb INFO fine\ndb ERROR net\n",
		"web ERROR disk\nweb ERROR disk\ndb WARN x\n", // the third error of web
		"",
		"db ERROR net\ndb ERROR net\n", // the third error of db, which has an owner by now
	} {
		at := noon.Add(time.Duration(i)*time.Second + 500*time.Millisecond)
		name := filepath.Join(o.events, fmt.Sprint("events", i))
		if err := errors.Join(os.WriteFile(name, []byte(text), 0o600), os.Chtimes(name, at, at)); err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			if err := os.WriteFile(o.owners, []byte("web,ada\ndb,bob\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		<-now.AwaitTimers(1)
		now.Advance(time.Second)
		if b := <-done; b.Outputs[0].Failure != "" {
			t.Error(b.Outputs[0].Failure)
		}
	}
	want := `12:00:02 ALERT web of ada: 3 errors
12:00:03 ALERT web of ada: 3 errors
12:00:04 ALERT db of bob: 3 errors
12:00:04 ALERT web of ada: 3 errors
`
	if got := out.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
