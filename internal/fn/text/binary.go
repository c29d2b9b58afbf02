package text

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
)

// binaryWriters write bytes as text, by the name of the form.
var binaryWriters = map[string]func(dst []byte, s string) []byte{
	"hex": func(dst []byte, s string) []byte {
		return append(dst, strings.ToUpper(hex.EncodeToString([]byte(s)))...)
	},
	"base64": func(dst []byte, s string) []byte { return base64.StdEncoding.AppendEncode(dst, []byte(s)) },
	"utf-8":  func(dst []byte, s string) []byte { return append(dst, s...) },
	"utf8":   func(dst []byte, s string) []byte { return append(dst, s...) },
}

// binaryReaders undo that.
var binaryReaders = map[string]func(s string) ([]byte, bool){
	"hex": func(s string) ([]byte, bool) {
		if len(s)%2 != 0 {
			s = "0" + s
		}
		b, err := hex.DecodeString(s)
		return b, err == nil
	},
	"base64": func(s string) ([]byte, bool) {
		s = strings.NewReplacer("\n", "", "\r", "", " ", "", "\t", "").Replace(s)
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
		return b, err == nil
	},
	"utf-8": func(s string) ([]byte, bool) { return []byte(s), true },
	"utf8":  func(s string) ([]byte, bool) { return []byte(s), true },
}

// toBinary is to_binary(text, form), or try_to_binary.
func toBinary(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := r.Params(name, 1, args, tString, tString)
			if err != nil {
				return expr.Resolution{}, err
			}
			if len(cast) == 2 && !try && !expr.IsNull(args[1]) {
				form, ok := literalText(args[1])
				if !ok {
					return expr.Resolution{}, fault.New(fault.NonFoldable, "the form of %s must be a constant", name).
						With("inputName", "`fmt`")
				}
				if binaryReaders[strings.ToLower(form)] == nil {
					return expr.Resolution{}, fault.New(fault.InvalidArgValue, "'%s' is no form of bytes: hex, base64, utf-8", form).
						With("inputName", "`fmt`").With("inputValue", "'"+form+"'")
				}
			}
			return expr.Resolution{Args: cast, Type: tBinary, Nullable: try || expr.AnyNullable(cast...)}, nil
		},
		Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			from, to := expr.ArgOf[string](args[0]), batch.Values[string](out)
			for _, i := range expr.Rows(rows, sel) {
				form := "hex"
				if len(args) == 2 {
					form = strings.ToLower(expr.ArgOf[string](args[1]).At(i))
				}
				var b []byte
				ok := false
				if read := binaryReaders[form]; read != nil {
					b, ok = read(from.At(i))
				}
				switch {
				case ok:
					to[i] = string(b)
				case try:
					out.SetNull(int(i))
				default:
					return conversion(name, from.At(i), strings.ToUpper(form))
				}
			}
			return nil
		}),
	}
}

// fromBase32 is from_base32(text).
var fromBase32 = &expr.Function{
	Name:    "from_base32",
	Resolve: fixed("from_base32", tBinary, tString),
	Kernel: expr.Static(expr.UnaryErr(func(s string) (string, error) {
		var out []byte
		bits, have := uint32(0), 0
		for _, c := range []byte(strings.TrimRight(s, "=")) {
			at := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", c&^(c&0x40>>1))
			if at < 0 {
				return "", conversion("from_base32", s, "BASE32")
			}
			bits, have = bits<<5|uint32(at), have+5
			if have >= 8 {
				have -= 8
				out = append(out, byte(bits>>have))
			}
		}
		return string(out), nil
	})),
}

// luhnCheck is luhn_check(text): whether its last digit checks the others.
var luhnCheck = &expr.Function{
	Name:    "luhn_check",
	Resolve: fixed("luhn_check", tBoolean, tString),
	Kernel: expr.Static(expr.Unary(func(s string) bool {
		sum := 0
		for i := range len(s) {
			d := int(s[len(s)-1-i]) - '0'
			if d < 0 || d > 9 {
				return false
			}
			if i%2 == 1 {
				if d *= 2; d > 9 {
					d -= 9
				}
			}
			sum += d
		}
		return s != "" && sum%10 == 0
	})),
	Total: true,
}
