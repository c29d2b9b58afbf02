package text

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// numberFormat is a format of to_number and to_char:
//
//	[MI|S] [$] digits [. digits] [$] [PR|MI|S]      digits: 0 9 G ,     point: . D
type numberFormat struct {
	whole, fraction string // of whole: 0, 9 and ','
	point, dollar   bool
	sign            signStyle
	signFirst       bool
}

type signStyle uint8

const (
	unsigned signStyle = iota
	plusMinus
	minus
	brackets
)

// parseNumberFormat reads a format.
func parseNumberFormat(text string) (*numberFormat, error) {
	f := &numberFormat{}
	s := strings.ToUpper(text)
	if !f.signs(&s) {
		return nil, unexpectedFormat(text)
	}
	if strings.HasPrefix(s, "$") {
		f.dollar, s = true, s[1:]
	}
	end := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("09G,", r) })
	if end < 0 {
		end = len(s)
	}
	f.whole = strings.ReplaceAll(s[:end], "G", ",")
	s = s[end:]
	if s != "" && (s[0] == '.' || s[0] == 'D') {
		f.point = true
		end := 1
		for end < len(s) && (s[end] == '0' || s[end] == '9') {
			end++
		}
		f.fraction, s = s[1:end], s[end:]
	}
	if s == "$" && !f.dollar {
		f.dollar, s = true, ""
	}
	if s != "" && f.digits()+len(f.fraction) > 0 {
		return nil, unexpectedFormat(text)
	}
	if f.digits()+len(f.fraction) == 0 {
		return nil, fault.New(fault.FormatDigits, "the format '%s' has no digits", text).With("format", "'"+text+"'")
	}
	if strings.HasPrefix(f.whole, ",") || strings.HasSuffix(f.whole, ",") || strings.Contains(f.whole, ",,") {
		return nil, fault.New(fault.FormatComma, "commas of the format '%s' must stand between digits", text).
			With("format", "'"+text+"'")
	}
	return f, nil
}

func unexpectedFormat(text string) error {
	return fault.New(fault.FormatToken, "'%s' is no format of numbers: [MI|S][$]999,990.99[$][PR|MI|S]", text).
		With("format", "'"+text+"'")
}

// signs takes the sign off both ends of a format; there may be one.
func (f *numberFormat) signs(s *string) bool {
	for _, k := range []struct {
		text  string
		style signStyle
	}{{"MI", minus}, {"S", plusMinus}, {"PR", brackets}} {
		if rest, ok := strings.CutPrefix(*s, k.text); ok && k.style != brackets {
			if f.sign != unsigned {
				return false
			}
			f.sign, f.signFirst, *s = k.style, true, rest
		}
		if rest, ok := strings.CutSuffix(*s, k.text); ok {
			if f.sign != unsigned {
				return false
			}
			f.sign, *s = k.style, rest
		}
	}
	return true
}

// digits is how many digits stand before the point.
func (f *numberFormat) digits() int { return len(f.whole) - strings.Count(f.whole, ",") }

// decimal is the type of the numbers that are read.
func (f *numberFormat) decimal() types.Type {
	return types.DecimalOf(max(1, f.digits()+len(f.fraction)), len(f.fraction))
}

// read is the number that a text is; false where it does not fit the format.
func (f *numberFormat) read(s string) (types.Decimal, bool) {
	negative := false
	s = strings.TrimSpace(s)
	switch f.sign {
	case brackets:
		if strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">") && len(s) > 1 {
			negative, s = true, s[1:len(s)-1]
		}
	case plusMinus, minus:
		at := len(s) - 1
		if f.signFirst {
			at = 0
		}
		if s != "" && (s[at] == '-' || s[at] == '+' && f.sign == plusMinus) {
			negative = s[at] == '-'
			s = s[:at] + s[at+1:]
		}
	}
	if f.dollar {
		rest, ok := strings.CutPrefix(s, "$")
		if !ok {
			if rest, ok = strings.CutSuffix(s, "$"); !ok {
				return types.Decimal{}, false
			}
		}
		s = rest
	}
	whole, fraction, point := strings.Cut(s, ".")
	if point && !f.point || len(fraction) > len(f.fraction) || !f.groups(whole) || !allDigits(fraction) {
		return types.Decimal{}, false
	}
	text := strings.ReplaceAll(whole, ",", "") + fraction + strings.Repeat("0", len(f.fraction)-len(fraction))
	if text == "" {
		return types.Decimal{}, false
	}
	d, err := types.ParseDecimal(text, types.MaxPrecision, 0)
	if negative {
		d = d.Neg()
	}
	return d, err == nil
}

