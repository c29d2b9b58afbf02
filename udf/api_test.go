package udf_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/fn/builtin"
	"github.com/weirstream/weir/udf"
	"github.com/weirstream/weir/weirtest"
)

// Functions of every number of arguments, which may fail.
func TestArities(t *testing.T) {
	s, err := weir.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	refuse := func(bad bool) error {
		if bad {
			return errors.New("refused")
		}
		return nil
	}
	calls := 0
	err = s.Register(
		udf.Try0("try0", func() (int64, error) { calls++; return 7, refuse(calls > 1) }, udf.NonDeterministic()),
		udf.Try2("try2", func(a, b int64) (int64, error) { return a + b, refuse(b == 0) }),
		udf.Try3("try3", func(a, b, c string) (string, error) { return a + b + c, refuse(c == "") }),
		udf.Try4("try4", func(a int64, b string, c float64, d bool) (string, error) { return fmt.Sprint(a, b, c, d), refuse(d) }),
		udf.Table3("range3", func(from, to, step int64, emit func(int64)) error {
			for i := from; i < to && step > 0; i += step {
				emit(i)
			}
			return refuse(step <= 0)
		}))
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		"SELECT try0()":                   "7",
		"SELECT try2(3, 4)":               "7",
		"SELECT try2(3, NULL)":            "null",
		"SELECT try3('a', 'b', 'c')":      "abc",
		"SELECT try4(1, 'x', 2.5, false)": "1x2.5 false",
		"SELECT * FROM range3(1, 10, 4)":  "1;5;9",
		"SELECT a, value FROM VALUES (1), (2), (NULL) AS t(a) LATERAL VIEW range3(a, 4, 2) r AS value ORDER BY 1, 2": "1 | 1;1 | 3;2 | 2",
	} {
		got, err := weirtest.Collect(t.Context(), s.SQL(query))
		if err != nil || strings.Join(got, ";") != want {
			t.Errorf("%s\ngives %q, %v\nwant  %q", query, strings.Join(got, ";"), err, want)
		}
	}
	for _, query := range []string{"SELECT try0()", "SELECT try2(3, 0)", "SELECT try3('a', 'b', '')", "SELECT try4(1, 'x', 2.5, true)", "SELECT * FROM range3(1, 2, 0)"} {
		if _, err := weirtest.Collect(t.Context(), s.SQL(query)); !fault.Is(err, fault.UserFunction) || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := weirtest.Collect(t.Context(), s.SQL("SELECT try2(1)")); err == nil {
		t.Error("try2 takes one argument")
	}
}

// A library takes all functions or, where one is wrong, none; what was known before stays.
func TestLibrary(t *testing.T) {
	known := builtin.Registry()
	l := udf.NewLibrary(known)
	if l.Known() != known {
		t.Error("a new library knows more than the built-in functions")
	}
	good := udf.Func1("twice", func(a int64) int64 { return 2 * a })
	bad := udf.Func1("bad", func(a chan int) int64 { return 0 })
	if err := l.Add(good, bad); err == nil || l.Known() != known {
		t.Errorf("a function of a channel: %v", err)
	}
	if err := l.Add(good); err != nil || l.Known() == known {
		t.Errorf("a good function: %v", err)
	}
}
