package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// screen keeps what is printed, and tells when a text has come.
type screen struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wants string
	came  chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if s.wants != "" && strings.Contains(s.text.String(), s.wants) {
		s.wants = ""
		close(s.came)
	}
	return len(p), nil
}

// job runs the program until a text is printed, and returns what was.
func job(t *testing.T, o options, wants string) string {
	t.Helper()
	s := &screen{wants: wants, came: make(chan struct{})}
	o.out, o.host = s, "127.0.0.1"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, o) }()
	select {
	case <-s.came:
	case <-ctx.Done():
		t.Errorf("%q is not in\n%s", wants, s.text.String())
	case err := <-ended:
		t.Fatalf("the job has ended: %v", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return s.text.String()
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
