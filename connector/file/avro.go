package file

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/file/avro"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

// avroDecoder reads Avro container files.
type avroDecoder struct {
	schema  *avro.Schema // given for reading; nil for none
	options avro.Options
}

func (avroDecoder) divisible(string) bool { return true }

func (d avroDecoder) open(p part, fsys vfs.FS, scan connector.Scan) (connector.Reader, error) {
	f, err := openAvro(p.file.path, fsys)
	if err != nil {
		return nil, err
	}
	r, err := avro.NewReader(f, d.schema, scan, avro.Span{Start: p.start, Stop: p.stop})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

func openAvro(name string, fsys vfs.FS) (*avro.File, error) {
	r, err := fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return avro.Open(name, r)
}

// avroKind is the format avro (S210).
var avroKind = kind{
	name: "avro",
	reads: func(p *connector.Parser, _ reading) (decoder, error) {
		d := avroDecoder{options: avro.Options{
			StableNames: p.Bool("enableStableIdentifiersForUnionType", false),
			Prefix:      p.Text("stableIdentifierPrefixForUnionType", "member_"),
		}}
		p.Known("ignoreExtension", "datetimeRebaseMode", "recursiveFieldMaxDepth", "mode", "compression", "recordName", "recordNamespace")
		if p.Bool("positionalFieldMatching", false) {
			p.Fail("positionalFieldMatching", "is not supported: fields are matched by their names; rename the columns")
		}
		text := p.Text("avroSchema", "")
		if text == "" {
			return d, nil
		}
		var err error
		d.schema, err = avro.Parse(text)
		return d, err
	},
	infer: func(_ context.Context, c content, files []found) (types.Schema, error) {
		a := c.decoder.(avroDecoder)
		if a.schema != nil {
			return a.schema.Columns(a.options)
		}
		f, err := openAvro(files[0].path, c.fs)
		if err != nil {
			return types.Schema{}, err
		}
		s, err := f.Schema().Columns(a.options)
		return s, errors.Join(err, f.Close())
	},
	merges: true,
	writes: avroEncoding,
}

// avroEncoding writes container files in Spark's schema for the rows, or the user's.
func avroEncoding(p *connector.Parser, _ writing) (encoding, error) {
	codec := p.Codec("compression", avro.Compressions...)
	name := p.Text("recordName", "topLevelRecord")
	namespace := p.Text("recordNamespace", "")
	given := p.Text("avroSchema", "")
	p.Known("ignoreExtension", "positionalFieldMatching")
	schemaOf := func(s types.Schema) (*avro.Schema, error) {
		if given != "" {
			return avro.Parse(given)
		}
		return avro.SchemaOf(s, cmp.Or(name, "topLevelRecord"), namespace)
	}
	return encoding{
		ending: ".avro",
		open: func(to io.Writer, s types.Schema) (rowWriter, error) {
			a, err := schemaOf(s)
			if err != nil {
				return nil, err
			}
			return avro.NewWriter(to, a, s, codec)
		},
		check: func(s types.Schema) error {
			a, err := schemaOf(s)
			if err != nil {
				return err
			}
			return avro.Check(a, s)
		},
	}, nil
}
