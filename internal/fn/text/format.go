package text

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/celltext"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func eltKernel(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		n, to := expr.ArgOf[int32](args[0]), batch.Values[string](out)
		for _, i := range expr.Rows(rows, sel) {
			k := n.At(i)
			switch {
			case args[0].Null(int(i)):
				out.SetNull(int(i))
			case k < 1 || int(k) >= len(args):
				if env.ANSI {
					return fault.New(fault.InvalidArrayIndex, "elt has %d values, not %d", len(args)-1, k)
				}
				out.SetNull(int(i))
			case args[k].Null(int(i)):
				out.SetNull(int(i))
			default:
				to[i] = expr.ArgOf[string](args[k]).At(i)
			}
		}
		return nil
	}, nil
}

// formatNumber is format_number(x, digits) or format_number(x, pattern).
var formatNumber = &expr.Function{
	Name: "format_number",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("format_number", "2", len(args))
		}
		x := args[0]
		switch t := x.Type(); {
		case t.Kind == types.Null, t.Kind == types.String:
			x = expr.CastTo(x, tDouble)
		case !t.Numeric():
			return expr.Resolution{}, expr.Unexpected("format_number", 0, "\"NUMERIC\"", x)
		}
		how := tInt
		if args[1].Type().Kind == types.String {
			how = tString
		}
		n, ok := r.Arg(args[1], how)
		if !ok {
			return expr.Resolution{}, expr.Unexpected("format_number", 1, "(\"INT\" or \"STRING\")", args[1])
		}
		return expr.Resolution{Args: []expr.Expr{expr.CastTo(x, tString), n, expr.CastTo(x, expr.DecimalFor(x.Type()))}[:2],
			Type: tString, Nullable: true, Text: expr.CallText("format_number", args)}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		if c.Args[1].Type().Kind == types.Int {
			return expr.Text2(func(dst []byte, x string, digits int32) ([]byte, bool) {
				if digits < 0 {
					return dst, false
				}
				return numberPattern{group: 3, minInt: 1, minFrac: int(digits), maxFrac: int(digits)}.append(dst, x), true
			})(c, env)
		}
		return expr.Text2(func(dst []byte, x, pattern string) ([]byte, bool) {
			return parseNumberPattern(pattern).append(dst, x), true
		})(c, env)
	},
}

// formatString is format_string(format, values…), with Java's verbs.
func formatString(name string) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) == 0 {
				return expr.Resolution{}, expr.WrongCount(name, "> 0", 0)
			}
			format, ok := r.Arg(args[0], tString)
			if !ok {
				return expr.Resolution{}, expr.Unexpected(name, 0, "\"STRING\"", args[0])
			}
			return expr.Resolution{Args: append([]expr.Expr{format}, args[1:]...), Type: tString,
				Nullable: args[0].Nullable()}, nil
		},
		NullSafe: true,
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			var buf []byte
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
				buf = buf[:0]
				f, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					if args[0].Null(int(i)) {
						out.SetNull(int(i))
						continue
					}
					start := len(buf)
					if buf, err = appendFormat(buf, f.At(i), args[1:], int(i), env); err != nil {
						return err
					}
					to[i] = batch.View(buf[start:])
				}
				return nil
			}, nil
		},
	}
}

// appendFormat writes Java's format: %[index$][flags][width][.precision]verb.
func appendFormat(dst []byte, format string, args []*batch.Column, row int, env *expr.Env) ([]byte, error) {
	next := 0
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			dst = append(dst, format[i])
			continue
		}
		v, size := parseVerb(format[i+1:])
		if size == 0 {
			return dst, badFormat(format)
		}
		i += size
		switch v.verb {
		case '%':
			dst = append(dst, '%')
			continue
		case 'n':
			dst = append(dst, '\n')
			continue
		}
		k := v.index - 1
		if v.index == 0 {
			k = next
			next++
		}
		if k >= len(args) {
			return dst, badFormat(format)
		}
		text, ok := v.format(args[k], row, env)
		if !ok {
			return dst, badFormat(format)
		}
		dst = append(dst, v.pad(text)...)
	}
	return dst, nil
}

func badFormat(format string) error {
	return fault.New(fault.IllegalArgument, "the format '%s' does not fit its values", format)
}

// verb is one parsed %….
type verb struct {
	index, width, precision int
	flags                   string
	verb                    byte
}

func parseVerb(s string) (v verb, size int) {
	v.precision = -1
	number := func() int {
		n := 0
		for size < len(s) && s[size]-'0' <= 9 {
			n = n*10 + int(s[size]-'0')
			size++
		}
		return n
	}
	if mark := strings.IndexByte(s, '$'); mark > 0 && strings.Trim(s[:mark], "0123456789") == "" {
		v.index, _ = strconv.Atoi(s[:mark])
		size = mark + 1
	}
	start := size
	for size < len(s) && strings.IndexByte("-#+ 0,(", s[size]) >= 0 {
		size++
	}
	v.flags = s[start:size]
	v.width = number()
	if size < len(s) && s[size] == '.' {
		size++
		v.precision = number()
	}
	if size == len(s) || strings.IndexByte("bBhHsScCdoxXeEfgGaA%n", s[size]) < 0 {
		return v, 0
	}
	v.verb = s[size]
	return v, size + 1
}

