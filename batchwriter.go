package weir

import (
	"context"
	"slices"
	"strings"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
)

// Writer says where the rows of a DataFrame go and how: a format, options, a save
// mode. Its methods change it and return it; Save, InsertInto and SaveAsTable, and
// those named like a format, compute the rows and write them.
//
// A write is one step: its files appear when all of them are whole, and where it
// overwrites, what was there stays until then. A write that fails leaves nothing.
type Writer struct {
	frame       *DataFrame
	format      string // empty: Parquet
	mode        string // empty: errorifexists
	options     map[string]string
	partitionBy []string
	sortBy      []string
	buckets     int
}

// Write begins to say where the rows go.
func (d *DataFrame) Write() *Writer {
	return &Writer{frame: d, options: make(map[string]string)}
}

// Format names the format; without it files are Parquet.
func (w *Writer) Format(name string) *Writer {
	w.format = name
	return w
}

// Mode says what happens where something is already: errorifexists (also error or
// default), which is the default; append; overwrite; ignore, which writes nothing.
func (w *Writer) Mode(mode string) *Writer {
	w.mode = mode
	return w
}

// Option sets an option; the value is written as text.
func (w *Writer) Option(name string, value any) *Writer {
	setOption(w.options, name, value)
	return w
}

// Options sets several options.
func (w *Writer) Options(m map[string]string) *Writer {
	for k, v := range m {
		w.Option(k, v)
	}
	return w
}

// PartitionBy makes directories of the values of columns.
func (w *Writer) PartitionBy(columns ...string) *Writer {
	w.partitionBy = slices.Clone(columns)
	return w
}

// BucketBy asks for files by the hash of columns, which weir does not write: the
// write is refused, as Spark refuses it for Save and InsertInto.
func (w *Writer) BucketBy(buckets int, _ ...string) *Writer {
	w.buckets = buckets
	return w
}

// SortBy sorts within buckets: see BucketBy.
func (w *Writer) SortBy(columns ...string) *Writer {
	w.sortBy = slices.Clone(columns)
	return w
}

// saveModes are the words for save modes, and what connectors call them.
var saveModes = map[string]string{
	"": "error", "error": "error", "errorifexists": "error", "default": "error",
	"append": "append", "overwrite": "overwrite", "ignore": "ignore",
}

// check finds what is wrong before anything is computed, and gives the mode.
func (w *Writer) check(ctx context.Context, operation string) (mode string, err error) {
	if w.frame.err != nil {
		return "", w.frame.err
	}
	mode, ok := saveModes[strings.ToLower(w.mode)]
	switch {
	case !ok:
		return "", fault.New(fault.InvalidSaveMode, "the save mode %q is not known; known are append, overwrite, ignore and "+
			"errorifexists", w.mode).With("mode", `"`+w.mode+`"`)
	case w.buckets == 0 && len(w.sortBy) > 0:
		return "", fault.New(fault.SortWithoutBucketing, "sortBy stands only beside bucketBy; sort the DataFrame instead")
	case w.buckets > 0 && operation == "saveAsTable":
		return "", fault.New(fault.UnsupportedFeature, "weir writes no buckets; leave bucketBy out: joins and groupings do not "+
			"need it")
	case w.buckets > 0 && len(w.sortBy) > 0:
		return "", fault.New(fault.BucketSortUnsupported, "%s takes neither bucketBy nor sortBy", operation).With("operation", operation)
	case w.buckets > 0:
		return "", fault.New(fault.BucketByUnsupported, "%s does not take bucketBy", operation).With("operation", operation)
	}
	streaming, err := w.frame.IsStreaming(ctx)
	if err == nil && streaming {
		err = fault.New(fault.CallOnStreaming, "a stream is written with WriteStream").With("methodName", "`write`")
	}
	return mode, err
}

// Save computes the rows and writes them to a path, which may also be given as the
// option path.
func (w *Writer) Save(ctx context.Context, path ...string) error {
	mode, err := w.check(ctx, "save")
	if err != nil {
		return err
	}
	options := connector.NewOptions(w.options)
	given, ok := options.Get("path")
	switch {
	case ok && len(path) > 0:
		return fault.New(fault.PathTwice, "the path is given twice, as the option path and as an argument; leave one out").
			With("config", "spark.sql.legacy.pathOptionBehavior.enabled")
	case len(path) > 1:
		return fault.New(fault.IllegalArgument, "a write goes to one path, and %d are given", len(path))
	case len(path) == 1:
		given = path[0]
	}
	format := w.formatName()
	if given == "" && format != "noop" && format != "console" {
		return fault.New(fault.PathMissing, "there is no path to write to; give one to Save, or set the option path")
	}
	return w.frame.session.writeFiles(ctx, w.frame.node, output{format: format, mode: mode, location: given,
		options: w.options, partitionBy: w.partitionBy})
}

