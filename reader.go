package weir

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// Reader says what to read: a format, options, a schema. Its methods change it
// and return it.
type Reader struct {
	session *Session
	read    plan.Read
	err     error
}

// ReadStream begins to read a stream (S02).
func (s *Session) ReadStream() *Reader {
	return &Reader{session: s, read: plan.Read{Streaming: true, Options: make(map[string]string)}}
}

// Read begins to read a table.
func (s *Session) Read() *Reader {
	return &Reader{session: s, read: plan.Read{Options: make(map[string]string)}}
}

// Format names the format; without it files are Parquet.
func (r *Reader) Format(name string) *Reader {
	r.read.Format = name
	return r
}

// setOption sets an option, whose name may be there in another case.
func setOption(options map[string]string, name string, value any) {
	for k := range options {
		if strings.EqualFold(k, name) {
			delete(options, k)
		}
	}
	options[name] = fmt.Sprint(value)
}

// Option sets an option; the value is written as text.
func (r *Reader) Option(name string, value any) *Reader {
	setOption(r.read.Options, name, value)
	return r
}

// Options sets several options.
func (r *Reader) Options(m map[string]string) *Reader {
	for k, v := range m {
		r.Option(k, v)
	}
	return r
}

// Schema gives the schema as DDL text: "word STRING, n BIGINT".
func (r *Reader) Schema(ddl string) *Reader {
	s, err := types.ParseSchema(ddl)
	if err != nil {
		r.err = fmt.Errorf("%s: schema: %w", callSite(), err)
		return r
	}
	return r.SchemaOf(s)
}

// SchemaOf gives the schema.
func (r *Reader) SchemaOf(s types.Schema) *Reader {
	r.read.Schema = &s
	return r
}

// Load is the DataFrame, of paths where the format has them.
func (r *Reader) Load(paths ...string) *DataFrame {
	n := r.read
	n.Origin = plan.Origin{Site: callSite(), PlanID: r.session.planIDs.Add(1)}
	n.Paths = paths
	if n.Format == "" {
		n.Format = r.session.defaultFormat()
	}
	return r.session.frame(&n, r.err)
}

// Text loads lines of text, in a column value.
func (r *Reader) Text(path string) *DataFrame { return r.Format("text").Load(path) }

// JSON loads lines of JSON.
func (r *Reader) JSON(path string) *DataFrame { return r.Format("json").Load(path) }

// CSV loads CSV files.
func (r *Reader) CSV(path string) *DataFrame { return r.Format("csv").Load(path) }

// Avro loads Avro files.
func (r *Reader) Avro(path string) *DataFrame { return r.Format("avro").Load(path) }

// Table is a table of the catalog or a view; a stream of it where the Reader reads
// streams.
func (r *Reader) Table(name string) *DataFrame {
	parts, err := tableParts(name)
	n := r.read
	n.Origin, n.Table = plan.Origin{Site: callSite()}, parts
	return r.session.frame(&n, errors.Join(r.err, err))
}

// Parquet loads Parquet files.
func (r *Reader) Parquet(path string) *DataFrame { return r.Format("parquet").Load(path) }
