package connect

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"

	"github.com/weirstream/weir/internal/sparkpb"
)

// service is the path of the service.
const service = "spark.connect.SparkConnectService"

// codec reads and writes the messages of package sparkpb.
type codec struct{}

func (codec) Name() string { return "proto" }

func (codec) Marshal(v any) (mem.BufferSlice, error) {
	m, ok := v.(sparkpb.Message)
	if !ok {
		return nil, fmt.Errorf("connect: %T is no message", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(sparkpb.Marshal(m))}, nil
}

func (codec) Unmarshal(data mem.BufferSlice, v any) error {
	m, ok := v.(sparkpb.Message)
	if !ok {
		return fmt.Errorf("connect: %T is no message", v)
	}
	_, err := sparkpb.Unmarshal(data.Materialize(), m)
	return err
}

// messageOf is what a message's Go type is to generic functions.
type messageOf[T any] interface {
	*T
	sparkpb.Message
}

// unary is a method with one question and one answer.
func unary[Q any, A any, PQ messageOf[Q], PA messageOf[A]](name string, do func(*Server, context.Context, PQ) (PA, error)) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(srv any, ctx context.Context, decode func(any) error,
		_ grpc.UnaryServerInterceptor) (any, error) {
		q := PQ(new(Q))
		if err := decode(q); err != nil {
			return nil, err
		}
		a, err := do(srv.(*Server), ctx, q)
		if err != nil {
			return nil, err
		}
		return a, nil
	}}
}

// answers is a method with one question and many answers.
func answers[Q any, PQ messageOf[Q]](name string, do func(*Server, PQ, grpc.ServerStream) error) grpc.StreamDesc {
	return grpc.StreamDesc{StreamName: name, ServerStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
		q := PQ(new(Q))
		if err := stream.RecvMsg(q); err != nil {
			return err
		}
		return do(srv.(*Server), q, stream)
	}}
}

// description is the service as gRPC wants it.
func description() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: service,
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{
			unary("AnalyzePlan", (*Server).analyzePlan),
			unary("Config", (*Server).config),
			unary("ArtifactStatus", (*Server).artifactStatus),
			unary("Interrupt", (*Server).interrupt),
			unary("ReleaseExecute", (*Server).releaseExecute),
			unary("ReleaseSession", (*Server).releaseSession),
			unary("FetchErrorDetails", (*Server).fetchErrorDetails),
		},
		Streams: []grpc.StreamDesc{
			answers("ExecutePlan", (*Server).executePlan),
			answers("ReattachExecute", (*Server).reattachExecute),
			{StreamName: "AddArtifacts", ClientStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
				return srv.(*Server).addArtifacts(stream)
			}},
		},
	}
}
