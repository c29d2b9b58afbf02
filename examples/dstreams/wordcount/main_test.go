package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/examples/dstreams/screen"
)

// job runs the program until a text is printed, and returns what was.
func job(t *testing.T, o options, wants string) string {
	t.Helper()
	s := screen.New(wants)
	o.out, o.host = s, "127.0.0.1"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, o) }()
	select {
	case <-s.Came():
	case <-ctx.Done():
		t.Errorf("%q is not in\n%s", wants, s.String())
	case err := <-ended:
		t.Fatalf("the job has ended: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return s.String()
}

// serve sends one text to each client and leaves the connection open.
func serve(t *testing.T, texts ...string) (port int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for _, text := range texts {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprint(conn, text)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

const short = 50 * time.Millisecond

func TestStateless(t *testing.T) {
	job(t, options{mode: "stateless", port: serve(t, "to be or not to be\n"), interval: short}, "(to,2)")
}

func TestWindowed(t *testing.T) {
	job(t, options{mode: "windowed", port: serve(t, "to be or not to be\n"), interval: short, checkpoint: t.TempDir()}, "(be,2)")
}

func TestStatefulGoesOn(t *testing.T) {
	o := options{mode: "stateful", port: serve(t, "a b a\n", "c a\n"), interval: short, checkpoint: t.TempDir()}
	job(t, o, "(a,2)")
	text := job(t, o, "(a,3)")
	if !strings.Contains(text, "(b,1)") {
		t.Errorf("the state before the restart is not in\n%s", text)
	}
}

func TestNoSuchMode(t *testing.T) {
	if err := run(t.Context(), options{mode: "other", interval: short, checkpoint: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no mode") {
		t.Error(err)
	}
}
