package connect

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/internal/sparkplan"
	"github.com/weirstream/weir/types"
)

// version is the version of Spark that the server behaves as.
const version = "4.3.0"

// analyzePlan answers a question about a plan.
func (s *Server) analyzePlan(ctx context.Context, q *sparkpb.AnalyzeRequest) (*sparkpb.AnalyzeResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	a := &sparkpb.AnalyzeResponse{SessionID: c.id, ServerSideSessionID: c.server}
	a.Kind, err = c.analyze(ctx, q.Kind)
	return a, c.fail(err)
}

// analyze is the switch over the questions.
func (c *session) analyze(ctx context.Context, kind sparkpb.AnalyzeKind) (sparkpb.AnalyzeResult, error) {
	switch k := kind.(type) {
	case *sparkpb.AnalyzeSchema:
		df, _, err := c.asked(k.Plan)
		if err != nil {
			return nil, err
		}
		schema, err := df.Schema(ctx)
		return &sparkpb.AnalyzedSchema{Schema: sparkplan.EncodeSchema(schema)}, err
	case *sparkpb.AnalyzeExplain:
		df, _, err := c.asked(k.Plan)
		if err != nil {
			return nil, err
		}
		text, err := df.Explain(ctx, explainMode(k.ExplainMode))
		return &sparkpb.AnalyzedExplain{ExplainString: text}, err
	case *sparkpb.AnalyzeTreeString:
		df, _, err := c.asked(k.Plan)
		if err != nil {
			return nil, err
		}
		schema, err := df.Schema(ctx)
		depth := math.MaxInt
		if k.Level != nil {
			depth = int(*k.Level)
		}
		return &sparkpb.AnalyzedTreeString{TreeString: schema.Tree(depth)}, err
	case *sparkpb.AnalyzeIsLocal:
		return &sparkpb.AnalyzedIsLocal{}, nil
	case *sparkpb.AnalyzeIsStreaming:
		_, n, err := c.asked(k.Plan)
		return &sparkpb.AnalyzedIsStreaming{IsStreaming: err == nil && plan.Streaming(n)}, err
	case *sparkpb.AnalyzeInputFiles:
		df, _, err := c.asked(k.Plan)
		if err != nil {
			return nil, err
		}
		files, err := df.InputFiles(ctx)
		return &sparkpb.AnalyzedInputFiles{Files: files}, err
	case *sparkpb.AnalyzeSparkVersion:
		return &sparkpb.AnalyzedSparkVersion{Version: version}, nil
	case *sparkpb.AnalyzeDDL:
		t, err := parseDDL(k.DDLString)
		return &sparkpb.AnalyzedDDL{Parsed: sparkplan.EncodeType(t)}, err
	case *sparkpb.AnalyzeJSONToDDL:
		schema, err := types.ParseSchemaJSON(k.JSONString)
		return &sparkpb.AnalyzedJSONToDDL{DDLString: schema.DDL()}, err
	case *sparkpb.AnalyzeSameSemantics:
		return c.sameSemantics(ctx, k)
	case *sparkpb.AnalyzeSemanticHash:
		df, _, err := c.asked(k.Plan)
		if err != nil {
			return nil, err
		}
		hash, err := df.SemanticHash(ctx)
		return &sparkpb.AnalyzedSemanticHash{Result: int32(hash)}, err
	case *sparkpb.AnalyzePersist: // rows are computed whenever they are asked for
		return &sparkpb.AnalyzedPersist{}, nil
	case *sparkpb.AnalyzeUnpersist:
		return &sparkpb.AnalyzedUnpersist{}, nil
	case *sparkpb.AnalyzeStorageLevel:
		return &sparkpb.AnalyzedStorageLevel{StorageLevel: &sparkpb.StorageLevel{Replication: 1}}, nil
	}
	return nil, fault.New(fault.UnsupportedFeature, "the question %s is not known", strings.TrimPrefix(fmt.Sprintf("%T", kind), "*sparkpb."))
}

// asked is the plan that a question is about.
func (c *session) asked(p *sparkpb.Plan) (*weir.DataFrame, plan.Node, error) {
	m, err := planOf(p)
	if err != nil {
		return nil, nil, err
	}
	return c.frameOf(m)
}

func (c *session) sameSemantics(ctx context.Context, k *sparkpb.AnalyzeSameSemantics) (sparkpb.AnalyzeResult, error) {
	one, _, err := c.asked(k.TargetPlan)
	if err != nil {
		return nil, err
	}
	other, _, err := c.asked(k.OtherPlan)
	if err != nil {
		return nil, err
	}
	same, err := one.SameSemantics(ctx, other)
	return &sparkpb.AnalyzedSameSemantics{Result: same}, err
}

func explainMode(m sparkpb.ExplainMode) weir.ExplainMode {
	switch m {
	case sparkpb.ExplainModeExtended:
		return weir.ExplainExtended
	case sparkpb.ExplainModeCodegen:
		return weir.ExplainCodegen
	case sparkpb.ExplainModeCost:
		return weir.ExplainCost
	case sparkpb.ExplainModeFormatted:
		return weir.ExplainFormatted
	}
	return weir.ExplainSimple
}

// parseDDL reads a type, or the columns of a table.
func parseDDL(text string) (types.Type, error) {
	if t, err := types.ParseType(text); err == nil {
		return t, nil
	}
	s, err := types.ParseSchema(text)
	return s.AsStruct(), err
}
