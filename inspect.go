package weir

import (
	"context"
	"hash/fnv"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector/console"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/frames"
	"github.com/weirstream/weir/internal/optimize"
	"github.com/weirstream/weir/internal/plan"
)

// Columns are the names of the columns.
func (d *DataFrame) Columns(ctx context.Context) ([]string, error) {
	s, err := d.Schema(ctx)
	return s.Names(), err
}

// DTypes are the names of the columns and their types in short form, such as
// "array<int>".
func (d *DataFrame) DTypes(ctx context.Context) ([][2]string, error) {
	s, err := d.Schema(ctx)
	if err != nil {
		return nil, err
	}
	list := make([][2]string, s.Len())
	for i, f := range s.Fields {
		list[i] = [2]string{f.Name, f.Type.String()}
	}
	return list, nil
}

// PrintSchema prints the schema as a tree, to a depth where one is given.
func (d *DataFrame) PrintSchema(ctx context.Context, depth ...int) error {
	s, err := d.Schema(ctx)
	if err != nil {
		return err
	}
	most := math.MaxInt
	if len(depth) > 0 {
		most = depth[0]
	}
	_, err = io.WriteString(d.session.out, s.Tree(most)+"\n")
	return err
}

// ExplainMode says how much [DataFrame.Explain] tells.
type ExplainMode string

// The modes, by Spark's names. Simple, codegen and cost give the plan that runs;
// extended also the plan as written, analyzed and optimized; formatted numbers the
// operators and tells of each apart.
const (
	ExplainSimple    ExplainMode = "simple"
	ExplainExtended  ExplainMode = "extended"
	ExplainCodegen   ExplainMode = "codegen"
	ExplainCost      ExplainMode = "cost"
	ExplainFormatted ExplainMode = "formatted"
)

// Explain is the plan as text; without a mode the one that runs, a line a node.
func (d *DataFrame) Explain(ctx context.Context, mode ...ExplainMode) (string, error) {
	analyzed, err := d.resolved(ctx)
	if err != nil {
		return "", err
	}
	c := d.session.settings()
	env := c.env()
	env.Now = d.session.clockNow().UnixMicro()
	n, err := optimize.Optimize(analyzed, &env)
	if err != nil {
		return "", err
	}
	switch m := ExplainMode(strings.ToLower(string(append(mode, ExplainSimple)[0]))); m {
	case ExplainSimple, ExplainCodegen, ExplainCost:
		return plan.Text(n), nil
	case ExplainExtended:
		return "== Parsed Logical Plan ==\n" + plan.Text(d.node) + "\n== Analyzed Logical Plan ==\n" + frames.Columns(analyzed) +
			plan.Text(analyzed) + "\n== Optimized Logical Plan ==\n" + plan.Text(n) + "\n== Physical Plan ==\n" + plan.Text(n), nil
	case ExplainFormatted:
		return "== Physical Plan ==\n" + plan.Text(n) + "\n" + frames.Operators(n), nil
	default:
		return "", fault.New(fault.IllegalArgument, "the explain mode %s is not known; known are simple, extended, codegen, cost "+
			"and formatted", m)
	}
}

// InputFiles are the files that the DataFrame reads, sorted.
func (d *DataFrame) InputFiles(ctx context.Context) ([]string, error) {
	n, err := d.resolved(ctx)
	if err != nil {
		return nil, err
	}
	var files []string
	plan.Walk(n, func(n plan.Node) bool {
		scan, ok := n.(*plan.Scan)
		if !ok || scan.Table == nil || err != nil {
			return true
		}
		f, ok := scan.Table.(interface {
			Files(ctx context.Context) ([]string, error)
		})
		if !ok {
			return true
		}
		var more []string
		more, err = f.Files(ctx)
		files = append(files, more...)
		return true
	})
	slices.Sort(files)
	return slices.Compact(files), err
}

// SameSemantics reports whether two DataFrames have the same plan but for the names of
// their columns and thus give the same rows. It may say no where they do.
func (d *DataFrame) SameSemantics(ctx context.Context, other *DataFrame) (bool, error) {
	a, err := d.canonical(ctx)
	if err != nil {
		return false, err
	}
	b, err := other.canonical(ctx)
	return a == b, err
}

// SemanticHash is equal for DataFrames of the same semantics.
func (d *DataFrame) SemanticHash(ctx context.Context) (uint64, error) {
	text, err := d.canonical(ctx)
	h := fnv.New64a()
	io.WriteString(h, text)
	return h.Sum64(), err
}

// canonical is the analyzed plan as text that names do not matter to.
func (d *DataFrame) canonical(ctx context.Context) (string, error) {
	n, err := d.resolved(ctx)
	if err != nil {
		return "", err
	}
	return frames.Canonical(n)
}

// ShowAll prints n rows as Spark's show does, in cells of at most truncate characters;
// 0 prints them whole. vertical prints a line a cell.
func (d *DataFrame) ShowAll(ctx context.Context, n, truncate int, vertical bool) error {
	if n <= 0 {
		n = -1
	}
	return d.ShowTo(ctx, d.session.out, console.Layout{NumRows: n, Truncate: truncate, Vertical: vertical})
}

// CreateTempView gives the DataFrame a name in SQL that no view has yet.
func (d *DataFrame) CreateTempView(name string) error { return d.view(name, false) }

// CreateOrReplaceTempView gives the DataFrame a name in SQL.
func (d *DataFrame) CreateOrReplaceTempView(name string) error { return d.view(name, true) }

// CreateGlobalTempView is CreateTempView in the schema global_temp. A session has one
// of its own.
func (d *DataFrame) CreateGlobalTempView(name string) error {
	return d.view("global_temp."+name, false)
}

// CreateOrReplaceGlobalTempView is CreateOrReplaceTempView in the schema global_temp.
func (d *DataFrame) CreateOrReplaceGlobalTempView(name string) error {
	return d.view("global_temp."+name, true)
}

func (d *DataFrame) view(name string, replace bool) error {
	if d.err != nil {
		return d.err
	}
	if plain := strings.Trim(strings.TrimPrefix(name, "global_temp."), "`"); plain == "" || strings.ContainsAny(plain, ".` \t\n") {
		return fault.New(fault.InvalidIdentifier, "%q is no name of a temporary view", name)
	}
	return d.session.catalog.put(strings.ReplaceAll(name, "`", ""), d.node, replace)
}

// DropTempView forgets a temporary view; false if there was none.
func (s *Session) DropTempView(name string) bool { return s.catalog.drop(name) }

// DropGlobalTempView forgets a view of the schema global_temp; false if there was none.
func (s *Session) DropGlobalTempView(name string) bool {
	return s.catalog.drop("global_temp." + name)
}
