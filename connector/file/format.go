package file

import (
	"context"
	"errors"
	"slices"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file/parquet"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// Format is one of the file formats. It reads streams and tables and writes
// both.
type Format struct {
	kind kind
	fs   vfs.FS
}

// kind is what is particular to a format. A format is a value of it in the
// table of [Formats], and a file of this package.
type kind struct {
	name string
	// reads takes the format's options for reading and gives its decoder.
	reads func(p *connector.Parser, r reading) (decoder, error)
	// fixed is the schema that all files have; nil where the user or the files
	// say.
	fixed *types.Schema
	// infer finds the schema of a table's files, which are at least one.
	infer func(ctx context.Context, d decoder, fsys vfs.FS, files []found) (types.Schema, error)
	// writes takes the format's options for writing.
	writes func(p *connector.Parser, w writing) (encoding, error)
}

// reading is what a decoder is made with.
type reading struct {
	spec   connector.SourceSpec
	zone   *datetime.Zone
	text   *Lines // for the formats of lines to fill
	counts *recordCounts
}

// Formats are text, JSON, CSV and Parquet over a file system; nil is that of the
// machine.
func Formats(fsys vfs.FS) []connector.Format {
	if fsys == nil {
		fsys = vfs.Disk{FileMode: 0o644, DirMode: 0o755}
	}
	var all []connector.Format
	for _, k := range []kind{textKind, parquetKind, jsonKind, csvKind} {
		all = append(all, Format{k, fsys})
	}
	return all
}

// Name is the format's name.
func (f Format) Name() string { return f.kind.name }

// errNoSchema says what Spark says of a stream without a schema (S03).
func errNoSchema(format string) error {
	return fault.New(fault.IllegalArgument, "Schema must be specified when creating a streaming source DataFrame. "+
		"Give it with schema(…), for example read from a file that is there: the %s files of a stream may not exist yet, "+
		"and one of them may not be like the others", format)
}

// prepare reads the options and makes what reads the files.
func (f Format) prepare(s connector.SourceSpec, stream bool) (Options, content, error) {
	p := s.Options.Parse(f.kind.name)
	o := parseCommon(p, s, stream)
	zone := datetime.NewZone(s.Env.Location)
	c := content{fs: f.fs, env: s.Env, zone: zone, listing: o.Listing, counts: &recordCounts{}}
	var err error
	c.decoder, err = f.kind.reads(p, reading{s, zone, &o.Text, c.counts})
	return o, c, errors.Join(p.Err(), err)
}

// SourceSchema is the user's schema with the partition columns that the
// directories show, behind the others. All columns may be null.
func (f Format) SourceSchema(ctx context.Context, s connector.SourceSpec) (types.Schema, error) {
	_, c, err := f.stream(ctx, s)
	return c.schema, err
}

// OpenSource opens the stream's log and finds the files that it does not list.
func (f Format) OpenSource(ctx context.Context, s connector.SourceSpec) (connector.Source, error) {
	o, c, err := f.stream(ctx, s)
	if err != nil {
		return nil, err
	}
	return openSource(o, c, s)
}

func (f Format) stream(ctx context.Context, s connector.SourceSpec) (Options, content, error) {
	o, c, err := f.prepare(s, true)
	if err != nil {
		return o, c, err
	}
	if s.Schema == nil && f.kind.fixed == nil {
		return o, c, errNoSchema(f.kind.name)
	}
	dirs, err := partitionDirs(ctx, o, c)
	if err != nil {
		return o, c, err
	}
	return o, c, f.settle(&c, s.Schema, dirs, f.kind.fixed)
}

// settle makes the schema: data columns, then partition columns.
func (f Format) settle(c *content, given *types.Schema, dirs []found, data *types.Schema) error {
	var err error
	if c.parts, err = partitionColumns(dirs, given); err != nil {
		return err
	}
	if given != nil {
		data = given
	}
	for _, field := range data.Fields {
		if slices.ContainsFunc(c.parts, func(p types.Field) bool { return p.Name == field.Name }) {
			continue
		}
		field.Nullable = true
		c.schema.Fields = append(c.schema.Fields, field)
	}
	if f.kind.fixed != nil && given != nil {
		if n := c.schema.Len(); n > 1 || n == 1 && c.schema.Fields[0].Type.Kind != types.String {
			return fault.New(fault.IllegalArgument, "the format %s has one column of type STRING; the schema given has "+
				"%d columns besides the partition columns", f.kind.name, n)
		}
	}
	if d, ok := c.decoder.(placer); ok {
		c.decoder = d.placed(types.NewSchema(slices.Clone(c.schema.Fields)...))
	}
	c.schema.Fields = append(c.schema.Fields, c.parts...)
	return nil
}

// partitionDirs are the directories that make partition columns, one found for
// each.
func partitionDirs(ctx context.Context, o Options, c content) ([]found, error) {
	if o.Listing.Recursive {
		return nil, nil
	}
	if m := (manifest{c.fs, o.Path}); !isGlob(o.Path) {
		if ok, err := m.exists(); err != nil || ok {
			if err != nil {
				return nil, unreadable(o.Path, err)
			}
			files, _, err := m.files(-1)
			return files, err
		}
	}
	var dirs []found
	l := newLister(o, c, c.env)
	l.known = func(string) bool { return true } // only directories are looked at
	l.leaf = func(dir string, values []keyValue) {
		if len(values) > 0 {
			dirs = append(dirs, found{path: dir, values: values})
		}
	}
	return dirs, l.list(ctx, false, func(found) {})
}

// textKind is the format text.
var textKind = kind{
	name:  "text",
	fixed: &textSchema,
	reads: func(p *connector.Parser, r reading) (decoder, error) {
		r.text.Whole = p.Bool("wholetext", false)
		r.text.Separator = p.Text("lineSep", "")
		p.Known("compression")
		return textDecoder{*r.text}, nil
	},
	writes: textEncoding,
}

// parquetKind is the format parquet.
var parquetKind = kind{
	name: "parquet",
	reads: func(p *connector.Parser, _ reading) (decoder, error) {
		p.Known("datetimeRebaseMode", "int96RebaseMode", "compression")
		return parquetDecoder{&parquet.Pool{}}, nil
	},
	infer: func(_ context.Context, d decoder, fsys vfs.FS, files []found) (types.Schema, error) {
		r, err := fsys.Open(files[0].path)
		if err != nil {
			return types.Schema{}, unreadable(files[0].path, err)
		}
		f, err := parquet.Open(files[0].path, r, d.(parquetDecoder).pool)
		if err != nil {
			return types.Schema{}, err
		}
		return f.Schema(), f.Close()
	},
	writes: parquetEncoding,
}

// OpenTable lists the files and, without a schema, infers one.
func (f Format) OpenTable(ctx context.Context, s connector.SourceSpec) (connector.Table, error) {
	o, c, err := f.prepare(s, false)
	if err != nil {
		return nil, err
	}
	paths := s.Paths
	if len(paths) == 0 {
		paths = []string{o.Path}
	}
	t := &Table{content: c}
	for _, text := range paths {
		local, err := localPath(text)
		if err != nil {
			return nil, err
		}
		o.Path = absolute(local)
		files, err := tableFiles(ctx, o, c)
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, files...)
	}
	data := f.kind.fixed
	if s.Schema == nil && data == nil {
		sample := slices.DeleteFunc(slices.Clone(t.files), func(f found) bool { return f.size == 0 })
		if len(sample) == 0 || f.kind.infer == nil {
			return nil, fault.New(fault.UnableToInfer, "there is no %s file in %s to infer the schema from; give the "+
				"schema, or the path of a directory that has files", f.kind.name, o.Path).With("format", f.kind.name)
		}
		inferred, err := f.kind.infer(ctx, c.decoder, f.fs, sample)
		if err != nil {
			return nil, err
		}
		data = &inferred
	}
	if o.Listing.Recursive {
		for i := range t.files {
			t.files[i].values = nil
		}
	}
	return t, f.settle(&t.content, s.Schema, t.files, data)
}

