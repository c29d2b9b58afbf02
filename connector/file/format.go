package file

import (
	"context"
	"errors"
	"slices"
	"strings"

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
	infer func(ctx context.Context, c content, files []found) (types.Schema, error)
	// merges says that a file has a schema of its own and that those of all files
	// are put together with mergeSchema.
	merges bool
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

// Formats are text, JSON, CSV, Parquet, Avro, Arrow and whole files over a file system;
// nil is that of the machine.
func Formats(fsys vfs.FS) []connector.Format {
	if fsys == nil {
		fsys = vfs.Disk{FileMode: 0o644, DirMode: 0o755}
	}
	var all []connector.Format
	for _, k := range []kind{textKind, parquetKind, jsonKind, csvKind, avroKind, arrowKind, binaryKind} {
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
	s.Options = s.Options.WithDefaults(f.kind.name, s.Env.Defaults)
	p := s.Options.Parse(f.kind.name)
	o := parseCommon(p, s, stream)
	zone := datetime.NewZone(s.Env.Location)
	c := content{fs: f.fs, env: s.Env, zone: zone, listing: o.Listing, counts: &recordCounts{}}
	var err error
	c.decoder, err = f.kind.reads(p, reading{s, zone, &o.Text, c.counts})
	warn := s.Env.Warn
	if s.OpenLog != nil {
		warn = nil // it was said when the schema was asked
	}
	return o, c, errors.Join(p.Lenient(warn), err)
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
	if c.parts, err = partitionColumns(dirs, given, c.listing.TextPartitions); err != nil {
		return err
	}
	if given != nil {
		data = given
	}
	var stored types.Schema // what the files hold
	parts := slices.Clone(c.parts)
	for _, field := range data.Fields {
		// A column that the files have too stays in its place, with the directory's
		// values.
		k := slices.IndexFunc(parts, func(p types.Field) bool { return strings.EqualFold(p.Name, field.Name) })
		if k >= 0 && given == nil {
			c.schema.Fields = append(c.schema.Fields, parts[k])
			parts = slices.Delete(parts, k, k+1)
		}
		if k >= 0 {
			continue
		}
		field.Nullable = true
		c.schema.Fields = append(c.schema.Fields, field)
		stored.Fields = append(stored.Fields, field)
	}
	if f.kind.fixed != nil && given != nil {
		if n := stored.Len(); f.kind.fixed == &textSchema && (n > 1 || n == 1 && stored.Fields[0].Type.Kind != types.String) {
			return fault.New(fault.IllegalArgument, "the format %s has one column of type STRING; the schema given has "+
				"%d columns besides the partition columns", f.kind.name, stored.Len())
		}
	}
	if d, ok := c.decoder.(placer); ok {
		c.decoder = d.placed(stored)
	}
	c.schema.Fields = append(c.schema.Fields, parts...)
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
		r.text.Charset = charset(p)
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
	infer: func(_ context.Context, c content, files []found) (types.Schema, error) {
		return parquetSchema(files[0], c.decoder.(parquetDecoder), c.fs)
	},
	merges: true,
	writes: parquetEncoding,
}

func parquetSchema(from found, d parquetDecoder, fsys vfs.FS) (types.Schema, error) {
	r, err := fsys.Open(from.path)
	if err != nil {
		return types.Schema{}, unreadable(from.path, err)
	}
	f, err := parquet.Open(from.path, r, d.pool)
	if err != nil {
		return types.Schema{}, err
	}
	return f.Schema(), f.Close()
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
		merge, _ := s.Options.WithDefaults(f.kind.name, s.Env.Defaults).Get("mergeSchema")
		inferred, err := f.inferred(ctx, c, sample, f.kind.merges && strings.EqualFold(merge, "true"))
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

// inferred is the schema of the files: of the first that can be read, or of all
// together.
func (f Format) inferred(ctx context.Context, c content, files []found, merge bool) (types.Schema, error) {
	if !f.kind.merges {
		return f.kind.infer(ctx, c, files)
	}
	var all types.Schema
	read := false
	for i := range files {
		s, err := f.kind.infer(ctx, c, files[i:i+1])
		if err == nil {
			err = ctx.Err()
		}
		if err != nil && !c.forgivable(files[i].path, err) {
			return s, err
		}
		if err != nil {
			continue
		}
		if !merge {
			return s, nil
		}
		if all, err = mergeSchemas(all, s, files[i].path); err != nil {
			return s, err
		}
		read = true
	}
	if !read {
		return all, fault.New(fault.UnableToInfer, "none of the %d files can be read; give the schema", len(files)).
			With("format", f.kind.name)
	}
	return all, nil
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

// Files are the files of the table, as _metadata.file_path has them.
func (t *Table) Files(context.Context) ([]string, error) {
	list := make([]string, len(t.files))
	for i, f := range t.files {
		list[i] = loggedPath(f.path)
	}
	return list, nil
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
