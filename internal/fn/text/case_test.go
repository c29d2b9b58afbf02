package text_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirstream/weir/types"
)

// TestCaseOfAllLengths compares lower and upper of ASCII texts with Go's, and looks
// whether one letter beyond ASCII is found wherever it stands.
func TestCaseOfAllLengths(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 1))
	b := bench(t)
	var texts []any
	var lower, upper []string
	for n := range 40 {
		c := make([]byte, n)
		for i := range c {
			c[i] = "@AMZ[`amz{0 \x7f"[r.IntN(13)]
		}
		s := string(c)
		texts = append(texts, s)
		lower, upper = append(lower, strings.ToLower(s)), append(upper, strings.ToUpper(s))
		at := r.IntN(n + 1)
		s = s[:at] + "É" + s[at:]
		texts = append(texts, s)
		lower, upper = append(lower, strings.ToLower(s)), append(upper, strings.ToUpper(s))
	}
	s := b.Column(types.Of(types.String), texts...)
	b.Expect(b.Call("lower", s), lower...)
	b.Expect(b.Call("upper", s), upper...)
}
