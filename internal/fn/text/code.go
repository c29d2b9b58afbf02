package text

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"hash/crc32"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// digest is a function from bytes to the hexadecimal text of their digest.
func digest(name string, sum func(b []byte, dst []byte) []byte) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: fixed(name, tString, tBinary),
		Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
			var buf [64]byte
			return hex.AppendEncode(dst, sum(bytesOfString(s), buf[:0])), true
		}),
	}
}

func sumMD5(b, dst []byte) []byte { s := md5.Sum(b); return append(dst, s[:]...) }

func sumSHA1(b, dst []byte) []byte { s := sha1.Sum(b); return append(dst, s[:]...) }

// sha2 is sha2(bytes, bits); 0 means 256, other lengths than Spark's are null.
var sha2 = &expr.Function{
	Name:    "sha2",
	Resolve: nullable("sha2", tString, tBinary, tInt),
	Kernel: expr.Text2(func(dst []byte, s string, size int32) ([]byte, bool) {
		b := bytesOfString(s)
		switch size {
		case 224:
			sum := sha256.Sum224(b)
			return hex.AppendEncode(dst, sum[:]), true
		case 0, 256:
			sum := sha256.Sum256(b)
			return hex.AppendEncode(dst, sum[:]), true
		case 384:
			sum := sha512.Sum384(b)
			return hex.AppendEncode(dst, sum[:]), true
		case 512:
			sum := sha512.Sum512(b)
			return hex.AppendEncode(dst, sum[:]), true
		default:
			return dst, false
		}
	}),
}

var crc = &expr.Function{
	Name:    "crc32",
	Resolve: fixed("crc32", tLong, tBinary),
	Kernel:  expr.Static(expr.Unary(func(s string) int64 { return int64(crc32.ChecksumIEEE(bytesOfString(s))) })),
	Total:   true,
}

var toBase64 = &expr.Function{
	Name:    "base64",
	Resolve: fixed("base64", tString, tBinary),
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		return base64.StdEncoding.AppendEncode(dst, bytesOfString(s)), true
	}),
}

// fromBase64 is unbase64(text), as Java's MIME decoder reads it: other
// characters do not count.
var fromBase64 = &expr.Function{
	Name:    "unbase64",
	Resolve: fixed("unbase64", tBinary, tString),
	Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
		return expr.UnaryErr(func(s string) (string, error) {
			clean := strings.Map(func(r rune) rune {
				if r < utf8.RuneSelf && (letter(byte(r)) || byte(r)-'0' <= 9 || r == '+' || r == '/') {
					return r
				}
				return -1
			}, s)
			b, err := base64.RawStdEncoding.DecodeString(clean)
			if err != nil {
				return "", conversion("unbase64", s, "BASE64")
			}
			return string(b), nil
		}), nil
	},
}

func conversion(function, value, format string) error {
	return fault.New(fault.ConversionInvalid, "%s cannot read '%s' as %s", function, value, format).
		With("str", "'"+value+"'").With("fmt", "'"+format+"'").With("targetType", "\"BINARY\"")
}

var toBase32 = &expr.Function{
	Name:    "to_base32",
	Resolve: fixed("to_base32", tString, tBinary),
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		return base32.StdEncoding.AppendEncode(dst, bytesOfString(s)), true
	}),
}

// urlEncode writes text as a form does: a blank is a plus sign.
var urlEncode = &expr.Function{
	Name:    "url_encode",
	Resolve: fixed("url_encode", tString, tString),
	Kernel: expr.Text1(func(dst []byte, s string) ([]byte, bool) {
		for i := range len(s) {
			switch b := s[i]; {
			case letter(b) || b-'0' <= 9 || strings.IndexByte("-_.*", b) >= 0:
				dst = append(dst, b)
			case b == ' ':
				dst = append(dst, '+')
			default:
				const digits = "0123456789ABCDEF"
				dst = append(dst, '%', digits[b>>4], digits[b&15])
			}
		}
		return dst, true
	}),
}

func urlDecode(name string, try bool) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: nullable(name, tString, tString),
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			if try {
				return expr.UnaryOK(func(s string) (string, bool) {
					v, err := url.QueryUnescape(s)
					return v, err == nil
				}), nil
			}
			return expr.UnaryErr(func(s string) (string, error) {
				v, err := url.QueryUnescape(s)
				if err != nil {
					return "", fault.New(fault.CannotParseURL, "'%s' is no encoded text", s).With("url", s).Wrap(err)
				}
				return v, nil
			}), nil
		},
	}
}

// encode is encode(text, charset).
var encode = &expr.Function{
	Name:    "encode",
	Resolve: fixed("encode", tBinary, tString, tString),
	Kernel:  expr.Static(expr.BinaryErr(encodeText)),
}

func encodeText(s, charset string) (string, error) {
	s = valid(s)
	switch strings.ToUpper(charset) {
	case "UTF-8":
		return s, nil
	case "US-ASCII", "ISO-8859-1":
		limit := rune(0x80)
		if strings.ToUpper(charset) == "ISO-8859-1" {
			limit = 0x100
		}
		b := make([]byte, 0, len(s))
		for _, r := range s {
			if r >= limit {
				return "", malformed("encode", charset)
			}
			b = append(b, byte(r))
		}
		return string(b), nil
	case "UTF-16", "UTF-16BE", "UTF-16LE":
		return utf16Bytes(s, strings.ToUpper(charset)), nil
	case "UTF-32":
		b := make([]byte, 0, 4*len(s))
		for _, r := range s {
			b = append(b, byte(r>>24), byte(r>>16), byte(r>>8), byte(r))
		}
		return string(b), nil
	}
	return "", badCharset("encode", charset)
}

