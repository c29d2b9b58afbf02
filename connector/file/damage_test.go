package file

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/fault"
)

// tryRead reads a file of any state and counts its rows.
func tryRead(t *testing.T, format, path string, options map[string]string) (int, error) {
	t.Helper()
	table, err := formatOf(t, format, nil).OpenTable(t.Context(), connector.SourceSpec{Paths: []string{path},
		Options: connector.NewOptions(options)})
	if err != nil {
		return 0, err
	}
	splits, err := table.Plan(t.Context())
	if err != nil {
		return 0, err
	}
	rows := 0
	for _, split := range splits {
		r, err := table.Open(t.Context(), split, connector.Scan{Schema: table.Schema()})
		if err != nil {
			return rows, err
		}
		for {
			b, err := r.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				return rows, errors.Join(err, r.Close())
			}
			rows += b.Len()
		}
		if err := r.Close(); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// A file of any format that is cut short or has wrong bytes ends in rows or in an
// error that names the file; with ignoreCorruptFiles the error is none.
func TestDamagedFilesNameThemselves(t *testing.T) {
	names, err := filepath.Glob("testdata/types/*.*")
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	dir := t.TempDir()
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		format := map[bool]string{true: "parquet", false: "json"}[strings.HasSuffix(name, ".parquet")]
		for _, f := range []string{"avro", "csv", "text"} {
			if strings.Contains(filepath.Base(name), f) {
				format = f
			}
		}
		step := max(1, len(text)/8)
		if !testing.Short() {
			step = max(1, len(text)/200)
		}
		for i := 1; i < len(text); i += step {
			damaged := bytes.Clone(text)
			damaged[i] ^= 0xFF
			for kind, content := range map[string][]byte{"cut": text[:i], "damaged": damaged} {
				path := filepath.Join(dir, kind+"-"+filepath.Base(name))
				if err := os.WriteFile(path, content, 0o644); err != nil {
					t.Fatal(err)
				}
				_, err := tryRead(t, format, path, nil)
				if err == nil {
					continue
				}
				if e, ok := errors.AsType[*fault.Error](err); !ok || !strings.Contains(e.Error(), filepath.Base(name)) {
					t.Errorf("%s %s at %d: %v", name, kind, i, err)
				}
				if _, err := tryRead(t, format, path, map[string]string{"ignoreCorruptFiles": "true"}); err != nil && !fault.Is(err, fault.UnableToInfer) {
					t.Errorf("%s %s at %d, ignored: %v", name, kind, i, err)
				}
			}
		}
	}
}

// Hadoop's blocks of any bytes end, and memory grows with what is there.
func FuzzHadoopBlocks(f *testing.F) {
	for _, name := range []string{"text-lz4.txt.lz4", "text-snappy.txt.snappy"} {
		text, err := os.ReadFile("testdata/types/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ending := range []string{".lz4", ".snappy"} {
			r, err := decompress("f"+ending, bytes.NewReader(data))
			if err != nil {
				continue
			}
			if n, _ := io.Copy(io.Discard, io.LimitReader(r, 1<<30)); n > int64(len(data))*300 {
				t.Errorf("%d bytes of %d", n, len(data))
			}
		}
	})
}

// What is written as a directory's name is read as the same value.
func FuzzPartitionName(f *testing.F) {
	for _, s := range []string{"a", "a b", "x/y:z=%", "ü{}[]^\"'#", "%41", "\x01", "..", ".", "__HIVE_DEFAULT_PARTITION__"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if !utf8.ValidString(value) || value == "" {
			return
		}
		name := partitionName("k", value, false)
		kv, ok := parsePartition(name)
		if !ok || kv.value != value && value != nullPartition || strings.ContainsAny(name, "/\\") {
			t.Errorf("%q is written %q and read %q", value, name, kv.value)
		}
	})
}

// Text goes through every codec in pieces of any size.
func TestCodecsThereAndBack(t *testing.T) {
	text := bytes.Repeat([]byte("a line of text, not too long\n"), 20_000)
	for name, c := range codecs {
		if c.wrap == nil {
			continue
		}
		var packed bytes.Buffer
		w, err := c.wrap(&packed)
		if err != nil {
			t.Fatal(err)
		}
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 70_001)
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := decompress("f"+c.ending, bytes.NewReader(packed.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s: %d of %d bytes, %v", name, len(got), len(text), err)
		}
		if packed.Len() > len(text)/5 {
			t.Errorf("%s: %d bytes", name, packed.Len())
		}
	}
}
