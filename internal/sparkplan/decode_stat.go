package sparkplan

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkpb"
	"github.com/weirstream/weir/types"
)

// decodeStat is decodeOver for statistics and missing values.
func decodeStat(m *sparkpb.Relation, in plan.Node, o plan.Origin) (plan.Node, error) {
	switch k := m.Kind.(type) {
	case *sparkpb.NAFill:
		values, err := constants(k.Values)
		return &plan.FillNA{Origin: o, Input: in, Columns: k.Columns, Values: values}, err
	case *sparkpb.NADrop:
		return &plan.DropNA{Origin: o, Input: in, Columns: k.Columns, Least: int(or(k.MinNonNulls, 0))}, nil
	case *sparkpb.NAReplace:
		return decodeReplace(k, in, o)
	case *sparkpb.StatSummary:
		return &plan.Summary{Origin: o, Input: in, Statistics: k.Statistics}, nil
	case *sparkpb.StatDescribe:
		return &plan.Summary{Origin: o, Input: in, Columns: k.Columns, Statistics: described()}, nil
	case *sparkpb.StatCrosstab:
		return &plan.Crosstab{Origin: o, Input: in, First: k.Col1, Second: k.Col2}, nil
	case *sparkpb.StatCov:
		return &plan.Moment{Origin: o, Input: in, First: k.Col1, Second: k.Col2}, nil
	case *sparkpb.StatCorr:
		if or(k.Method, pearson) != pearson {
			return carried(m, in, o), nil
		}
		return &plan.Moment{Origin: o, Input: in, First: k.Col1, Second: k.Col2, Corr: true}, nil
	case *sparkpb.StatApproxQuantile:
		return &plan.ApproxQuantile{Origin: o, Input: in, Columns: k.Columns, Probabilities: k.Probabilities, Error: k.RelativeError}, nil
	case *sparkpb.StatFreqItems:
		return &plan.FreqItems{Origin: o, Input: in, Columns: k.Columns, Support: or(k.Support, 0.01)}, nil
	case *sparkpb.StatSampleBy:
		return decodeSampleBy(k, in, o)
	default:
		return carried(m, in, o), nil
	}
}

// pearson is the one method of correlation that there is.
const pearson = "pearson"

// described are the statistics of describe.
func described() []string { return []string{"count", "mean", "stddev", "min", "max"} }

func decodeReplace(k *sparkpb.NAReplace, in plan.Node, o plan.Origin) (plan.Node, error) {
	n := &plan.ReplaceNA{Origin: o, Input: in, Columns: k.Columns}
	for _, r := range k.Replacements {
		both, err := constants([]*sparkpb.Literal{r.OldValue, r.NewValue})
		if err != nil {
			return nil, err
		}
		n.Old, n.New = append(n.Old, both[0]), append(n.New, both[1])
	}
	return n, nil
}

func decodeSampleBy(k *sparkpb.StatSampleBy, in plan.Node, o plan.Origin) (plan.Node, error) {
	column, err := DecodeExpr(k.Column)
	if err != nil {
		return nil, err
	}
	n := &plan.SampleBy{Origin: o, Input: in, Column: column, Seed: or(k.Seed, 0)}
	for _, f := range k.Fractions {
		v, err := DecodeLiteral(f.Stratum)
		if err != nil {
			return nil, err
		}
		n.Values, n.Shares = append(n.Values, v), append(n.Shares, f.Fraction)
	}
	return n, nil
}

// schemaOf is the schema that a client sends as a type: a struct, or one column.
func schemaOf(t types.Type) types.Schema {
	if t.Kind == types.Struct {
		return types.Schema{Fields: t.Fields}
	}
	return types.NewSchema(types.Field{Name: "value", Type: t, Nullable: true})
}

// encodeStat is encodeOver for statistics and missing values.
func (c *encoder) stat(n plan.Node, in *sparkpb.Relation) (sparkpb.RelationKind, error) {
	switch n := n.(type) {
	case *plan.FillNA:
		values, err := literals(n.Values)
		return &sparkpb.NAFill{Input: in, Columns: n.Columns, Values: values}, err
	case *plan.DropNA:
		k := &sparkpb.NADrop{Input: in, Columns: n.Columns}
		if n.Least > 0 {
			k.MinNonNulls = ptr(int32(n.Least))
		}
		return k, nil
	case *plan.ReplaceNA:
		k := &sparkpb.NAReplace{Input: in, Columns: n.Columns}
		for i := range n.Old {
			both, err := literals([]expr.Expr{n.Old[i], n.New[i]})
			if err != nil {
				return nil, err
			}
			k.Replacements = append(k.Replacements, &sparkpb.Replacement{OldValue: both[0], NewValue: both[1]})
		}
		return k, nil
	case *plan.Summary:
		if len(n.Columns) > 0 {
			return &sparkpb.StatDescribe{Input: in, Columns: n.Columns}, nil
		}
		return &sparkpb.StatSummary{Input: in, Statistics: n.Statistics}, nil
	case *plan.Crosstab:
		return &sparkpb.StatCrosstab{Input: in, Col1: n.First, Col2: n.Second}, nil
	case *plan.Moment:
		if n.Corr {
			return &sparkpb.StatCorr{Input: in, Col1: n.First, Col2: n.Second, Method: ptr(pearson)}, nil
		}
		return &sparkpb.StatCov{Input: in, Col1: n.First, Col2: n.Second}, nil
	case *plan.ApproxQuantile:
		return &sparkpb.StatApproxQuantile{Input: in, Columns: n.Columns, Probabilities: n.Probabilities, RelativeError: n.Error}, nil
	case *plan.FreqItems:
		return &sparkpb.StatFreqItems{Input: in, Columns: n.Columns, Support: ptr(n.Support)}, nil
	case *plan.SampleBy:
		column, err := c.expr(n.Column)
		if err != nil {
			return nil, err
		}
		k := &sparkpb.StatSampleBy{Input: in, Column: column, Seed: ptr(n.Seed)}
		values, err := literals(n.Values)
		for i, v := range values {
			k.Fractions = append(k.Fractions, &sparkpb.StratumFraction{Stratum: v, Fraction: n.Shares[i]})
		}
		return k, err
	default:
		return nil, unsayable(n.String(), originAt(n))
	}
}
