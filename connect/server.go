package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
)

// Options are what a [Server] is made with.
type Options struct {
	// Open opens the session of a client; nil is weir.Open without options.
	Open func() (*weir.Session, error)
	// Log takes warnings; nil is slog's default.
	Log *slog.Logger
}

// Server serves clients of Spark Connect. Its methods may be called from any
// goroutine.
type Server struct {
	options Options
	grpc    *grpc.Server

	mu       sync.Mutex
	sessions map[string]*session
}

// maxMessage bounds one message, in bytes: that of Spark.
const maxMessage = 128 << 20

// NewServer is a server without clients. Close it.
func NewServer(o Options) *Server {
	if o.Open == nil {
		o.Open = func() (*weir.Session, error) { return weir.Open() }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Server{options: o, sessions: make(map[string]*session)}
	s.grpc = grpc.NewServer(grpc.ForceServerCodecV2(codec{}), grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
	s.grpc.RegisterService(description(), s)
	return s
}

// Serve answers clients that come to l, which it closes, until Close. A listener that is
// not on the loopback interface is refused.
func (s *Server) Serve(l net.Listener) error {
	if a, ok := l.Addr().(*net.TCPAddr); ok && !a.IP.IsLoopback() {
		return errors.Join(fmt.Errorf("connect: %s can be reached from other machines, and there is neither TLS nor a token; "+
			"listen on 127.0.0.1", a), l.Close())
	}
	err := s.grpc.Serve(l)
	if errors.Is(err, grpc.ErrServerStopped) {
		return nil
	}
	return err
}

// Close stops all runs and ends all sessions.
func (s *Server) Close() error {
	s.grpc.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for id, c := range s.sessions {
		delete(s.sessions, id)
		errs = append(errs, c.weir.Close())
	}
	return errors.Join(errs...)
}

// session is what the server keeps for a client.
type session struct {
	id, server string // as the client says, and as we do
	weir       *weir.Session

	mu      sync.Mutex
	conf    map[string]string // settings that weir has none of
	uploads map[string][]byte // by name
	partial *upload           // the one that comes in chunks
	failed  []failure         // the last errors
	runs    map[string]run    // by operation id
}

// run is a plan that runs.
type run struct {
	tags   []string
	cancel context.CancelFunc
}

// session is the session of that id, opened if it is new.
func (s *Server) session(id string) (*session, error) {
	if _, err := uuid.Parse(id); err != nil {
		return nil, fault.New(fault.IllegalArgument, "the id of a session is a UUID, not %q", id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.sessions[id]; ok {
		return c, nil
	}
	w, err := s.options.Open()
	if err != nil {
		return nil, err
	}
	c := &session{id: id, server: uuid.NewString(), weir: w, conf: make(map[string]string), uploads: make(map[string][]byte),
		runs: make(map[string]run)}
	s.sessions[id] = c
	return c, nil
}

// end closes a session.
func (s *Server) end(id string) error {
	s.mu.Lock()
	c, ok := s.sessions[id]
	delete(s.sessions, id)
	s.mu.Unlock()
	if !ok {
		return nil
	}
	c.interrupt(func(string, run) bool { return true })
	return c.weir.Close()
}

// interrupt cancels the runs that f picks and gives their ids.
func (c *session) interrupt(f func(id string, r run) bool) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ids []string
	for id, r := range c.runs {
		if f(id, r) {
			r.cancel()
			ids = append(ids, id)
		}
	}
	return ids
}
