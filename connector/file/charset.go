package file

import (
	"io"
	"strings"

	textencoding "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	"github.com/weirstream/weir/connector"
)

// charset reads the option encoding, or charset; nil is UTF-8.
func charset(p *connector.Parser) textencoding.Encoding {
	name := p.Text("charset", "")
	name = p.Text("encoding", name)
	e, ok := charsetOf(name)
	if !ok {
		p.Fail("encoding", "is %q, which is no encoding that is known; known are UTF-8, UTF-16, UTF-32, ISO-8859-1, windows-1252 "+
			"and their like", name)
	}
	return e
}

func charsetOf(name string) (textencoding.Encoding, bool) {
	switch strings.ToUpper(strings.ReplaceAll(name, "_", "-")) {
	case "", "UTF-8", "UTF8":
		return nil, true
	case "US-ASCII", "ASCII", "ISO-8859-1", "LATIN1", "ISO8859-1":
		return charmap.ISO8859_1, true
	case "UTF-16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), true
	case "UTF-16LE":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), true
	case "UTF-16BE":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), true
	case "UTF-32":
		return utf32.UTF32(utf32.BigEndian, utf32.UseBOM), true
	case "UTF-32LE":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), true
	case "UTF-32BE":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), true
	}
	e, err := htmlindex.Get(name)
	return e, err == nil
}

// fromCharset is the text of a reader as UTF-8.
func fromCharset(e textencoding.Encoding, r io.Reader) io.Reader {
	if e == nil {
		return r
	}
	return transform.NewReader(r, e.NewDecoder())
}

// inCharset makes a codec write another encoding than UTF-8.
func (c codec) inCharset(e textencoding.Encoding) codec {
	if e == nil {
		return c
	}
	inner := c.wrap
	c.wrap = func(w io.Writer) (io.WriteCloser, error) {
		if inner == nil {
			return transform.NewWriter(w, textencoding.ReplaceUnsupported(e.NewEncoder())), nil
		}
		below, err := inner(w)
		if err != nil {
			return nil, err
		}
		return bothClosed{transform.NewWriter(below, textencoding.ReplaceUnsupported(e.NewEncoder())), below}, nil
	}
	return c
}

// bothClosed closes what it writes to after itself.
type bothClosed struct {
	io.WriteCloser
	below io.Closer
}

func (b bothClosed) Close() error {
	if err := b.WriteCloser.Close(); err != nil {
		return err
	}
	return b.below.Close()
}
