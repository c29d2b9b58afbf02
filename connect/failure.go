package connect

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
)

// failure is an error of which a client may ask more.
type failure struct {
	id  string
	err error
}

const (
	// maxFailures is how many errors a session keeps.
	maxFailures = 100
	// maxStatus bounds a message in the status of a call, in bytes: headers are small.
	maxStatus = 2048
	// spark is the domain of errors.
	spark = "org.apache.spark"
)

// fail is an error as gRPC carries it, the session's if c is not nil.
func (c *session) fail(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return status.Error(codes.Canceled, "[OPERATION_CANCELED] the run was cancelled")
	}
	f := failure{id: uuid.NewString(), err: err}
	if c != nil {
		c.mu.Lock()
		c.failed = append(c.failed, f)
		if len(c.failed) > maxFailures {
			c.failed = slices.Delete(c.failed, 0, 1)
		}
		c.mu.Unlock()
	}
	classes := classesOf(err)
	text, _ := json.Marshal(classes)
	about := &errdetails.ErrorInfo{Reason: classes[0], Domain: spark, Metadata: map[string]string{"classes": string(text), "errorId": f.id}}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		about.Metadata["errorClass"], about.Metadata["sqlState"] = e.Condition.Name, e.Condition.SQLState
		if params, _ := json.Marshal(e.Params); len(params) < maxStatus && e.Params != nil {
			about.Metadata["messageParameters"] = string(params)
		}
	}
	message := err.Error()
	if len(message) > maxStatus {
		message = strings.ToValidUTF8(message[:maxStatus], "") + "…"
	}
	st, bad := status.New(codes.Internal, message).WithDetails(about)
	if bad != nil {
		return status.Error(codes.Internal, message)
	}
	return st.Err()
}

// The classes by which clients pick their exceptions.
const (
	parseClass      = "org.apache.spark.sql.catalyst.parser.ParseException"
	analysisClass   = "org.apache.spark.sql.AnalysisException"
	arithmeticClass = "org.apache.spark.SparkArithmeticException"
	numberClass     = "org.apache.spark.SparkNumberFormatException"
	timeClass       = "org.apache.spark.SparkDateTimeException"
	arrayClass      = "org.apache.spark.SparkArrayIndexOutOfBoundsException"
	argumentClass   = "org.apache.spark.SparkIllegalArgumentException"
	refusedClass    = "org.apache.spark.SparkUnsupportedOperationException"
	runtimeClass    = "org.apache.spark.SparkRuntimeException"
)

// parents are the classes of Java that those of Spark extend, which clients know too.
var parents = map[string]string{
	arithmeticClass: "java.lang.ArithmeticException", numberClass: "java.lang.NumberFormatException",
	timeClass: "java.time.DateTimeException", arrayClass: "java.lang.ArrayIndexOutOfBoundsException",
	argumentClass: "java.lang.IllegalArgumentException", refusedClass: "java.lang.UnsupportedOperationException",
	runtimeClass: "java.lang.RuntimeException",
}

// classesOf are the classes of an error, the most particular first.
func classesOf(err error) []string {
	class := runtimeClass
	if e, ok := errors.AsType[*fault.Error](err); ok {
		state, name := e.Condition.SQLState, e.Condition.Name
		switch {
		case name == "PARSE_SYNTAX_ERROR" || name == "PARSE_EMPTY_STATEMENT" || strings.HasPrefix(name, "INVALID_SQL_SYNTAX"):
			class = parseClass
		case strings.HasPrefix(state, "42") || strings.HasPrefix(name, "UNSUPPORTED_DATATYPE") || strings.HasPrefix(name, "STREAMING_OUTPUT_MODE"):
			class = analysisClass
		case strings.HasPrefix(name, "DIVIDE_BY_ZERO") || strings.Contains(name, "OVERFLOW") || name == "NUMERIC_VALUE_OUT_OF_RANGE":
			class = arithmeticClass
		case name == "CAST_INVALID_INPUT":
			class = numberClass
		case strings.HasPrefix(name, "INVALID_ARRAY_INDEX"):
			class = arrayClass
		case state == "22007" || state == "22008":
			class = timeClass
		case strings.HasPrefix(state, "0A"):
			class = refusedClass
		case strings.HasPrefix(state, "22") || strings.HasPrefix(name, "ILLEGAL_ARGUMENT"):
			class = argumentClass
		}
	}
	list := []string{class}
	if p := parents[class]; p != "" {
		list = append(list, p)
	}
	return append(list, "java.lang.Exception", "java.lang.Throwable")
}

// fetchErrorDetails tells all that is known of an error.
func (s *Server) fetchErrorDetails(_ context.Context, q *sparkpb.FetchErrorDetailsRequest) (*sparkpb.FetchErrorDetailsResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	a := &sparkpb.FetchErrorDetailsResponse{SessionID: c.id, ServerSideSessionID: c.server}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.failed, func(f failure) bool { return f.id == q.ErrorID })
	if i < 0 {
		return a, nil
	}
	found := c.failed[i].err
	root := int32(0)
	d := &sparkpb.ErrorDetails{ErrorTypeHierarchy: classesOf(found), Message: found.Error()}
	if e, ok := errors.AsType[*fault.Error](found); ok {
		d.SparkThrowable = &sparkpb.ErrorCondition{ErrorClass: &e.Condition.Name, SQLState: &e.Condition.SQLState, MessageParameters: e.Params}
		if context := contextOf(e.At); context != nil {
			d.SparkThrowable.QueryContexts = []*sparkpb.QueryContext{context}
		}
	}
	a.RootErrorIndex, a.Errors = &root, []*sparkpb.ErrorDetails{d}
	return a, nil
}

// contextOf is the place of an error, in SQL text or in the user's program.
func contextOf(at fault.Position) *sparkpb.QueryContext {
	switch site := at.Site.(type) {
	case *sparkpb.Origin:
		q := &sparkpb.QueryContext{ContextType: sparkpb.ContextKindDataFrame, CallSite: site.String()}
		if site.PythonOrigin != nil {
			q.Fragment, q.CallSite = site.PythonOrigin.Fragment, site.PythonOrigin.CallSite
		}
		return q
	}
	if at.Text == "" {
		return nil
	}
	stop := min(max(at.Stop, at.Start), len(at.Text))
	return &sparkpb.QueryContext{StartIndex: int32(at.Start), StopIndex: int32(stop - 1), Fragment: at.Text[min(at.Start, stop):stop],
		Summary: at.String()}
}
