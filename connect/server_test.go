package connect

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
)

const sessionID = "01234567-89ab-4cde-8f01-23456789abcd"

func dial(t *testing.T) *grpc.ClientConn {
	conn, err := grpc.NewClient(serve(t), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(codec{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// execute runs a relation and gives what was answered.
func execute(t *testing.T, conn *grpc.ClientConn, m *sparkpb.Relation) ([]*sparkpb.ExecuteResponse, error) {
	stream, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true}, "/"+service+"/ExecutePlan")
	if err != nil {
		t.Fatal(err)
	}
	q := &sparkpb.ExecuteRequest{SessionID: sessionID, Plan: &sparkpb.Plan{Root: m}}
	if err := errors.Join(stream.SendMsg(q), stream.CloseSend()); err != nil {
		t.Fatal(err)
	}
	var list []*sparkpb.ExecuteResponse
	for {
		a := new(sparkpb.ExecuteResponse)
		err := stream.RecvMsg(a)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, a)
	}
}

// A run answers with the schema, rows and the word that it is complete.
func TestExecute(t *testing.T) {
	list, err := execute(t, dial(t), &sparkpb.Relation{Kind: &sparkpb.Range{End: 3, Step: 1}})
	if err != nil || len(list) != 3 {
		t.Fatalf("%d answers, %v", len(list), err)
	}
	if s, ok := list[0].Schema.Kind.(*sparkpb.StructType); !ok || s.Fields[0].Name != "id" {
		t.Errorf("schema %+v", list[0].Schema)
	}
	rows, ok := list[1].Kind.(*sparkpb.ArrowBatch)
	if !ok || rows.RowCount != 3 || *rows.StartOffset != 0 {
		t.Fatalf("%+v", list[1])
	}
	r, err := ipc.NewReader(bytes.NewReader(rows.Data))
	if err != nil || !r.Next() {
		t.Fatal(err)
	}
	if got := r.RecordBatch().Column(0).(*array.Int64).Int64Values(); len(got) != 3 || got[2] != 2 {
		t.Errorf("rows %v", got)
	}
	if _, ok := list[2].Kind.(*sparkpb.ResultComplete); !ok || list[2].SessionID != sessionID || list[2].ResponseID == list[1].ResponseID {
		t.Errorf("%+v", list[2])
	}
}

// An error says its condition, and more when it is asked.
func TestFailure(t *testing.T) {
	conn := dial(t)
	_, err := execute(t, conn, &sparkpb.Relation{Kind: &sparkpb.Read{NamedTable: &sparkpb.NamedTable{UnparsedIdentifier: "nowhere"}}})
	if st := status.Convert(err); !strings.Contains(st.Message(), "TABLE_OR_VIEW_NOT_FOUND") || len(st.Details()) != 1 {
		t.Fatalf("%v, %v", err, st.Details())
	}
	if _, err := execute(t, conn, &sparkpb.Relation{}); !strings.Contains(err.Error(), "UNSUPPORTED_FEATURE") {
		t.Errorf("a relation of no kind: %v", err)
	}
	a := new(sparkpb.FetchErrorDetailsResponse)
	q := &sparkpb.FetchErrorDetailsRequest{SessionID: sessionID, ErrorID: "unknown"}
	if err := conn.Invoke(t.Context(), "/"+service+"/FetchErrorDetails", q, a); err != nil || len(a.Errors) != 0 {
		t.Errorf("%v, %v", a, err)
	}
}

func TestClasses(t *testing.T) {
	for c, want := range map[fault.Condition]string{fault.ParseSyntax: parseClass, fault.UnresolvedColumn: analysisClass,
		fault.DivideByZero: arithmeticClass, fault.CastInvalidInput: numberClass, fault.UnsupportedFeature: refusedClass} {
		if got := classesOf(fault.New(c, "x"))[0]; got != want {
			t.Errorf("%s is a %s, want %s", c.Name, got, want)
		}
	}
}

// Settings of weir's are set in the session; others are kept.
func TestConfig(t *testing.T) {
	conn := dial(t)
	ask := func(op *sparkpb.ConfigOperation) ([]*sparkpb.KeyValue, error) {
		a := new(sparkpb.ConfigResponse)
		err := conn.Invoke(t.Context(), "/"+service+"/Config", &sparkpb.ConfigRequest{SessionID: sessionID, Operation: op}, a)
		return a.Pairs, err
	}
	on, off := "mine", "false"
	if _, err := ask(&sparkpb.ConfigOperation{Set: &sparkpb.ConfigSet{Pairs: []*sparkpb.KeyValue{{Key: "spark.app.name", Value: &on},
		{Key: "spark.sql.ansi.enabled", Value: &off}}}}); err != nil {
		t.Fatal(err)
	}
	got, err := ask(&sparkpb.ConfigOperation{Get: &sparkpb.ConfigGet{Keys: []string{"spark.app.name", "spark.sql.ansi.enabled"}}})
	if err != nil || *got[0].Value != on || *got[1].Value != off {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ask(&sparkpb.ConfigOperation{Get: &sparkpb.ConfigGet{Keys: []string{"no.such"}}}); !strings.Contains(err.Error(), "SQL_CONF_NOT_FOUND") {
		t.Errorf("a setting that there is not: %v", err)
	}
}

// Others than this machine cannot be served yet.
func TestLoopbackOnly(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skip(err)
	}
	s := NewServer(Options{})
	defer s.Close()
	if err := s.Serve(l); err == nil {
		t.Error("a server listens where everybody comes in")
	}
}
