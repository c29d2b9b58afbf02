package file

import (
	"cmp"
	"context"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/csvtext"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// csvDecoder reads CSV records, one a line, or several lines with multiLine
// where quotes hold line ends (S12).
type csvDecoder struct {
	options csvtext.Options
	counts  *recordCounts
	form    Lines
	schema  types.Schema // the columns of the files, which are found by their places
}

// placed is the decoder of files with these columns.
func (d csvDecoder) placed(schema types.Schema) decoder {
	d.schema = schema
	return d
}

func (d csvDecoder) divisible(name string) bool {
	return !d.options.MultiLine && d.form.Charset == nil && !compressed(name)
}

func (d csvDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	options := d.options
	options.Header.Present = options.Header.Present && p.start == 0 // it stands in a file's first part
	decoder, err := csvtext.NewDecoder(d.schema, scan.Schema, options)
	if err != nil {
		return nil, err
	}
	lines, closer, err := openLines(p, fsys, d.form, recordChunk)
	if err != nil {
		return nil, err
	}
	if options.MultiLine {
		lines.complete = decoder.Complete
	}
	records := &recordRows{part: p, fs: fsys, lines: lines, closer: closer, counts: d.counts, form: d.form}
	return &csvRows{recordRows: records, decoder: decoder}, nil
}

// csvRows gives the records of each chunk.
type csvRows struct {
	*recordRows
	decoder *csvtext.Decoder
	told    csvtext.Stats // what counts has been told
}

// Next decodes up to a batch of records from one chunk.
func (c *csvRows) Next(ctx context.Context) (*connector.Batch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := c.fetch(); err != nil {
			return nil, err
		}
		c.decoder.Begin()
		used, err := c.decoder.Decode(c.chunk)
		c.chunk = c.chunk[used:]
		if err != nil {
			return nil, c.refused(err)
		}
		stats := c.decoder.Stats()
		c.counts.add(stats.Malformed-c.told.Malformed, stats.Dropped-c.told.Dropped)
		c.told = stats
		if c.decoder.Rows() > 0 {
			return c.decoder.Batch(), nil
		}
	}
}

// refused names the place of a record, or the file of a header, that was not
// taken.
func (c *csvRows) refused(err error) error {
	if fault.Is(err, fault.MalformedRecord) {
		return c.malformed(err)
	}
	path := c.part.file.path
	return fault.New(fault.IllegalArgument, "the header of %s is not the one that is asked for; mend it or the schema, or "+
		"leave the option enforceSchema at true", path).With("path", path).Wrap(err)
}

// csvKind is the format csv.
var csvKind = kind{
	name: "csv",
	reads: func(p *connector.Parser, r reading) (decoder, error) {
		p.Known(csvtext.OptionNames...)
		o, err := csvtext.ParseOptions(r.spec.Options.Map(), r.zone)
		return csvDecoder{options: o, counts: r.counts, form: Lines{Separator: o.LineSeparator, Charset: charset(p)}}, err
	},
	infer:  inferCSV,
	writes: csvEncoding,
}

// inferCSV looks at every record of every file.
func inferCSV(ctx context.Context, c content, files []found) (types.Schema, error) {
	d := c.decoder.(csvDecoder)
	inference := csvtext.NewInference(d.options)
	cutter, err := csvtext.NewDecoder(types.Schema{}, types.Schema{}, d.options)
	if err != nil {
		return types.Schema{}, err
	}
	for _, f := range files {
		lines, closer, err := openLines(part{file: f}, c.fs, d.form, recordChunk)
		if err == nil {
			if d.options.MultiLine {
				lines.complete = cutter.Complete
			}
			inference.StartFile()
			records := &recordRows{part: part{file: f}, lines: lines, closer: closer}
			err = records.each(ctx, inference.Add)
		}
		if err != nil && !c.forgivable(f.path, err) {
			return types.Schema{}, err
		}
	}
	return inference.Schema(), nil
}

// csvEncoding writes a record a row, below the names of the columns with the
// option header.
func csvEncoding(p *connector.Parser, w writing) (encoding, error) {
	p.Known(csvtext.OptionNames...)
	o, err := csvtext.ParseOptions(w.spec.Options.Map(), datetime.NewZone(w.spec.Env.Location))
	ending := p.Text("extension", "csv")
	if len(ending) != 3 || !letters(ending) {
		p.Fail("extension", "is %q; it must be of three letters", ending)
	}
	c := compression(p).inCharset(charset(p))
	open := func(to io.Writer, schema types.Schema) (rowWriter, error) {
		e := csvtext.NewEncoder(schema, o)
		if o.Header.Present {
			if _, err := to.Write(e.AppendHeader(nil)); err != nil {
				return nil, err
			}
		}
		return &lineWriter{to: to, end: cmp.Or(o.LineSeparator, "\n"), row: e.AppendRow, full: true}, nil
	}
	return encoding{
		ending: "." + ending + c.ending,
		open:   c.wrapped(open),
		check: func(schema types.Schema) error {
			_, err := csvtext.NewDecoder(schema, schema, o)
			return err
		},
	}, err
}

// letters reports whether a text is of ASCII letters only.
func letters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}
