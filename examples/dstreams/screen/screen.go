package screen

import (
	"bytes"
	"strings"
	"sync"
)

// Screen keeps what is printed. Its methods may be called from any goroutine.
type Screen struct {
	came chan struct{}

	mu    sync.Mutex
	text  bytes.Buffer
	wants string // empty once it has come
}

// New is a screen that waits for a text.
func New(wants string) *Screen { return &Screen{wants: wants, came: make(chan struct{})} }

// Write keeps p. It never fails.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	if s.wants != "" && strings.Contains(s.text.String(), s.wants) {
		s.wants = ""
		close(s.came)
	}
	return len(p), nil
}

// Came is closed when the text has been printed.
func (s *Screen) Came() <-chan struct{} { return s.came }

// String is all that was printed.
func (s *Screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
