package collate

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/collation"
)

// found is the slow definition of find: the first character from which characters, taken
// as a whole, are part in lower case.
func found(s, part string, char int) int {
	runes := []string{}
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		runes = append(runes, s[i:i+n])
		i += n
	}
	for ; char <= len(runes); char++ {
		lower := ""
		for k := char; ; k++ {
			if lower == part {
				return char
			}
			if k == len(runes) || !strings.HasPrefix(part, lower) {
				break
			}
			lower += string(collation.AppendLower(nil, runes[k]))
		}
	}
	return -1
}

func FuzzFind(f *testing.F) {
	for _, c := range [][2]string{{"Spark SQL", "sql"}, {"İi i\u0307", "i\u0307"}, {"xİ", "\u0307"}, {"xİ", "i"}, {"ΣΑΣ ς", "Σ"},
		{"", ""}, {"abc", ""}, {"AaA", "aa"}, {"a\xffB", "\xffb"}, {"İİ", "\u0307i"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, s, of string) {
		var l lowered
		part := string(collation.AppendLower(nil, of))
		l.set(s)
		for char := 0; char <= l.chars(); char++ {
			start, end := l.find(part, char)
			if want := found(s, part, char); start != want {
				t.Fatalf("%q in %q from %d: at %d, want %d", of, s, char, start, want)
			}
			if start < 0 {
				continue
			}
			if got := string(collation.AppendLower(nil, s[l.byteAt(start):l.byteAt(end)])); got != part {
				t.Fatalf("%q in %q: found %q", of, s, got)
			}
			if back, behind := l.findBack(part, end); back != start || behind != end {
				t.Fatalf("%q in %q: from behind at %d to %d, want %d to %d", of, s, back, behind, start, end)
			}
		}
		if l.begins(part) != (found(s, part, 0) == 0) {
			t.Fatalf("%q begins with %q: %v", s, of, l.begins(part))
		}
	})
}
