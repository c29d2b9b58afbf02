package file

import (
	"cmp"
	"context"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// jsonDecoder reads JSON records, one a line, or one a file with multiLine.
type jsonDecoder struct {
	options jsontext.Options
	counts  *recordCounts
	form    Lines
}

func (d jsonDecoder) divisible(name string) bool {
	return !d.options.MultiLine && d.form.Charset == nil && !compressed(name)
}

func (d jsonDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	decoder, err := jsontext.NewDecoder(scan.Schema, d.options)
	if err != nil {
		return nil, err
	}
	decoder.SetTests(jsonTests(scan.Predicates))
	lines, closer, err := openLines(p, fsys, d.form, recordChunk)
	if err != nil {
		return nil, err
	}
	records := &recordRows{part: p, fs: fsys, lines: lines, closer: closer, whole: d.options.MultiLine, counts: d.counts, form: d.form}
	return &jsonRows{recordRows: records, decoder: decoder}, nil
}

// jsonTests are the predicates that the decoder can use.
func jsonTests(predicates []connector.Predicate) []jsontext.Test {
	var tests []jsontext.Test
	for _, p := range predicates {
		t := jsontext.Test{Path: p.Path}
		switch p.Op {
		case connector.IsNotNull:
		case connector.Equal, connector.In:
			for _, v := range p.Values {
				if n, ok := v.(int32); ok {
					v = int64(n)
				}
				t.In = append(t.In, v)
			}
			if len(t.In) == 0 {
				continue // nothing passes; the engine sees to it
			}
		default:
			continue
		}
		tests = append(tests, t)
	}
	return tests
}

// jsonRows gives the records of each chunk.
type jsonRows struct {
	*recordRows
	decoder *jsontext.Decoder
	told    jsontext.Stats // what counts has been told
}

// Next decodes up to a batch of records from one chunk.
func (j *jsonRows) Next(ctx context.Context) (*connector.Batch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := j.fetch(); err != nil {
			return nil, err
		}
		j.decoder.Begin()
		used, err := j.decoder.Decode(j.chunk)
		j.chunk = j.chunk[used:]
		if err != nil {
			return nil, j.malformed(err)
		}
		stats := j.decoder.Stats()
		j.counts.add(stats.Malformed-j.told.Malformed, stats.Dropped-j.told.Dropped)
		j.told = stats
		if j.decoder.Rows() > 0 {
			return j.decoder.Batch(), nil
		}
	}
}

// jsonKind is the format json.
var jsonKind = kind{
	name: "json",
	reads: func(p *connector.Parser, r reading) (decoder, error) {
		p.Known(jsontext.OptionNames...)
		o, err := jsontext.ParseOptions(r.spec.Options.Map(), r.zone)
		return jsonDecoder{o, r.counts, Lines{Separator: o.LineSeparator, Charset: charset(p)}}, err
	},
	infer:  inferJSON,
	writes: jsonEncoding,
}

// inferJSON looks at every record of every file.
func inferJSON(ctx context.Context, c content, files []found) (types.Schema, error) {
	d := c.decoder.(jsonDecoder)
	inference := jsontext.NewInference(d.options)
	for _, f := range files {
		lines, closer, err := openLines(part{file: f}, c.fs, d.form, recordChunk)
		if err == nil {
			records := &recordRows{part: part{file: f}, lines: lines, closer: closer, whole: d.options.MultiLine}
			err = records.each(ctx, func(chunk []byte) error { inference.Add(chunk); return nil })
		}
		if err != nil && !c.forgivable(f.path, err) {
			return types.Schema{}, err
		}
	}
	return inference.Schema(), nil
}

// jsonEncoding writes an object a line.
func jsonEncoding(p *connector.Parser, w writing) (encoding, error) {
	p.Known(jsontext.OptionNames...)
	o, err := jsontext.ParseOptions(w.spec.Options.Map(), datetime.NewZone(w.spec.Env.Location))
	sep := cmp.Or(o.LineSeparator, "\n")
	c := compression(p).inCharset(charset(p))
	open := func(to io.Writer, schema types.Schema) (rowWriter, error) {
		return &lineWriter{to: to, end: sep, row: jsontext.NewEncoder(schema, o).AppendRow}, nil
	}
	return encoding{
		ending: ".json" + c.ending,
		open:   c.wrapped(open),
		check: func(schema types.Schema) error {
			_, err := jsontext.NewDecoder(schema, o)
			return err
		},
	}, err
}
