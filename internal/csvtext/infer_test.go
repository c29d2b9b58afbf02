package csvtext

import (
	"strings"
	"testing"
)

// No text makes the inference panic, and what it finds has a decoder.
func FuzzInference(f *testing.F) {
	for _, s := range []string{"a,b\n1,2.5\n", "\"x\ny\",1\n", "1\n2,3\n", "\"", "a,\"b\"\"c\n", "2020-01-01,true\n,\n", "1e400,99999999999999999999\n", "\xff,\x00\n"} {
		f.Add(s, true, false)
		f.Add(s, false, true)
	}
	f.Fuzz(func(t *testing.T, text string, header, several bool) {
		o := DefaultOptions()
		o.Header.Present, o.MultiLine, o.Infer.Types = header, several, true
		o.MaxColumns = 64
		inference := NewInference(o)
		if err := inference.Add([]byte(strings.Clone(text))); err != nil {
			return
		}
		s := inference.Schema()
		d, err := NewDecoder(s, s, o)
		if err != nil {
			t.Fatal(err)
		}
		chunk := []byte(text)
		for len(chunk) > 0 {
			d.Begin()
			used, err := d.Decode(chunk)
			if err != nil || used == 0 {
				return
			}
			chunk = chunk[used:]
			d.Batch()
		}
	})
}
