package plan

import (
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// The relations of this file come from Spark Connect alone: what a client says in a
// way of its own. Package sparkplan makes others of them before analysis, or refuses
// them.

// WithRelations is a relation and, beside it, those that it names: by plan id in
// subqueries, and by alias in SQL text.
type WithRelations struct {
	Origin
	Input      Node
	References []Node
}

// QueryText is a query as SQL text, with values for its parameters.
type QueryText struct {
	Origin
	leaf
	Text string
	// Names are the names of Named, in order; Placed are the values of ?.
	Names         []string
	Named, Placed []expr.Expr
}

// SentRows are rows that a client sends along.
type SentRows struct {
	Origin
	leaf
	// Stream is a stream of Arrow; nil for no rows. More are streams with the rows
	// behind, as a server puts uploads together.
	Stream []byte
	More   [][]byte
	// Schema is text, as DDL or JSON; empty where the stream says it.
	Schema string
}

// UploadedRows are rows that a client uploaded before.
type UploadedRows struct {
	Origin
	leaf
	// Hashes name the uploads: streams of Arrow, of which SchemaHash is the schema;
	// empty for none.
	Hashes     []string
	SchemaHash string
	// Whole says that the one upload holds schema and rows.
	Whole bool
}

// KeptRelation is a relation that the server keeps for a client.
type KeptRelation struct {
	Origin
	leaf
	ID string
}

// Shown is one row with one text: a table of rows as show() prints it.
type Shown struct {
	Origin
	Input Node
	// Rows is how many at most, Truncate how wide a cell may be; 0 for any.
	Rows, Truncate int
	// Vertical prints a row below another; HTML is for notebooks.
	Vertical, HTML bool
}

// ParsedText parses one column of text.
type ParsedText struct {
	Origin
	Input Node
	// Format is csv, json or xml.
	Format string
	// Schema is nil where it is to be found out.
	Schema  *types.Schema
	Options map[string]string
}

// Foreign is a relation that weir carries but cannot compute: functions of other
// languages, extensions, machine learning. It is refused when it is lowered.
type Foreign struct {
	Origin
	// What says what it is, for the refusal.
	What string
	Over []Node
	// Message is the message it came as, without the relations of Over.
	Message any
}

func (w *WithRelations) Inputs() []Node { return append([]Node{w.Input}, w.References...) }
func (w *WithRelations) WithInputs(in []Node) Node {
	n := *w
	n.Input, n.References = in[0], in[1:]
	return &n
}
func (w *WithRelations) Output() []*expr.Ref { return w.Input.Output() }
func (w *WithRelations) String() string      { return fmt.Sprintf("WithRelations %d", len(w.References)) }

func (q *QueryText) WithInputs([]Node) Node { return q }
func (q *QueryText) Output() []*expr.Ref    { return nil }
func (q *QueryText) String() string         { return "QueryText " + q.Text }

func (s *SentRows) WithInputs([]Node) Node { return s }
func (s *SentRows) Output() []*expr.Ref    { return nil }
func (s *SentRows) String() string {
	return fmt.Sprintf("SentRows %d bytes, %s", len(s.Stream), s.Schema)
}

func (u *UploadedRows) WithInputs([]Node) Node { return u }
func (u *UploadedRows) Output() []*expr.Ref    { return nil }
func (u *UploadedRows) String() string         { return "UploadedRows " + strings.Join(u.Hashes, ", ") }

func (k *KeptRelation) WithInputs([]Node) Node { return k }
func (k *KeptRelation) Output() []*expr.Ref    { return nil }
func (k *KeptRelation) String() string         { return "KeptRelation " + k.ID }

func (s *Shown) Inputs() []Node            { return []Node{s.Input} }
func (s *Shown) WithInputs(in []Node) Node { n := *s; n.Input = in[0]; return &n }
func (s *Shown) Output() []*expr.Ref       { return nil }
func (s *Shown) String() string            { return fmt.Sprintf("Shown %d rows", s.Rows) }

func (p *ParsedText) Inputs() []Node            { return []Node{p.Input} }
func (p *ParsedText) WithInputs(in []Node) Node { n := *p; n.Input = in[0]; return &n }
func (p *ParsedText) Output() []*expr.Ref       { return nil }
func (p *ParsedText) String() string            { return "ParsedText " + p.Format }

func (f *Foreign) Inputs() []Node            { return f.Over }
func (f *Foreign) WithInputs(in []Node) Node { n := *f; n.Over = in; return &n }
func (f *Foreign) Output() []*expr.Ref       { return nil }
func (f *Foreign) String() string            { return "Foreign " + f.What }
