package connect

import (
	"bytes"
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector/console"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/internal/sparkplan"
	"github.com/weirstream/weir/types"
)

// reply sends the answers of one run.
type reply struct {
	c      *session
	stream grpc.ServerStream
	id     string // of the operation
}

func (r *reply) send(m *sparkpb.ExecuteResponse) error {
	m.SessionID, m.ServerSideSessionID, m.OperationID, m.ResponseID = r.c.id, r.c.server, r.id, uuid.NewString()
	return r.stream.SendMsg(m)
}

// executePlan runs a plan.
func (s *Server) executePlan(q *sparkpb.ExecuteRequest, stream grpc.ServerStream) error {
	c, err := s.session(q.SessionID)
	if err != nil {
		return c.fail(err)
	}
	r := &reply{c: c, stream: stream, id: uuid.NewString()}
	if q.OperationID != nil {
		r.id = *q.OperationID
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	c.mu.Lock()
	_, twice := c.runs[r.id]
	if !twice {
		c.runs[r.id] = run{tags: q.Tags, cancel: cancel}
	}
	c.mu.Unlock()
	if twice {
		return c.fail(fault.New(fault.IllegalArgument, "the operation %s runs already", r.id))
	}
	defer func() {
		c.mu.Lock()
		delete(c.runs, r.id)
		c.mu.Unlock()
	}()
	switch {
	case q.Plan == nil:
		err = fault.New(fault.UnsupportedFeature, "there is no plan to run")
	case q.Plan.Root != nil:
		err = r.relation(ctx, q.Plan.Root)
	case q.Plan.Command != nil:
		err = r.command(ctx, q.Plan.Command)
	default:
		err = fault.New(fault.UnsupportedFeature, "a plan is packed, or of a kind that this version of weir does not know")
	}
	if err != nil {
		return c.fail(err)
	}
	return r.send(&sparkpb.ExecuteResponse{Kind: &sparkpb.ResultComplete{}})
}

// decode is a relation as a plan that the session can run: what was uploaded or is kept
// stands in it.
func (c *session) decode(m *sparkpb.Relation) (plan.Node, error) {
	n, err := sparkplan.Decode(m)
	if err != nil {
		return nil, err
	}
	return plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		if u, ok := n.(*plan.UploadedRows); ok {
			return c.uploaded(u)
		}
		return n, nil
	})
}

// uploaded are rows that came before the plan: a LocalRelation as a whole, or streams of
// Arrow with the text of their schema.
func (c *session) uploaded(u *plan.UploadedRows) (plan.Node, error) {
	parts, err := c.blobs(u.Hashes)
	if err != nil {
		return nil, err
	}
	rows := &plan.SentRows{Origin: u.Origin}
	if u.Whole {
		var local sparkpb.LocalRelation
		if _, err := sparkpb.Unmarshal(bytes.Clone(parts[0]), &local); err != nil {
			return nil, err
		}
		rows.Stream = local.Data
		if local.Schema != nil {
			rows.Schema = *local.Schema
		}
		return rows, nil
	}
	if len(parts) > 0 {
		rows.Stream, rows.More = parts[0], parts[1:]
	}
	if u.SchemaHash != "" {
		text, err := c.blobs([]string{u.SchemaHash})
		if err != nil {
			return nil, err
		}
		rows.Schema = string(text[0])
	}
	return rows, nil
}

// blobs are uploads by their hashes.
func (c *session) blobs(hashes []string) ([][]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list [][]byte
	for _, hash := range hashes {
		data, there := c.uploads["cache/"+hash]
		if !there {
			return nil, fault.New(fault.UnsupportedFeature, "rows with the hash %s were not uploaded", hash)
		}
		list = append(list, data)
	}
	return list, nil
}

// relation runs a query and sends its rows.
func (r *reply) relation(ctx context.Context, m *sparkpb.Relation) error {
	n, err := r.c.decode(m)
	if err != nil {
		return err
	}
	if shown, ok := n.(*plan.Shown); ok {
		return r.shown(ctx, shown)
	}
	return r.frame(ctx, r.c.weir.Plan(n))
}

