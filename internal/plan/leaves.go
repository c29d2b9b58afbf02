package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Read is a relation that is named but not found yet: a table or view, or a
// format with options.
type Read struct {
	Origin
	leaf
	// Table are the parts of a table's or view's name; nil where a format is
	// read. A name of two parts whose first is a file format is a path:
	// json.`/in/a`.
	Table []string
	// Format is the name of a format, empty where a table is read.
	Format string
	// Options are the format's, or those of FROM STREAM(t) WITH (…).
	Options map[string]string
	// Schema is what the user gave, nil for none.
	Schema *types.Schema
	// Paths are those of Load.
	Paths []string
	// Streaming asks for a stream: readStream, STREAM(t).
	Streaming bool
	// Sent is what a client says besides; nil for nothing.
	Sent *SentRead
}

// SentRead is what a client of Spark Connect says of a Read in a way of its own.
type SentRead struct {
	// Schema is text, as DDL or JSON; empty for none.
	Schema string
	// Predicates are those of partitions of JDBC.
	Predicates []string
	// Name is that of the source; empty for none.
	Name string
}

// Scan is a source or table that the analyzer has found.
type Scan struct {
	Origin
	leaf
	// Name is the format's or table's, for people.
	Name string
	// Source opens the stream of a running query; nil for a static table.
	Source connector.SourceFormat
	// Table is the static table; nil for a stream.
	Table connector.Table
	// Spec is what the source is opened with.
	Spec connector.SourceSpec
	// Streaming tells a stream from a static table.
	Streaming bool
	// Ordinal is the place of a stream among those of the query, from 0, in
	// plan order: it names its offsets and its log.
	Ordinal int
	// Columns are the output. The optimizer narrows them, nested fields
	// included, to what is read.
	Columns []*expr.Ref
	// Predicates are pushed down. The filter above still stands.
	Predicates []connector.Predicate
}

// TableScan is a static table that is at hand, before analysis, which makes a
// Scan of it.
type TableScan struct {
	Origin
	leaf
	Name  string
	Table connector.Table
}

// LocalRelation is a table of rows given in the program: VALUES, or rows sent by
// a client.
type LocalRelation struct {
	Origin
	leaf
	// Columns are the output, nil before analysis.
	Columns []*expr.Ref
	// Schema names and types the columns of Rows.
	Schema types.Schema
	// Rows may be nil for none.
	Rows *batch.Batch
	// Exprs are rows still to be computed, of constants; they stand beside
	// Rows.
	Exprs [][]expr.Expr
}

// Values is VALUES (…), (…): rows of expressions, not resolved yet.
type Values struct {
	Origin
	leaf
	Rows [][]expr.Expr
}

// OneRow is the relation of one row without columns: SELECT without FROM.
type OneRow struct {
	Origin
	leaf
}

// Range is the numbers from Start to End, exclusive, by Step.
type Range struct {
	Origin
	leaf
	Start, End, Step int64
	// Partitions is how many are asked for; 0 leaves it to the engine.
	Partitions int
	Column     *expr.Ref
}

// TableFunction is a table-valued function in FROM: range(…), explode(…).
type TableFunction struct {
	Origin
	leaf
	Name string
	Args []expr.Expr
}

func (r *Read) WithInputs([]Node) Node { return r }
func (r *Read) Output() []*expr.Ref    { return nil }
func (r *Read) String() string {
	kind := "Read "
	if r.Streaming {
		kind = "ReadStream "
	}
	if len(r.Table) > 0 {
		return kind + strings.Join(r.Table, ".")
	}
	return kind + r.Format
}

func (s *Scan) WithInputs([]Node) Node { return s }
func (s *Scan) Output() []*expr.Ref    { return s.Columns }
func (s *Scan) String() string {
	kind := "Scan"
	if s.Streaming {
		kind = "StreamScan"
	}
	text := fmt.Sprintf("%s %s [%s]", kind, s.Name, refNames(s.Columns))
	for i, p := range s.Predicates {
		if i == 0 {
			text += " pushed:"
		}
		text += fmt.Sprintf(" %s %v %v", strings.Join(p.Path, "."), p.Op, p.Values)
	}
	return text
}

func (t *TableScan) WithInputs([]Node) Node { return t }
func (t *TableScan) Output() []*expr.Ref    { return nil }
func (t *TableScan) String() string         { return "TableScan " + t.Name }

func (l *LocalRelation) WithInputs([]Node) Node { return l }
func (l *LocalRelation) Output() []*expr.Ref    { return l.Columns }
func (l *LocalRelation) String() string {
	return fmt.Sprintf("LocalRelation [%s]", refNames(l.Columns))
}

func (v *Values) WithInputs([]Node) Node { return v }
func (v *Values) Output() []*expr.Ref    { return nil }
func (v *Values) String() string         { return fmt.Sprintf("Values %d rows", len(v.Rows)) }

func (o *OneRow) WithInputs([]Node) Node { return o }
func (o *OneRow) Output() []*expr.Ref    { return nil }
func (o *OneRow) String() string         { return "OneRow" }

func (r *Range) WithInputs([]Node) Node { return r }
func (r *Range) Output() []*expr.Ref    { return []*expr.Ref{r.Column} }
func (r *Range) String() string         { return fmt.Sprintf("Range (%d, %d, %d)", r.Start, r.End, r.Step) }

func (t *TableFunction) WithInputs([]Node) Node { return t }
func (t *TableFunction) Output() []*expr.Ref    { return nil }
func (t *TableFunction) String() string         { return "TableFunction " + expr.CallText(t.Name, t.Args) }

func refNames(refs []*expr.Ref) string {
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Name
	}
	return strings.Join(names, ", ")
}

func exprText[E expr.Expr](list []E) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.String()
	}
	return strings.Join(texts, ", ")
}
