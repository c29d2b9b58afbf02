package file

import (
	"context"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/internal/vfs"
)

// jsonDecoder reads JSON records, one a line, or one a file with multiLine.
type jsonDecoder struct {
	options jsontext.Options
	counts  *recordCounts
}

func (d jsonDecoder) divisible(name string) bool { return !d.options.MultiLine && !compressed(name) }

func (d jsonDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	decoder, err := jsontext.NewDecoder(scan.Schema, d.options)
	if err != nil {
		return nil, err
	}
	decoder.SetTests(jsonTests(scan.Predicates))
	lines, closer, err := openLines(p, fsys, d.options.LineSeparator, recordChunk)
	if err != nil {
		return nil, err
	}
	records := &recordRows{part: p, fs: fsys, lines: lines, closer: closer, whole: d.options.MultiLine, counts: d.counts}
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
		return jsonDecoder{o, r.counts}, err
	},
}
