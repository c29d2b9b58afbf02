package time

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// usual is the pattern where none is given.
const usual = "yyyy-MM-dd HH:mm:ss"

// dateFormat is date_format(ts, pattern).
var dateFormat = &expr.Function{
	Name:    "date_format",
	Resolve: takes("date_format", types.Of(types.String), instant, text),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		return newWriter(env).kernel, nil
	},
}

// fromUnixtime is from_unixtime(seconds, pattern).
var fromUnixtime = &expr.Function{
	Name: "from_unixtime",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 1 {
			args = []expr.Expr{args[0], expr.Lit(usual)}
		}
		return takes("from_unixtime", types.Of(types.String), long, text)(r, args)
	},
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		w := newWriter(env)
		w.unit = datetime.MicrosPerSecond
		return w.kernel, nil
	},
}

// patterns compiles the patterns of rows; equal ones that follow each other are
// compiled once.
type patterns struct {
	text    string
	pattern *datetime.Pattern
}

func (p *patterns) get(text string) (*datetime.Pattern, error) {
	if p.pattern != nil && p.text == text {
		return p.pattern, nil
	}
	text = strings.Clone(text)
	compiled, err := datetime.Compile(text)
	if err != nil {
		return nil, err
	}
	p.text, p.pattern = text, compiled
	return compiled, nil
}

// writer writes instants by a pattern. Rows that look the same share a text; the
// texts of a batch live in an arena that the next batch reuses.
type writer struct {
	patterns
	zone  *datetime.Zone
	unit  int64 // microseconds of 1 in the argument
	texts *datetime.Texts
	made  *datetime.Pattern // the pattern of texts
	arena batch.Arena
	buf   []byte // the text of one row, before it is kept
}

func newWriter(env *expr.Env) *writer { return &writer{zone: zoneOf(env), unit: 1} }

func (w *writer) kernel(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
	w.arena.Reset()
	micros, to := expr.ArgOf[int64](args[0]), batch.Values[string](out)
	pattern, fixed := expr.ArgOf[string](args[1]).Constant()
	if !fixed {
		return w.each(to, micros, expr.ArgOf[string](args[1]), expr.Rows(rows, sel))
	}
	p, err := w.get(pattern)
	if err != nil {
		return err
	}
	if w.made != p {
		w.texts, w.made = p.Texts(w.zone, w.arena.Alloc), p
	}
	w.texts.Reset()
	if sel == nil && w.unit == 1 && !args[0].Const {
		w.texts.Over(to[:rows], batch.Values[int64](args[0])[:rows])
		return nil
	}
	for _, i := range expr.Rows(rows, sel) {
		to[i] = w.texts.Text(micros.At(i) * w.unit)
	}
	return nil
}

// each writes rows that have patterns of their own.
func (w *writer) each(to []string, micros expr.Arg[int64], pattern expr.Arg[string], rows []int32) error {
	for _, i := range rows {
		p, err := w.get(pattern.At(i))
		if err != nil {
			return err
		}
		w.buf = p.AppendTimestamp(w.buf[:0], micros.At(i)*w.unit, w.zone)
		to[i] = w.arena.Copy(batch.View(w.buf))
	}
	return nil
}