func (v *verb) has(flag byte) bool { return strings.IndexByte(v.flags, flag) >= 0 }

func (v *verb) pad(s string) string {
	missing := v.width - Chars(s)
	switch {
	case missing <= 0:
		return s
	case v.has('-'):
		return s + strings.Repeat(" ", missing)
	case v.has('0') && s != "null" && strings.IndexByte("doxXeEfgG", v.verb) >= 0:
		sign := 0
		if s != "" && (s[0] == '-' || s[0] == '+') {
			sign = 1
		}
		return s[:sign] + strings.Repeat("0", missing) + s[sign:]
	default:
		return strings.Repeat(" ", missing) + s
	}
}

func (v *verb) format(c *batch.Column, row int, env *expr.Env) (string, bool) {
	if c.Const {
		row = 0
	}
	value := expr.ValueAt(c, row)
	switch v.verb {
	case 's', 'S':
		s := "null"
		if d, ok := value.(types.Decimal); ok {
			s = expr.DecimalText(d, c.Type.Scale)
		} else if value != nil {
			s = string(celltext.Append(nil, c, row, env.Zone()))
		}
		if v.precision >= 0 {
			s = Sub(s, 1, int32(v.precision))
		}
		if v.verb == 'S' {
			s = upperFull(s)
		}
		return s, true
	case 'b', 'B':
		b, isBool := value.(bool)
		s := strconv.FormatBool(value != nil && (!isBool || b))
		if v.verb == 'B' {
			s = strings.ToUpper(s)
		}
		return s, true
	}
	if value == nil {
		return "null", true
	}
	switch v.verb {
	case 'c', 'C':
		n, ok := asInt(value)
		return string(rune(n)), ok
	case 'd', 'x', 'X', 'o':
		return v.integer(value)
	default:
		return v.real(value, c.Type)
	}
}

func asInt(value any) (int64, bool) {
	switch n := value.(type) {
	case int8:
		return int64(n), true
	case int16:
		return int64(n), true
	case int32:
		return int64(n), true
	case int64:
		return n, true
	default:
		return 0, false
	}
}

func (v *verb) integer(value any) (string, bool) {
	n, ok := asInt(value)
	if !ok {
		return "", false
	}
	if v.verb != 'd' {
		u := uint64(n)
		if _, is32 := value.(int32); is32 {
			u = uint64(uint32(n))
		}
		base := map[byte]int{'x': 16, 'X': 16, 'o': 8}[v.verb]
		s := strconv.FormatUint(u, base)
		if v.verb == 'X' {
			s = strings.ToUpper(s)
		}
		return s, true
	}
	return v.sign(strconv.FormatInt(n, 10)), true
}

// sign puts group separators and signs to a number's text.
func (v *verb) sign(s string) string {
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if v.has(',') {
		whole, fraction, point := strings.Cut(s, ".")
		s = grouped(whole, 3)
		if point {
			s += "." + fraction
		}
	}
	switch {
	case negative && v.has('('):
		return "(" + s + ")"
	case negative:
		return "-" + s
	case v.has('+'):
		return "+" + s
	case v.has(' '):
		return " " + s
	default:
		return s
	}
}

func grouped(whole string, size int) string {
	var b strings.Builder
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%size == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	return b.String()
}

func (v *verb) real(value any, t types.Type) (string, bool) {
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	var f float64
	switch n := value.(type) {
	case float32:
		f = float64(n)
	case float64:
		f = n
	case types.Decimal:
		if v.verb == 'f' {
			d, _ := n.Rescale(t.Scale, precision)
			return v.sign(d.Format(precision)), true
		}
		f = n.Float64(t.Scale)
	default:
		return "", false
	}
	switch v.verb {
	case 'e', 'E':
		return v.sign(fmt.Sprintf("%."+itoa(precision)+string(v.verb), f)), true
	case 'f':
		return v.sign(halfUp(f, precision)), true
	default:
		return v.sign(strconv.FormatFloat(f, 'g', max(precision, 1), 64)), true
	}
}

// halfUp writes f with so many digits, rounding its shortest text half up, as
// Java does.
func halfUp(f float64, digits int) string {
	if f != f {
		return "NaN"
	}
	if d, ok := types.DecimalFromFloat64(f, types.MaxPrecision, digits); ok {
		return d.Format(digits)
	}
	return strconv.FormatFloat(f, 'f', digits, 64)
}
