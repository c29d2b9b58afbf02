package collation

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKeys(t *testing.T) {
	lcase, _ := Of("UTF8_LCASE")
	rtrim, _ := Of("UTF8_BINARY_RTRIM")
	both, _ := Of("UTF8_LCASE_RTRIM")
	for _, c := range []struct {
		rules    Rules
		text, is string
	}{
		{Rules{}, "Ab ", "Ab "},
		{lcase, "AbZ[@`{", "abz[@`{"},
		{lcase, "ΣΑΣ ς", "σασ σ"},
		{lcase, "İI", "i\u0307i"},
		{lcase, "ẞß", "ßß"},
		{lcase, "K", "k"}, // the sign of Kelvin
		{lcase, "\xffA\xc3", "\xffa\xc3"},
		{rtrim, "A  ", "A"},
		{rtrim, " A\t ", " A\t"},
		{both, "A b ", "a b"},
	} {
		if got := c.rules.Key(c.text); got != c.is {
			t.Errorf("%+v: the key of %q is %q, want %q", c.rules, c.text, got, c.is)
		}
	}
	if _, ok := Of("UNICODE"); ok {
		t.Error("the order of UNICODE is not known")
	}
}

func TestList(t *testing.T) {
	list := List()
	if len(list) != 1164 || !slices.IsSortedFunc(list, func(a, b Description) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("%d collations, or not in order", len(list))
	}
	for name, want := range map[string]bool{"": true, "UTF8_LCASE_RTRIM": true, "zh_Hant_TWN_CI_AI_RTRIM": true, "de": true, "xx": false, "en_FRA": false} {
		if Known(name) != want {
			t.Errorf("Known(%q) is %v", name, !want)
		}
	}
}

// Keys and Compare are one order; a key is its own key; what IsKey says is so; nothing but
// case and spaces at the end goes.
func FuzzRules(f *testing.F) {
	for _, s := range []string{"", "a", "A ", "ς", "Σ", "İ", "i\u0307", "ß", "\xff\xfe", "aÀ", "  ", "é"} {
		f.Add(s, "a")
		f.Add("x"+s, "X"+s+" ")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, r := range []Rules{{}, {Lower: true}, {Trim: true}, {Lower: true, Trim: true}} {
			x, y := r.Key(a), r.Key(b)
			if got, want := r.Compare(a, b), strings.Compare(x, y); sign(got) != want {
				t.Errorf("%+v: %q and %q compare as %d, their keys as %d", r, a, b, got, want)
			}
			if r.Key(x) != x {
				t.Errorf("%+v: the key of %q is no key", r, a)
			}
			if r.IsKey(a) && x != a {
				t.Errorf("%+v: %q is said to be a key", r, a)
			}
			if utf8.ValidString(a) != utf8.ValidString(x) {
				t.Errorf("%+v: the key of %q is %q", r, a, x)
			}
		}
	})
}

func sign(n int) int { return min(1, max(-1, n)) }
