package text_test

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/cast"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", uint64(time.Now().UnixNano())|1, "seed of the random tests")

// TestPiecesTogether compares pieces found in one walk with those found one by one.
func TestPiecesTogether(t *testing.T) {
	t.Logf("seed %d", *seed)
	r := rand.New(rand.NewPCG(*seed, 0))
	b := bench(t)
	b.SetANSI(false)
	texts := []any{nil, "", "/", "///////", "a/b/c", "12345678/", "1234567/1234567/1234567/x"}
	for len(texts) < 300 {
		var s strings.Builder
		for range r.IntN(40) {
			s.WriteString([]string{"/", "a", "\x0e", "\xaf", "é", ".0"}[r.IntN(6)])
		}
		texts = append(texts, s.String())
	}
	s := b.Column(types.Of(types.String), texts...)
	for _, of := range []expr.Expr{s, expr.Lit("a/b/c/d"), &expr.Literal{Typ: types.Of(types.String)}} {
		var list []expr.Expr
		for _, k := range []int32{3, 1, 0, 1, 7} {
			list = append(list, b.Call("[]", b.Call("split", of, "/"), i32(k)))
		}
		c := expr.Compiler{Input: b.Refs, Cast: cast.New, Env: &b.Env}
		row, err := c.CompileRow(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, sel := range [][]int32{nil, {1, 4, 5, 99, 298}, {}} {
			for i, e := range list {
				alone, err := c.Compile(e)
				if err != nil {
					t.Fatal(err)
				}
				want, err := b.Values(alone, sel)
				if err != nil {
					t.Fatal(err)
				}
				got, err := b.Values(row[i], sel)
				if err != nil {
					t.Fatal(err)
				}
				for k := range want {
					if got[k] != want[k] {
						t.Fatalf("%s of %q is %q, want %q", e, texts[k], got[k], want[k])
					}
				}
			}
		}
	}
}

func TestPiecesTogetherFail(t *testing.T) {
	b := bench(t)
	s := b.Column(types.Of(types.String), "a/b", "c")
	c := expr.Compiler{Input: b.Refs, Cast: cast.New, Env: &b.Env}
	row, err := c.CompileRow([]expr.Expr{b.Call("[]", b.Call("split", s, "/"), i32(0)), b.Call("[]", b.Call("split", s, "/"), i32(1))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Values(row[0], []int32{0}); err != nil {
		t.Errorf("the first row: %v", err)
	}
	if _, err := b.Values(row[0], nil); !fault.Is(err, fault.InvalidArrayIndex) {
		t.Errorf("%v, want INVALID_ARRAY_INDEX", err)
	}
}