func (w *Writer) formatName() string {
	if w.format == "" {
		return w.frame.session.defaultFormat()
	}
	return strings.ToLower(w.format)
}

// Parquet saves Parquet files.
func (w *Writer) Parquet(ctx context.Context, path string) error {
	return w.Format("parquet").Save(ctx, path)
}

// JSON saves lines of JSON.
func (w *Writer) JSON(ctx context.Context, path string) error {
	return w.Format("json").Save(ctx, path)
}

// CSV saves CSV files.
func (w *Writer) CSV(ctx context.Context, path string) error { return w.Format("csv").Save(ctx, path) }

// Text saves the one column, which is a string, as lines.
func (w *Writer) Text(ctx context.Context, path string) error {
	return w.Format("text").Save(ctx, path)
}

// Avro saves Avro files.
func (w *Writer) Avro(ctx context.Context, path string) error {
	return w.Format("avro").Save(ctx, path)
}

// InsertInto adds the rows to a table of the catalog, columns matched by place;
// with the mode overwrite they replace what it holds.
func (w *Writer) InsertInto(ctx context.Context, table string) error {
	mode, err := w.check(ctx, "insertInto")
	if err != nil {
		return err
	}
	if len(w.partitionBy) > 0 {
		return fault.New(fault.PartitionByWithInsert, "the table %s says what its partitions are; leave PartitionBy out", table).
			With("tableName", table)
	}
	name, err := tableParts(table)
	if err != nil {
		return err
	}
	return w.frame.session.insertWith(ctx, &plan.InsertInto{Origin: plan.Origin{Site: callSite()}, Name: name,
		Query: w.frame.node, Overwrite: mode == "overwrite"}, w.options, nil)
}

// SaveAsTable writes the rows as a table of the catalog. A table that is there is
// replaced with the mode overwrite, gets the rows with append, columns matched by
// name, is left alone with ignore, and is an error otherwise.
func (w *Writer) SaveAsTable(ctx context.Context, table string) error {
	mode, err := w.check(ctx, "saveAsTable")
	if err != nil {
		return err
	}
	name, err := tableParts(table)
	if err != nil {
		return err
	}
	s := w.frame.session
	d, err := s.tables.Find(name)
	if err != nil {
		return err
	}
	switch {
	case d == nil || mode == "overwrite":
		options := make(map[string]string)
		for k, v := range w.options {
			options[k] = v
		}
		return s.createTable(ctx, &plan.CreateTable{Origin: plan.Origin{Site: callSite()}, Name: name, Replace: d != nil,
			Using: w.formatName(), PartitionBy: w.partitionBy, Options: options, Query: w.frame.node})
	case mode == "ignore":
		return nil
	case mode == "error":
		return fault.New(fault.TableExists, "the table `%s` exists; set the mode to append, overwrite or ignore", table).
			With("relationName", table)
	}
	return w.appendTo(ctx, d, name)
}

// appendTo adds rows to a table by the names of the columns.
func (w *Writer) appendTo(ctx context.Context, d *tableDefinition, name []string) error {
	if w.format != "" && !strings.EqualFold(w.format, d.Provider) {
		return fault.New(fault.TableFormatDiffers, "the table %s holds %s and not %s; leave Format out", d.Name, d.Provider, w.format).
			With("tableName", d.Name)
	}
	if !slices.EqualFunc(w.partitionBy, d.PartitionBy, strings.EqualFold) {
		return fault.New(fault.TablePartitionsDiffer, "the table %s is partitioned by %v, and PartitionBy says %v", d.Name,
			d.PartitionBy, w.partitionBy).With("tableName", d.Name)
	}
	given, err := w.frame.Schema(ctx)
	if err != nil {
		return err
	}
	if given.Len() != len(d.Schema.Fields) {
		return fault.New(fault.TableColumnsDiffer, "the table %s has %d columns, and there are %d: %v", d.Name, len(d.Schema.Fields),
			given.Len(), given.Names()).With("tableName", d.Name)
	}
	for _, f := range d.Schema.Fields {
		if given.Index(f.Name) < 0 {
			return fault.New(fault.TableColumnMissing, "the column %s of the table %s is not among %v", f.Name, d.Name, given.Names()).
				With("col", f.Name)
		}
	}
	return w.frame.session.insertWith(ctx, &plan.InsertInto{Origin: plan.Origin{Site: callSite()}, Name: name,
		Columns: given.Names(), Query: w.frame.node}, w.options, nil)
}

// tableParts are the parts of a table's name.
func tableParts(name string) ([]string, error) {
	var parts []string
	for part := range strings.SplitSeq(name, ".") {
		part = strings.Trim(strings.TrimSpace(part), "`")
		if part == "" {
			return nil, fault.New(fault.ParseSyntax, "%q is no name of a table", name)
		}
		parts = append(parts, part)
	}
	return parts, nil
}