// groups reports whether the digits before the point fit those of the format, its
// commas counted from the right. A format that begins with 0 wants all of them.
func (f *numberFormat) groups(s string) bool {
	have, want := strings.Split(s, ","), strings.Split(f.whole, ",")
	if len(have) > len(want) {
		return false
	}
	want = want[len(want)-len(have):]
	for i, h := range have {
		if !allDigits(h) || len(h) > len(want[i]) || i > 0 && len(h) < len(want[i]) {
			return false
		}
	}
	return !strings.HasPrefix(f.whole, "0") || len(s) == len(f.whole)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// append writes a number of so many digits behind the point.
func (f *numberFormat) append(to []byte, d types.Decimal, scale int) []byte {
	negative := d.Sign() < 0
	whole, fraction, _ := strings.Cut(d.Abs().Format(scale), ".")
	whole = strings.TrimLeft(whole, "0")
	overflow := len(whole) > f.digits() || len(strings.TrimRight(fraction, "0")) > len(f.fraction)
	if whole == "" && f.point && f.digits() > 0 {
		whole = "0"
	}
	start := len(to)
	if f.dollar {
		to = append(to, '$')
	}
	to = f.appendWhole(to, whole, overflow)
	if f.point {
		to = append(to, '.')
		for i := range len(f.fraction) {
			switch {
			case overflow:
				to = append(to, '#')
			case i < len(fraction):
				to = append(to, fraction[i])
			default:
				to = append(to, '0')
			}
		}
	}
	// What stands before the number stands right before its first character.
	first := start
	for first < len(to) && to[first] == ' ' {
		first++
	}
	switch {
	case f.sign == brackets && negative:
		return append(slices.Insert(to, first, '<'), '>')
	case f.sign == brackets:
		return append(to, ' ', ' ')
	case f.signFirst:
		return slices.Insert(to, first, f.appendSign(nil, negative)...)
	}
	return f.appendSign(to, negative)
}

func (f *numberFormat) appendSign(to []byte, negative bool) []byte {
	switch {
	case f.sign == unsigned:
		return to
	case negative:
		return append(to, '-')
	case f.sign == plusMinus:
		return append(to, '+')
	}
	return append(to, ' ')
}

// appendWhole writes the digits before the point, blanks for those that are not
// there unless the format has zeros.
func (f *numberFormat) appendWhole(to []byte, whole string, overflow bool) []byte {
	missing, begun := f.digits()-len(whole), false
	for i := range len(f.whole) {
		switch c := f.whole[i]; {
		case c == ',' && begun && !overflow:
			to = append(to, ',')
		case c == ',':
			to = append(to, ' ')
		case overflow:
			to = append(to, '#')
		case missing > 0:
			missing--
			if begun = begun || c == '0'; begun {
				to = append(to, '0')
			} else {
				to = append(to, ' ')
			}
		default:
			begun = true
			to = append(to, whole[0])
			whole = whole[1:]
		}
	}
	return to
}

// toNumber is to_number(text, format), or try_to_number.
func toNumber(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := r.Params(name, 2, args, tString, tString)
			if err != nil {
				return expr.Resolution{}, err
			}
			format, err := constantFormat(name, args[1])
			if err != nil {
				return expr.Resolution{}, err
			}
			return expr.Resolution{Args: cast, Type: format.decimal(), Nullable: try || expr.AnyNullable(cast...)}, nil
		},
		Kernel: func(c *expr.Call, _ *expr.Env) (expr.Kernel, error) {
			format, err := constantFormat(name, c.Args[1])
			if err != nil {
				return nil, err
			}
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				from, to := expr.ArgOf[string](args[0]), batch.Values[types.Decimal](out)
				for _, i := range expr.Rows(rows, sel) {
					d, ok := format.read(from.At(i))
					switch {
					case ok:
						to[i] = d
					case try:
						out.SetNull(int(i))
					default:
						return fault.New(fault.BadFormat, "'%s' is not written as the format '%s' says; try_to_number gives NULL instead",
							from.At(i), c.Args[1]).With("input", "'"+from.At(i)+"'").With("format", "'"+c.Args[1].String()+"'")
					}
				}
				return nil
			}, nil
		},
	}
}

// constantFormat is the format that an argument must be a literal of.
func constantFormat(name string, e expr.Expr) (*numberFormat, error) {
	s, ok := literalText(e)
	if !ok {
		return nil, fault.New(fault.NonFoldable, "the format of %s must be a constant", name).With("inputName", "`format`")
	}
	return parseNumberFormat(s)
}

// NumberToChar is to_char(number, format).
var NumberToChar = &expr.Function{
	Name: "to_char",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("to_char", "2", len(args))
		}
		t := args[0].Type()
		switch {
		case t.Kind == types.Decimal128:
		case t.Numeric(), t.Kind == types.String, t.Kind == types.Null:
			t = expr.DecimalFor(t)
			if k := args[0].Type().Kind; k == types.String || k == types.Null {
				t = types.DecimalOf(types.MaxPrecision, 18)
			}
		default:
			return expr.Resolution{}, expr.Unexpected("to_char", 0, "\"NUMERIC\"", args[0])
		}
		if _, err := constantFormat("to_char", args[1]); err != nil {
			return expr.Resolution{}, err
		}
		return expr.Resolution{Args: []expr.Expr{expr.CastTo(args[0], t), args[1]}, Type: tString,
			Nullable: args[0].Nullable(), Text: expr.CallText("to_char", args)}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		format, err := constantFormat("to_char", c.Args[1])
		if err != nil {
			return nil, err
		}
		scale := c.Args[0].Type().Scale
		kernel, err := expr.Text1(func(dst []byte, d types.Decimal) ([]byte, bool) {
			return format.append(dst, d, scale), true
		})(c, env)
		return kernel, err
	},
}

// BinaryToChar is to_char(bytes, 'hex', 'base64' or 'utf-8').
var BinaryToChar = &expr.Function{
	Name: "to_char",
	Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 2 {
			return expr.Resolution{}, expr.WrongCount("to_char", "2", len(args))
		}
		name, _ := literalText(args[1])
		if binaryWriters[strings.ToLower(name)] == nil {
			return expr.Resolution{}, fault.New(fault.BinaryFormat, "'%s' is no form of bytes: hex, base64, utf-8", name).
				With("functionName", "`to_char`").With("invalidFormat", "'"+name+"'")
		}
		return expr.Resolution{Args: args, Type: tString, Nullable: args[0].Nullable(), Text: expr.CallText("to_char", args)}, nil
	},
	Kernel: func(c *expr.Call, env *expr.Env) (expr.Kernel, error) {
		name, _ := literalText(c.Args[1])
		write := binaryWriters[strings.ToLower(name)]
		return expr.Text1(func(dst []byte, s string) ([]byte, bool) { return write(dst, s), true })(c, env)
	},
}
