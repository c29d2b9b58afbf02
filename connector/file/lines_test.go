package file

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
)

var seed = flag.Uint64("seed", rand.Uint64(), "of the random tests")

// slowLines is what lines are, by definition.
func slowLines(text, sep string) []string {
	if sep == "" {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		sep = "\n"
	}
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, sep), sep)
}

func readText(t testing.TB, name, sep string, size int64) []string {
	t.Helper()
	c := content{fs: disk, decoder: textDecoder{Lines{Separator: sep}}, schema: textSchema, splitSize: size}
	f, _, err := (&lister{fs: disk}).look(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, split := range c.split(f) {
		for _, row := range connectortest.ReadSplit(t, opener{c}, split, connector.Scan{Schema: textSchema}) {
			lines = append(lines, row[0].(string))
		}
	}
	return lines
}

type opener struct{ content }

func (o opener) Open(ctx context.Context, s connector.Split, scan connector.Scan) (connector.Reader, error) {
	return o.content.open(ctx, s, scan)
}

// Whatever the text, the separator and the size of the parts: every line once.
func TestLinesOfRandomText(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 1))
	name := t.TempDir() + "/text"
	for range 100 {
		sep := []string{"", "", "\n", "|", "||", "\r\n"}[random.IntN(6)]
		alphabet := []string{"a", "bc", "\n", "\r", "\r\n", "|", "||", "é"}
		var text strings.Builder
		for range random.IntN(60) {
			text.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		put(t, name, text.String(), 1)
		want := slowLines(text.String(), sep)
		for _, size := range []int64{1000, int64(1 + random.IntN(20)), int64(1 + random.IntN(5))} {
			if sep == "||" && strings.Contains(text.String(), "|||") {
				continue // where such a separator begins depends on where one looks
			}
			if d := cmp.Diff(want, readText(t, name, sep, size)); d != "" {
				t.Fatalf("text %q, separator %q, parts of %d: %s", text.String(), sep, size, d)
			}
		}
	}
}

// Lines longer than the buffer, readers that give little at a time.
func TestLinesLongerThanTheBuffer(t *testing.T) {
	long := strings.Repeat("x", 1_400_000)
	text := "a\n" + long + "\nb\n\n" + long + "c"
	for _, source := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text))} {
		lines := newLineChunks(source, nil, math.MaxInt64, 16)
		var all bytes.Buffer
		for {
			chunk, err := lines.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if lines.eof == (chunk[len(chunk)-1] == '\n') && !lines.eof {
				t.Fatal("a chunk ends within a line")
			}
			all.Write(chunk)
		}
		if all.String() != text {
			t.Errorf("got %d bytes of %d", all.Len(), len(text))
		}
	}
}

func TestTextVariants(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/mark", "\xEF\xBB\xBFone\ntwo", 1)
	if d := cmp.Diff([]string{"one", "two"}, readText(t, dir+"/mark", "", 0)); d != "" {
		t.Error(d)
	}
	for ending, c := range map[string]string{".gz": "gzip", ".zst": "zstd", ".deflate": "deflate"} {
		var out bytes.Buffer
		w, err := codecs[c].wrap(&out)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, "one\ntwo\n")
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		put(t, dir+"/z"+ending, out.String(), 1)
		if d := cmp.Diff([]string{"one", "two"}, readText(t, dir+"/z"+ending, "", 0)); d != "" {
			t.Errorf("%s: %s", ending, d)
		}
	}
}

func BenchmarkText(b *testing.B) {
	name := b.TempDir() + "/lines"
	put(b, name, strings.Repeat("the quick brown fox jumps over the lazy dog and away\n", 600_000), 1)
	c := content{fs: disk, decoder: textDecoder{}, schema: textSchema}
	f, _, err := (&lister{fs: disk}).look(name)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(f.size)
	b.ReportAllocs()
	for b.Loop() {
		r, err := c.open(b.Context(), connector.Split{Part: part{file: f}}, connector.Scan{Schema: textSchema})
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := r.Next(b.Context()); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
