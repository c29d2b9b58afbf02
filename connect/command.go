package connect

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/internal/sql"
)

// command does what a client asks for.
func (r *reply) command(ctx context.Context, m *sparkpb.Command) error {
	switch k := m.Kind.(type) {
	case *sparkpb.SQLCommand:
		return r.sql(ctx, k)
	case *sparkpb.CreateViewCommand:
		return r.view(k)
	case *sparkpb.WriteOperation:
		return r.write(ctx, k)
	case *sparkpb.MLCommand:
		if _, ok := k.Kind.(*sparkpb.MLCleanCache); ok { // sent whenever a Python program ends
			return nil
		}
	case nil:
		return fault.New(fault.UnsupportedFeature, "a command is of a kind that this version of weir does not know")
	}
	name := strings.TrimPrefix(fmt.Sprintf("%T", m.Kind), "*sparkpb.")
	return fault.New(fault.UnsupportedFeature, "the command %s is not supported by this version of weir", name)
}

// sql runs a statement. A query is answered with itself, so that it runs when its rows
// are asked for; a command with the rows that it gave.
func (r *reply) sql(ctx context.Context, k *sparkpb.SQLCommand) error {
	input := k.Input
	if input == nil { // as older clients say it
		input = &sparkpb.Relation{Kind: &sparkpb.SQL{Query: k.SQL, Args: k.Args, PosArgs: k.PosArgs, NamedArguments: k.NamedArguments,
			PosArguments: k.PosArguments}}
	}
	text := ""
	switch in := input.Kind.(type) {
	case *sparkpb.SQL:
		text = in.Query
	case *sparkpb.WithRelations:
		if root, ok := in.Root.Kind.(*sparkpb.SQL); ok {
			text = root.Query
		}
	}
	statements, err := sql.ParseStatements(text)
	if err != nil {
		return err
	}
	if err := sql.One(statements); err != nil {
		return err
	}
	if statements[0].Command == nil {
		return r.send(&sparkpb.ExecuteResponse{Kind: &sparkpb.SQLCommandResult{Relation: input}})
	}
	rows := &sparkpb.LocalRelation{}
	if err := r.c.statement(ctx, text, rows); err != nil {
		return err
	}
	return r.send(&sparkpb.ExecuteResponse{Kind: &sparkpb.SQLCommandResult{Relation: &sparkpb.Relation{Kind: rows}}})
}

// statement runs a statement that is no query and gives its rows.
func (c *session) statement(ctx context.Context, text string, rows *sparkpb.LocalRelation) error {
	return c.weir.Run(ctx, text, func(result weir.Result) error {
		if result.Rows == nil {
			return nil
		}
		schema, err := result.Rows.Schema(ctx)
		if err != nil {
			return err
		}
		records, err := result.Rows.ToArrow(ctx)
		if err != nil {
			return err
		}
		var data bytes.Buffer
		w := ipc.NewWriter(&data, ipc.WithSchema(schema.Arrow("")))
		for _, record := range records {
			err = w.Write(record)
			record.Release()
			if err != nil {
				return err
			}
		}
		if err := w.Close(); err != nil {
			return err
		}
		ddl := schema.JSON()
		rows.Data, rows.Schema = data.Bytes(), &ddl
		return nil
	})
}

// view gives a relation a name.
func (r *reply) view(k *sparkpb.CreateViewCommand) error {
	n, err := r.c.decode(k.Input)
	if err != nil {
		return err
	}
	df := r.c.weir.Plan(n)
	switch {
	case k.IsGlobal && k.Replace:
		return df.CreateOrReplaceGlobalTempView(k.Name)
	case k.IsGlobal:
		return df.CreateGlobalTempView(k.Name)
	case k.Replace:
		return df.CreateOrReplaceTempView(k.Name)
	}
	return df.CreateTempView(k.Name)
}

// frameOf is a relation as a DataFrame.
func (c *session) frameOf(m *sparkpb.Relation) (*weir.DataFrame, plan.Node, error) {
	n, err := c.decode(m)
	if err != nil {
		return nil, nil, err
	}
	return c.weir.Plan(n), n, nil
}

// planOf is the relation of a plan that is asked about.
func planOf(p *sparkpb.Plan) (*sparkpb.Relation, error) {
	if p == nil || p.Root == nil {
		return nil, fault.New(fault.UnsupportedFeature, "the plan that is asked about is no query")
	}
	return p.Root, nil
}
