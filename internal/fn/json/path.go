package json

import (
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/jsontext"
	"github.com/weirstream/weir/types"
)

// getObject is get_json_object(text, path).
var getObject = &expr.Function{
	Name: "get_json_object",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (res expr.Resolution, err error) {
		if len(args) != 2 {
			return res, expr.WrongCount("get_json_object", "2", len(args))
		}
		cast := make([]expr.Expr, 2)
		for i := range cast {
			if cast[i], err = textArg("get_json_object", args, i); err != nil {
				return res, err
			}
		}
		return expr.Resolution{Args: cast, Type: types.Of(types.String), Nullable: true,
			Text: expr.CallText("get_json_object", args)}, nil
	},
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		var buf []byte
		var known string
		var steps []step
		ok := false
		doc := jsontext.NewDocument()
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			from, paths, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				if path := paths.At(i); path != known || steps == nil {
					known = strings.Clone(path)
					steps, ok = parsePath(known)
				}
				found, start := false, len(buf)
				if ok && doc.Parse(from.At(i)) {
					w := walker{doc: doc, to: buf, start: start}
					found = w.walk(0, steps, raw)
					buf = w.to
				}
				if !found {
					buf = buf[:start]
					out.SetNull(int(i))
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	},
}

// step is a part of a path.
type step struct {
	kind stepKind
	name string
	at   int
}

type stepKind uint8

const (
	member   stepKind = iota // .name or ['name']
	element                  // [3]
	elements                 // [*]
	members                  // .* or ['*'], which finds nothing, as in Spark
)

// parsePath reads $.a['b'][3][*]; false where it is no path. The steps of a path
// are never nil.
func parsePath(text string) ([]step, bool) {
	steps := []step{}
	skip := func() { text = strings.TrimLeft(text, " \t\r\n") }
	skip()
	if !strings.HasPrefix(text, "$") {
		return steps, false
	}
	text = text[1:]
	for skip(); text != ""; skip() {
		s, rest, ok := parseStep(text)
		if !ok {
			return steps, false
		}
		steps, text = append(steps, s), rest
	}
	return steps, true
}

// parseStep reads the step that begins a text.
func parseStep(text string) (s step, rest string, ok bool) {
	switch {
	case strings.HasPrefix(text, ".*"):
		return step{kind: members}, text[2:], true
	case text[0] == '.':
		text = strings.TrimLeft(text[1:], " \t\r\n")
		end := strings.IndexAny(text, ".[")
		if end < 0 {
			end = len(text)
		}
		return step{kind: member, name: text[:end]}, text[end:], end > 0
	case strings.HasPrefix(text, "[*]"):
		return step{kind: elements}, text[3:], true
	case strings.HasPrefix(text, "['"):
		name, rest, ok := strings.Cut(text[2:], "']")
		if name == "*" {
			return step{kind: members}, rest, ok
		}
		return step{kind: member, name: name}, rest, ok && name != "" && !strings.ContainsAny(name, "'?")
	case text[0] == '[':
		digits, rest, ok := strings.Cut(text[1:], "]")
		n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 31)
		return step{kind: element, at: int(n)}, rest, ok && err == nil
	}
	return step{}, "", false
}

// style is how what is found is written.
type style uint8

const (
	raw    style = iota // a string without its quotes: nothing else can be found
	quoted              // as JSON
	flat                // as JSON, and the elements of an array in its place
)

// walker follows a path and writes what it finds to to, of which the first start
// bytes are another's.
//
// Of [*] all elements in which something is found become an array; if it is one,
// it stands alone, unless another array is about it. Two [*] in a row make one
// array of what is found in all of the inner ones.
type walker struct {
	doc   *jsontext.Document
	to    []byte
	start int
}

// walk follows the steps from a value on and reports whether anything was found.
func (w *walker) walk(at int32, steps []step, how style) bool {
	e := &w.doc.Elements[at]
	if len(steps) == 0 {
		return w.write(at, how)
	}
	switch s := steps[0]; {
	case e.Kind == jsontext.ObjectElement && s.kind == member:
		for k := e.First; k != 0; k = w.doc.Elements[k].Next {
			m := &w.doc.Elements[k]
			if m.Name == s.name && m.Kind != jsontext.NullElement && w.walk(k, steps[1:], how) {
				return true
			}
		}
	case e.Kind == jsontext.ArrayElement && s.kind == element:
		k := e.First
		for range s.at {
			if k == 0 {
				return false
			}
			k = w.doc.Elements[k].Next
		}
		if k == 0 {
			return false
		}
		if len(steps) > 1 && steps[1].kind == elements {
			how = quoted
		}
		return w.walk(k, steps[1:], how)
	case e.Kind == jsontext.ArrayElement && s.kind == elements:
		return w.all(e.First, steps[1:], how)
	}
	return false
}

// all follows the steps from each element of an array on.
func (w *walker) all(first int32, steps []step, how style) bool {
	inner, alone := quoted, how != quoted
	switch {
	case len(steps) > 0 && steps[0].kind == elements:
		inner, alone, steps = flat, false, steps[1:]
	case how == flat:
		inner = flat
	}
	w.comma()
	begin, found := len(w.to), 0
	w.to = append(w.to, '[')
	for k := first; k != 0; k = w.doc.Elements[k].Next {
		if w.walk(k, steps, inner) {
			found++
		}
	}
	w.to = append(w.to, ']')
	if alone && found <= 1 {
		n := copy(w.to[begin:], w.to[begin+1:len(w.to)-1])
		w.to = w.to[:begin+n]
	}
	return found > 0
}

// comma parts what is written from what is there.
func (w *walker) comma() {
	if n := len(w.to); n > w.start && w.to[n-1] != '[' {
		w.to = append(w.to, ',')
	}
}

// write writes a value.
func (w *walker) write(at int32, how style) bool {
	e := &w.doc.Elements[at]
	switch {
	case how == raw && e.Kind == jsontext.StringElement:
		w.to = append(w.to, e.Text...)
		return true
	case how == flat && e.Kind == jsontext.ArrayElement:
		found := false
		for k := e.First; k != 0; k = w.doc.Elements[k].Next {
			found = w.write(k, how) || found
		}
		return found
	}
	w.comma()
	w.to = w.doc.Append(w.to, at)
	return true
}
