package sparkplan

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// sentRows are rows that a client sends: a stream of Arrow, cast to the schema beside it
// where there is one.
func sentRows(n *plan.SentRows) (plan.Node, error) {
	var schema *types.Schema
	if n.Schema != "" {
		s, err := sentSchema(n.Schema)
		if err != nil {
			return nil, locate(err, n.At)
		}
		schema = &s
	}
	if n.Stream == nil {
		if schema == nil {
			return nil, fault.New(fault.UnsupportedFeature, "a client sends neither rows nor a schema").Locate(n.At)
		}
		return &plan.LocalRelation{Origin: n.Origin, Schema: *schema}, nil
	}
	rows, own, err := sentBatch(append([][]byte{n.Stream}, n.More...))
	if err != nil {
		return nil, fault.New(fault.UnsupportedFeature, "the rows that a client sends are no stream of Arrow").Wrap(err).Locate(n.At)
	}
	if schema == nil || schema.Equal(own) {
		return &plan.LocalRelation{Origin: n.Origin, Schema: own, Rows: rows}, nil
	}
	if schema.Len() != own.Len() {
		return nil, fault.New(fault.NumColumnsMismatch, "a client sends %d columns and a schema of %d", own.Len(), schema.Len()).Locate(n.At)
	}
	items := make([]expr.Expr, own.Len())
	for i, f := range schema.Fields {
		// Names need not differ: the place counts.
		name := fmt.Sprintf("_%d", i)
		have := own.Fields[i].Type
		own.Fields[i].Name = name
		var e expr.Expr = &expr.UnresolvedAttribute{Parts: []string{name}}
		if !f.Type.Equal(have) {
			e = &expr.Cast{Child: e, To: f.Type, Implicit: true, At: n.At}
		}
		items[i] = &expr.Alias{Child: e, Names: []string{f.Name}, Metadata: f.Metadata}
	}
	in := &plan.LocalRelation{Schema: own, Rows: rows}
	return &plan.Project{Origin: n.Origin, Input: in, Exprs: items}, nil
}

// sentSchema reads a schema in JSON, as DDL, or as a type.
func sentSchema(text string) (types.Schema, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return types.ParseSchemaJSON(text)
	}
	if t, err := types.ParseType(text); err == nil {
		if t.Kind == types.Struct {
			return types.NewSchema(t.Fields...), nil
		}
		return types.NewSchema(types.Field{Name: "value", Type: t, Nullable: true}), nil
	}
	return types.ParseSchema(text)
}

// sentBatch copies the records of streams of Arrow, of the schema of the first, into one
// batch.
func sentBatch(streams [][]byte) (*batch.Batch, types.Schema, error) {
	var out *batch.Batch
	var schema types.Schema
	arena := new(batch.Arena)
	for _, stream := range streams {
		reader, err := ipc.NewReader(bytes.NewReader(stream))
		if err != nil {
			return nil, schema, err
		}
		defer reader.Release()
		own, err := types.SchemaFromArrow(reader.Schema())
		if err != nil {
			return nil, schema, err
		}
		if out == nil {
			schema, out = own, batch.New(own)
		} else if !own.Equal(schema) {
			return nil, schema, fmt.Errorf("a stream has the columns %s, the first %s", own, schema)
		}
		in := batch.New(own)
		for reader.Next() {
			if err := batch.FromArrow(reader.RecordBatch(), in); err != nil {
				return nil, schema, err
			}
			for i, c := range out.Columns {
				c.Append(in.Columns[i], in.Sel, in.Rows, arena)
			}
			out.Rows += in.Len()
		}
		if err := reader.Err(); err != nil {
			return nil, schema, err
		}
	}
	return out, schema, nil
}

// sentRead is what a client reads, with the schema that it sends as text; a format that
// it does not name is the default, Parquet.
func sentRead(n *plan.Read) (plan.Node, error) {
	if n.Sent == nil {
		return n, nil
	}
	out := *n
	out.Sent = nil
	if len(n.Sent.Predicates) > 0 {
		return nil, refuse("reading by predicates", n.At)
	}
	if len(n.Table) == 0 && n.Format == "" {
		out.Format = "parquet"
	}
	if n.Sent.Schema != "" {
		s, err := sentSchema(n.Sent.Schema)
		if err != nil {
			return nil, locate(err, n.At)
		}
		out.Schema = &s
	}
	return &out, nil
}

// parsedText parses a column of JSON or CSV into the columns of a schema.
func parsedText(n *plan.ParsedText) (plan.Node, error) {
	if n.Format == "xml" {
		return nil, refuse("text of XML", n.At)
	}
	if n.Schema == nil {
		return nil, refuse("text whose schema is to be found out", n.At)
	}
	args := []expr.Expr{&expr.UnresolvedAttribute{Parts: []string{"text"}}, expr.Lit(n.Schema.DDL())}
	if len(n.Options) > 0 {
		args = append(args, options(n.Options))
	}
	call := &expr.UnresolvedFunction{Name: "from_" + n.Format, Args: args, Written: true, At: n.At}
	p := &plan.Project{Input: &plan.ToDF{Input: n.Input, Names: []string{"text"}},
		Exprs: []expr.Expr{&expr.Alias{Child: call, Names: []string{"value"}}}}
	return &plan.Project{Origin: n.Origin, Input: p, Exprs: []expr.Expr{&expr.UnresolvedStar{Target: []string{"value"}}}}, nil
}
