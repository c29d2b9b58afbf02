package analyze

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/collated"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// Catalog is what an analyzer asks for relations.
type Catalog interface {
	// View is the plan of a view or table, not analyzed; nil if there is none of
	// that name. The error says why one that there is cannot be read.
	View(name []string) (plan.Node, error)
	// Names are those of all views and tables, for suggestions.
	Names() []string
	// Format is the format of that name; false if there is none.
	Format(name string) (connector.Format, bool)
	// Formats are the names of all formats.
	Formats() []string
}

// Analyzer resolves plans. Its fields are set before the first use.
type Analyzer struct {
	Registry *expr.Registry
	Catalog  Catalog
	// Resolver holds the session's mode and time zone for functions.
	Resolver expr.Resolver
	// Env is lent to the connectors that are opened.
	Env connector.Env
	// Variables gives the value of a session variable, nil for none; itself nil where
	// there are none.
	Variables func(name []string) expr.Expr
	// Settle, if not nil, is shown every relation before it is resolved, and gives
	// what it stands for: rows that are kept, or what must be computed first.
	Settle func(ctx context.Context, n plan.Node) (plan.Node, error)
}

// Analyze resolves a plan.
func (a *Analyzer) Analyze(ctx context.Context, n plan.Node) (plan.Node, error) {
	r := &resolution{Analyzer: a, ctx: ctx, outputs: make(map[int64][]output), hidden: asksHidden(n)}
	out, err := r.node(n)
	if err != nil {
		return nil, err
	}
	out = r.shown(out)
	if out, err = r.decorrelate(out); err != nil {
		return nil, err
	}
	lowering := collated.Lowering{Registry: a.Registry, Resolver: &a.Resolver}
	if out, err = lowering.Lower(out); err != nil {
		return nil, err
	}
	return number(out), nil
}

// resolution is one run of an Analyzer.
type resolution struct {
	*Analyzer
	ctx context.Context
	// ctes are the named queries in scope, innermost last.
	ctes []cte
	// outputs are the columns of the relations that have a plan id, once for each
	// place where the relation stands.
	outputs map[int64][]output
	depth   int // of relations within relations
	nodes   int // relations so far
	// made are the time windows that have a column.
	made []madeWindow
	// windowed says that the function resolved next stands before OVER.
	windowed bool
	// hidden says that the query names a hidden column.
	hidden bool
	// outer are the scopes of the queries around a subquery, innermost last.
	outer []scope
	// ownZone is the session's time zone once somebody has asked for it.
	ownZone *datetime.Zone
}

// zone is the session's time zone.
func (r *resolution) zone() *datetime.Zone {
	if r.ownZone == nil {
		r.ownZone = datetime.NewZone(r.Resolver.Location)
	}
	return r.ownZone
}

type cte struct {
	name    string
	columns []string
	query   plan.Node
	outer   int // how many ctes its own text can see
	// recursive says that it may read itself; running is set while it does.
	recursive bool
	running   *plan.Recursion
	levels    int64 // that it may go down; 0 for the session's
}

const (
	// maxDepth bounds how deep relations are nested, views and CTEs within each
	// other included.
	maxDepth = 1000
	// maxNodes bounds the relations of a query, views and CTEs written out wherever
	// they are read.
	maxNodes = 50_000
)

// node resolves a relation and what is beneath it.
func (r *resolution) node(n plan.Node) (plan.Node, error) {
	r.depth++
	if r.nodes++; r.depth > maxDepth || r.nodes > maxNodes {
		return nil, fault.New(fault.TooComplex, "the query has more than %d relations, or more than %d within each other, "+
			"those of views and of WITH counted wherever they are read", maxNodes, maxDepth).Locate(plan.OriginOf(n).At)
	}
	id := plan.OriginOf(n).PlanID
	if r.Settle != nil {
		var err error
		if n, err = r.Settle(r.ctx, n); err != nil {
			return nil, err
		}
	}
	out, err := r.relation(n)
	r.depth--
	if err != nil {
		return nil, err
	}
	if id != 0 {
		r.outputs[id] = append(r.outputs[id], output{r.depth, out.Output()})
	}
	return out, nil
}