func utf16Bytes(s, charset string) string {
	var b []byte
	if charset == "UTF-16" && s != "" {
		b = append(b, 0xfe, 0xff)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if charset == "UTF-16LE" {
			b = append(b, byte(u), byte(u>>8))
		} else {
			b = append(b, byte(u>>8), byte(u))
		}
	}
	return string(b)
}

func malformed(function, charset string) error {
	return fault.New(fault.MalformedCharacters, "%s: characters that %s does not have", function, charset).
		With("function", "`"+function+"`").With("charset", charset)
}

func badCharset(function, charset string) error {
	return fault.New(fault.InvalidCharset, "%s does not know the charset '%s'", function, charset).
		With("functionName", "`"+function+"`").With("charset", charset)
}

// decode is decode(bytes, charset). (decode(x, search, result, …) is CASE; the
// analyzer does not send it here.)
var decode = &expr.Function{
	Name:    "decode",
	Resolve: fixed("decode", tString, tBinary, tString),
	Kernel:  expr.Static(expr.BinaryErr(decodeText)),
}

func decodeText(s, charset string) (string, error) {
	switch name := strings.ToUpper(charset); name {
	case "UTF-8":
		if !utf8.ValidString(s) {
			return "", malformed("decode", charset)
		}
		return s, nil
	case "US-ASCII":
		if !isASCII(s) {
			return "", malformed("decode", charset)
		}
		return s, nil
	case "ISO-8859-1":
		b := make([]byte, 0, 2*len(s))
		for i := range len(s) {
			b = utf8.AppendRune(b, rune(s[i]))
		}
		return string(b), nil
	case "UTF-16", "UTF-16BE", "UTF-16LE":
		return decodeUTF16(s, charset)
	case "UTF-32":
		if len(s)%4 != 0 {
			return "", malformed("decode", charset)
		}
		var b []byte
		for ; s != ""; s = s[4:] {
			b = utf8.AppendRune(b, rune(s[0])<<24|rune(s[1])<<16|rune(s[2])<<8|rune(s[3]))
		}
		return string(b), nil
	}
	return "", badCharset("decode", charset)
}

func decodeUTF16(s, charset string) (string, error) {
	little := strings.EqualFold(charset, "UTF-16LE")
	if strings.EqualFold(charset, "UTF-16") && len(s) >= 2 {
		switch s[:2] {
		case "\xfe\xff":
			s = s[2:]
		case "\xff\xfe":
			s, little = s[2:], true
		}
	}
	if len(s)%2 != 0 {
		return "", malformed("decode", charset)
	}
	units := make([]uint16, 0, len(s)/2)
	for ; s != ""; s = s[2:] {
		if little {
			units = append(units, uint16(s[1])<<8|uint16(s[0]))
		} else {
			units = append(units, uint16(s[0])<<8|uint16(s[1]))
		}
	}
	return string(utf16.Decode(units)), nil
}

// utf8Checks are is_valid_utf8 and its like.
var (
	isValid = &expr.Function{
		Name: "is_valid_utf8", Resolve: fixed("is_valid_utf8", tBoolean, tString),
		Kernel: expr.Static(expr.Unary(utf8.ValidString)), Total: true,
	}
	makeValid = &expr.Function{
		Name: "make_valid_utf8", Resolve: fixed("make_valid_utf8", tString, tString),
		Kernel: expr.Static(expr.Unary(valid)), Total: true,
	}
	tryValidate = &expr.Function{
		Name: "try_validate_utf8", Resolve: nullable("try_validate_utf8", tString, tString),
		Kernel: expr.Static(expr.UnaryOK(func(s string) (string, bool) { return s, utf8.ValidString(s) })),
	}
	validate = &expr.Function{
		Name: "validate_utf8", Resolve: fixed("validate_utf8", tString, tString),
		Kernel: expr.Static(expr.UnaryErr(func(s string) (string, error) {
			if !utf8.ValidString(s) {
				return "", fault.New(fault.InvalidUTF8, "%q is not UTF-8", s).With("str", strconv.Quote(s))
			}
			return s, nil
		})),
	}
)

// elt is elt(n, a, b, …): the n-th of its arguments, null beyond them.
var elt = &expr.Function{
	Name: "elt",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) < 2 {
			return expr.Resolution{}, expr.WrongCount("elt", "> 1", len(args))
		}
		t := tBinary
		for _, a := range args[1:] {
			if a.Type().Kind != types.Binary {
				t = tString
			}
		}
		params := []types.Type{tInt}
		for range args[1:] {
			params = append(params, t)
		}
		cast, err := r.Params("elt", -1, args, params...)
		return expr.Resolution{Args: cast, Type: t, Nullable: true, Text: expr.CallText("elt", args)}, err
	},
	NullSafe: true,
	Kernel:   eltKernel,
}
