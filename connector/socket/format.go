package socket

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Format is "socket". The zero value is ready. Its options are host and port,
// which are required, includeTimestamp, which adds a column with the time at
// which a line came, and numPartitions, the number of splits of a batch.
type Format struct{}

// Name is socket.
func (Format) Name() string { return "socket" }

// options are what a user may choose.
type options struct {
	host       string
	port       int
	timestamps bool // add the column timestamp
	partitions int  // splits of a batch; zero: by size
	buffer     int  // bytes of lines that may wait for a batch
}

// defaultBuffer is enough that a batch need not wait for the network.
const defaultBuffer = 32 << 20

func parse(s connector.SourceSpec) (options, error) {
	p := s.Options.Parse("socket")
	p.Known("path")
	o := options{
		host:       p.Required("host"),
		port:       int(p.Int("port", 0, 1)),
		timestamps: p.Bool("includeTimestamp", false),
		partitions: int(p.Int("numPartitions", 0, 1)),
		buffer:     int(p.Int("bufferBytes", defaultBuffer, 1)),
	}
	if _, ok := s.Options.Get("port"); !ok {
		p.Required("port")
	}
	if o.port > 65535 {
		p.Fail("port", "is %d; it must be at most 65535", o.port)
	}
	if err := p.Err(); err != nil {
		return o, err
	}
	if s.Schema != nil {
		return o, fault.New(fault.IllegalArgument, "socket: the source has its own schema, value STRING; leave schema(…) out")
	}
	return o, nil
}

func (o options) address() string { return net.JoinHostPort(o.host, strconv.Itoa(o.port)) }

func (o options) schema() types.Schema {
	s := types.NewSchema(types.Field{Name: "value", Type: types.Of(types.String), Nullable: true})
	if o.timestamps {
		s.Fields = append(s.Fields, types.Field{Name: "timestamp", Type: types.Of(types.Timestamp), Nullable: true})
	}
	return s
}

// SourceSchema is value and, with includeTimestamp, timestamp. Nothing is
// connected.
func (Format) SourceSchema(_ context.Context, s connector.SourceSpec) (types.Schema, error) {
	o, err := parse(s)
	return o.schema(), err
}

// OpenSource connects and begins to receive.
func (Format) OpenSource(ctx context.Context, s connector.SourceSpec) (connector.Source, error) {
	o, err := parse(s)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: 30 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", o.address())
	if err != nil {
		return nil, fault.New(fault.IllegalState, "socket: cannot connect to %s; start the server first "+
			"(for a trial: nc -lk %d), then start the query again", o.address(), o.port).Wrap(err)
	}
	src := newSource(o, conn, s.Env)
	go src.receive()
	return src, nil
}

// String is how Spark names the source in a progress.
func (o options) String() string {
	return fmt.Sprintf("TextSocketV2[host: %s, port: %d]", o.host, o.port)
}