// relation is the switch over all kinds of nodes.
func (r *resolution) relation(n plan.Node) (plan.Node, error) {
	switch n := n.(type) {
	case *plan.Read:
		return r.read(n)
	case *plan.Scan, *plan.OneRow:
		return n, nil
	case *plan.Range:
		return ranged(n)
	case *plan.TableScan:
		return &plan.Scan{Origin: n.Origin, Name: n.Name, Table: n.Table, Columns: refs(n.Table.Schema(), nil)}, nil
	case *plan.LocalRelation:
		return r.local(n), nil
	case *plan.Values:
		return r.values(n)
	case *plan.TableFunction:
		return r.tableFunction(n)
	case *plan.Project:
		return r.project(n)
	case *plan.Aggregate:
		return r.aggregate(n, nil)
	case *plan.Filter:
		return r.filter(n)
	case *plan.Generate:
		return r.generate(n)
	case *plan.Sort:
		return r.sort(n)
	case *plan.Limit:
		return r.count(n, n.Input, n.Count, func(in plan.Node, c expr.Expr) plan.Node {
			return &plan.Limit{Origin: n.Origin, Input: in, Count: c}
		})
	case *plan.Offset:
		return r.count(n, n.Input, n.Count, func(in plan.Node, c expr.Expr) plan.Node {
			return &plan.Offset{Origin: n.Origin, Input: in, Count: c}
		})
	case *plan.SubqueryAlias:
		return r.subqueryAlias(n)
	case *plan.WithWatermark:
		return r.watermark(n)
	case *plan.Deduplicate:
		return r.deduplicate(n)
	case *plan.Repartition, *plan.Hint:
		in, err := r.node(n.Inputs()[0])
		if err != nil {
			return nil, err
		}
		return in, nil // rows keep their places; see DIFFERENCES.md
	case *plan.WithColumns:
		return r.withColumns(n)
	case *plan.RenameColumns:
		return r.renameColumns(n)
	case *plan.Drop:
		return r.drop(n)
	case *plan.ToDF:
		return r.toDF(n)
	case *plan.With:
		return r.with(n)
	case *plan.Join:
		return r.join(n)
	case *plan.SetOp:
		return r.setOp(n)
	case *plan.Pivot:
		return r.pivot(n)
	case *plan.Unpivot:
		return r.unpivot(n)
	case *plan.Sample:
		return r.sampled(n)
	case *plan.Tail:
		return r.count(n, n.Input, n.Count, func(in plan.Node, c expr.Expr) plan.Node {
			return &plan.Tail{Origin: n.Origin, Input: in, Count: c}
		})
	case *plan.UserState:
		return r.userState(n)
	default:
		if out, ok, err := r.dataFrame(n); ok {
			return out, err
		}
		return nil, notYet(strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan."), fault.Position{})
	}
}

// notYet is the error for what Spark has and weir does not have yet.
func notYet(what string, at fault.Position) error {
	return fault.New(fault.UnsupportedFeature, "%s is not supported by this version of weir", what).Locate(at)
}

// number gives the streams and the watermarks of a plan their ordinals, in plan
// order.
func number(n plan.Node) plan.Node {
	streams, marks := 0, 0
	n, _ = plan.Transform(n, func(n plan.Node) (plan.Node, error) {
		switch n := n.(type) {
		case *plan.Scan:
			if n.Streaming {
				s := *n
				s.Ordinal = streams
				streams++
				return &s, nil
			}
		case *plan.WithWatermark:
			w := *n
			w.ID = marks
			marks++
			return &w, nil
		}
		return n, nil
	})
	return n
}
