package keyed

import (
	"fmt"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Grouping says by what a stream is grouped, what is computed, and what comes
// out when. The partitions of an aggregation share it.
type Grouping struct {
	keys  []*expr.Ref
	calls []*expr.AggregateCall
	mode  connector.OutputMode
	env   *expr.Env
	time  int // the key that is the event time; -1: none
}

// NewGrouping groups by columns: those of the input, with what is known of their
// event time and time windows. The first key with an event time is the one by
// which groups expire, as in Spark. None of the functions may be DISTINCT: the
// partial states of distinct values cannot be merged.
func NewGrouping(keys []*expr.Ref, calls []*expr.AggregateCall, mode connector.OutputMode, env *expr.Env) (*Grouping, error) {
	g := &Grouping{keys: keys, calls: calls, mode: mode, env: env, time: -1}
	for _, c := range calls {
		if c.Distinct {
			return nil, fault.New(fault.UnsupportedFeature, "%s: DISTINCT is not supported in an aggregation of a stream. "+
				"Use approx_count_distinct, or drop the duplicates before", c).Locate(c.At)
		}
	}
	for i, k := range keys {
		if k.Watermark < 0 || g.time >= 0 {
			continue
		}
		if k.Window == 0 && k.Typ.Kind != types.Timestamp && k.Typ.Kind != types.TimestampNTZ {
			return nil, fault.New(fault.UnsupportedFeature, "grouping a stream by the event time %s, a %s, is not supported by this "+
				"version of weir", k.Name, k.Typ)
		}
		g.time = i
	}
	return g, nil
}

// Spec is what the state looks like. Time windows are kept by their start.
func (g *Grouping) Spec() Spec {
	s := Spec{Name: "stateStoreSave", EventTime: g.time >= 0, Pages: true}
	for i, k := range g.keys {
		f := types.Field{Name: k.Name, Type: k.Typ, Nullable: k.Null}
		if k.Window > 0 {
			f.Type = k.Typ.Fields[0].Type
		}
		if i == g.time {
			s.Time, s.Width = i, k.Window
		}
		s.Keys = append(s.Keys, f)
	}
	for _, c := range g.calls {
		for _, t := range c.Fn.Partial(c) {
			s.Values = append(s.Values, types.Field{Name: c.Fn.Name, Type: t, Nullable: true})
		}
	}
	return s
}

// ExchangeKeys are the expressions by which partial groups must be spread over
// partitions, so that each comes to the one whose state has its key.
func (g *Grouping) ExchangeKeys() []expr.Expr {
	keys := make([]expr.Expr, len(g.keys))
	for i, k := range g.keys {
		keys[i] = k
		if k.Window > 0 {
			keys[i] = &expr.Field{Child: k, Ordinal: 0}
		}
	}
	return keys
}

// Values makes the values of a partition.
func (g *Grouping) Values() (*Accumulators, error) {
	a := &Accumulators{}
	for _, c := range g.calls {
		acc, err := c.Fn.New(c, g.env)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", c, err)
		}
		a.accs = append(a.accs, acc)
		a.first = append(a.first, len(a.types))
		a.types = append(a.types, c.Fn.Partial(c)...)
	}
	return a, nil
}