// frame computes a DataFrame and sends its rows, a batch an answer; at least one.
func (r *reply) frame(ctx context.Context, df *weir.DataFrame) error {
	schema, err := df.Schema(ctx)
	if err != nil {
		return err
	}
	if err := r.send(&sparkpb.ExecuteResponse{Schema: sparkplan.EncodeSchema(schema)}); err != nil {
		return err
	}
	records, err := df.ToArrow(ctx)
	if err != nil {
		return err
	}
	defer func() {
		for _, record := range records {
			record.Release()
		}
	}()
	if len(records) == 0 {
		empty := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow(""))
		defer empty.Release()
		records = append(records, empty.NewRecordBatch())
	}
	offset := int64(0)
	for _, record := range records {
		if err := r.record(record, offset); err != nil {
			return err
		}
		offset += record.NumRows()
	}
	return nil
}

// record sends a record, as a whole stream of Arrow.
func (r *reply) record(record arrow.RecordBatch, offset int64) error {
	var data bytes.Buffer
	w := ipc.NewWriter(&data, ipc.WithSchema(record.Schema()))
	if err := w.Write(record); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return r.send(&sparkpb.ExecuteResponse{Kind: &sparkpb.ArrowBatch{RowCount: record.NumRows(), Data: data.Bytes(), StartOffset: &offset}})
}

// texts sends rows of one column of text.
func (r *reply) texts(name string, list []string) error {
	schema := types.NewSchema(types.Field{Name: name, Type: types.Of(types.String)})
	if err := r.send(&sparkpb.ExecuteResponse{Schema: sparkplan.EncodeSchema(schema)}); err != nil {
		return err
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow(""))
	defer b.Release()
	for _, text := range list {
		b.Field(0).(*array.StringBuilder).Append(text)
	}
	record := b.NewRecordBatch()
	defer record.Release()
	return r.record(record, 0)
}

// shown sends a table as show() prints it.
func (r *reply) shown(ctx context.Context, n *plan.Shown) error {
	if n.HTML {
		return fault.New(fault.UnsupportedFeature, "tables of HTML are not supported by this version of weir")
	}
	var out strings.Builder
	l := console.Layout{NumRows: n.Rows, Truncate: n.Truncate, Vertical: n.Vertical}
	if l.NumRows <= 0 {
		l.NumRows = -1
	}
	if err := r.c.weir.Plan(n.Input).ShowTo(ctx, &out, l); err != nil {
		return err
	}
	return r.texts("show_string", []string{strings.TrimSuffix(out.String(), "\n")})
}

// reattachExecute takes up the answers of a run again. No stream ends before its run,
// so that there is nothing to take up.
func (s *Server) reattachExecute(q *sparkpb.ReattachRequest, _ grpc.ServerStream) error {
	c, err := s.session(q.SessionID)
	if err != nil {
		return c.fail(err)
	}
	return c.fail(fault.New(fault.OperationNotFound, "the operation %s does not run", q.OperationID).With("handle", q.OperationID))
}

// releaseExecute forgets answers. They are not kept.
func (s *Server) releaseExecute(_ context.Context, q *sparkpb.ReleaseRequest) (*sparkpb.ReleaseResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	return &sparkpb.ReleaseResponse{SessionID: c.id, ServerSideSessionID: c.server, OperationID: &q.OperationID}, nil
}

// releaseSession ends a session.
func (s *Server) releaseSession(_ context.Context, q *sparkpb.ReleaseSessionRequest) (*sparkpb.ReleaseSessionResponse, error) {
	a := &sparkpb.ReleaseSessionResponse{SessionID: q.SessionID}
	s.mu.Lock()
	if c, ok := s.sessions[q.SessionID]; ok {
		a.ServerSideSessionID = c.server
	}
	s.mu.Unlock()
	return a, (*session)(nil).fail(s.end(q.SessionID))
}

// interrupt stops runs.
func (s *Server) interrupt(_ context.Context, q *sparkpb.InterruptRequest) (*sparkpb.InterruptResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	ids := c.interrupt(func(id string, r run) bool {
		switch q.InterruptType {
		case sparkpb.InterruptKindAll:
			return true
		case sparkpb.InterruptKindTag:
			return q.OperationTag != nil && strings.Contains("\x00"+strings.Join(r.tags, "\x00")+"\x00", "\x00"+*q.OperationTag+"\x00")
		default:
			return q.OperationID != nil && *q.OperationID == id
		}
	})
	return &sparkpb.InterruptResponse{SessionID: c.id, ServerSideSessionID: c.server, InterruptedIds: ids}, nil
}