// tableFiles are all files of a path, in order of their paths.
func tableFiles(ctx context.Context, o Options, c content) ([]found, error) {
	if m := (manifest{c.fs, o.Path}); !isGlob(o.Path) {
		ok, err := m.exists()
		if err != nil {
			return nil, unreadable(o.Path, err)
		}
		if ok {
			files, _, err := m.files(-1)
			return files, err
		}
	}
	if err := recoverIntents(c.fs, o.Path); err != nil {
		return nil, err
	}
	l := newLister(o, c, c.env)
	var files []found
	err := l.list(ctx, true, func(f found) { files = append(files, f) })
	return files, err
}

// Table is the files of a path as a static relation.
type Table struct {
	content content
	files   []found
}

// Schema is the data columns, then the partition columns.
func (t *Table) Schema() types.Schema { return t.content.schema }

// Plan gives the splits of the files that were there when the table was opened.
func (t *Table) Plan(context.Context) ([]connector.Split, error) {
	var splits []connector.Split
	for _, f := range t.files {
		splits = append(splits, t.content.split(f)...)
	}
	return splits, nil
}

// Open reads a split.
func (t *Table) Open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	return t.content.open(ctx, s, scan)
}

var (
	_ connector.SourceFormat = Format{}
	_ connector.TableFormat  = Format{}
	_ connector.Table        = (*Table)(nil)
	_ connector.Source       = (*Source)(nil)
	_ connector.Described    = (*Source)(nil)
	_ connector.Bounded      = (*Source)(nil)
	_ connector.Measured     = (*Source)(nil)
)
