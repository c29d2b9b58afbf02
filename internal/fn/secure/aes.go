package secure

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Functions is the theme's table.
var Functions = []*expr.Function{
	crypt("aes_encrypt", encrypt, false), crypt("aes_decrypt", decrypt, false), crypt("try_aes_decrypt", decrypt, true),
	authenticate,
}

// request is one call of a cipher.
type request struct {
	function, text, key, mode, padding, iv, aad string
	// lot and row say which call of the batch this is, for a vector that was not given.
	lot, row uint64
}

// crypt is aes_encrypt, whose arguments are text, key, mode, padding, iv and aad, or
// aes_decrypt, which has no iv.
func crypt(name string, do func(request) ([]byte, error), try bool) *expr.Function {
	tBinary, tString := types.Of(types.Binary), types.Of(types.String)
	params := []types.Type{tBinary, tBinary, tString, tString, tBinary}
	defaults := []expr.Expr{expr.Lit("GCM"), expr.Lit("DEFAULT"), expr.Lit("")}
	if name == "aes_encrypt" {
		params, defaults = append(params, tBinary), append(defaults, expr.Lit(""))
	}
	return &expr.Function{
		Name:     name,
		Volatile: name == "aes_encrypt",
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) < 2 || len(args) > len(params) {
				return expr.Resolution{}, expr.WrongCount(name, fmt.Sprintf("[2, %d]", len(params)), len(args))
			}
			all := append(args[:len(args):len(args)], defaults[len(args)-2:]...)
			cast, err := r.Params(name, len(params), all, params...)
			return expr.Resolution{Args: cast, Type: tBinary, Nullable: try || expr.AnyNullable(cast...),
				Text: expr.CallText(name, all)}, err
		},
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			lot, row := env.NewLot(), uint64(0)
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				if lot.Begins() {
					row = 0
				}
				seed := lot.Seed()
				for _, i := range expr.Rows(rows, sel) {
					q := requestOf(name, args, i)
					q.lot, q.row = seed, row
					row++
					if err := answer(out, i, q, do, try); err != nil {
						return err
					}
				}
				return nil
			}, nil
		},
	}
}

// requestOf is what a row asks for.
func requestOf(name string, args []*batch.Column, row int32) request {
	at := func(k int) string { return expr.ArgOf[string](args[k]).At(row) }
	q := request{function: name, text: at(0), key: at(1), mode: strings.ToUpper(at(2)), padding: strings.ToUpper(at(3))}
	q.aad = at(len(args) - 1)
	if len(args) == 6 {
		q.iv = at(4)
	}
	return q
}

// answer writes what a row gets.
func answer(out *batch.Column, row int32, q request, do func(request) ([]byte, error), try bool) error {
	b, err := do(q)
	switch {
	case err == nil:
		batch.Values[string](out)[row] = string(b)
	case try:
		out.SetNull(int(row))
	default:
		return err
	}
	return nil
}

// block checks what is asked for and gives the cipher.
func (q request) block() (cipher.Block, error) {
	switch len(q.key) {
	case 16, 24, 32:
	default:
		return nil, fault.New(fault.AESKeyLength, "a key of %s has 16, 24 or 32 bytes, not %d", q.function, len(q.key)).
			With("actualLength", fmt.Sprint(len(q.key))).With("functionName", "`"+q.function+"`")
	}
	switch {
	case q.mode == "GCM" && (q.padding == "NONE" || q.padding == "DEFAULT"):
	case (q.mode == "ECB" || q.mode == "CBC") && (q.padding == "PKCS" || q.padding == "DEFAULT"):
	default:
		return nil, fault.New(fault.AESMode, "there is no AES %s with padding %s: there are ECB and CBC with PKCS, and GCM with NONE",
			q.mode, q.padding).With("mode", q.mode).With("padding", q.padding).With("functionName", "`"+q.function+"`")
	}
	if q.iv != "" {
		want := map[string]int{"CBC": 16, "GCM": 12}[q.mode]
		if want == 0 {
			return nil, fault.New(fault.AESIV, "AES %s takes no initialization vector", q.mode).With("mode", q.mode)
		}
		if len(q.iv) != want {
			return nil, fault.New(fault.AESIVLength, "an initialization vector of AES %s has %d bytes, not %d", q.mode, want, len(q.iv)).
				With("mode", q.mode).With("actualLength", fmt.Sprint(len(q.iv)))
		}
	}
	if q.aad != "" && q.mode != "GCM" {
		return nil, fault.New(fault.AESAAD, "AES %s takes no additional data", q.mode).With("mode", q.mode)
	}
	return aes.NewCipher([]byte(q.key))
}

func (q request) failed() error {
	return fault.New(fault.AESCrypto, "%s: the text, the key and the mode do not fit each other", q.function).
		With("functionName", "`"+q.function+"`")
}

// vector is the initialization vector that was given, or one that nobody can foretell
// without the key. It follows from the batch, the row and what is encrypted: a batch that
// runs again gives the same bytes, and two texts never share a vector under one key, by
// more than chance.
func (q request) vector(n int) []byte {
	if q.iv != "" {
		return []byte(q.iv)
	}
	mac := hmac.New(sha256.New, []byte(q.key))
	var head [32]byte
	for i, v := range [...]uint64{q.lot, q.row, uint64(len(q.aad)), uint64(n)} {
		binary.LittleEndian.PutUint64(head[8*i:], v)
	}
	mac.Write(head[:])
	mac.Write([]byte(q.aad))
	mac.Write([]byte(q.text))
	return mac.Sum(nil)[:n]
}

func encrypt(q request) ([]byte, error) {
	block, err := q.block()
	if err != nil {
		return nil, err
	}
	if q.mode == "GCM" {
		sealer, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		iv := q.vector(12)
		return sealer.Seal(iv, iv, []byte(q.text), []byte(q.aad)), nil
	}
	pad := 16 - len(q.text)%16
	padded := append([]byte(q.text), strings.Repeat(string([]byte{byte(pad)}), pad)...)
	if q.mode == "CBC" {
		iv := q.vector(16)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded)
		return append(iv, padded...), nil
	}
	for at := 0; at < len(padded); at += 16 {
		block.Encrypt(padded[at:], padded[at:at+16])
	}
	return padded, nil
}

func decrypt(q request) ([]byte, error) {
	block, err := q.block()
	if err != nil {
		return nil, err
	}
	text := []byte(q.text)
	if q.mode == "GCM" {
		opener, err := cipher.NewGCM(block)
		if err != nil || len(text) < 12 {
			return nil, q.failed()
		}
		plain, err := opener.Open(nil, text[:12], text[12:], []byte(q.aad))
		if err != nil {
			return nil, q.failed()
		}
		return plain, nil
	}
	if q.mode == "CBC" {
		if len(text) < 16 || len(text)%16 != 0 {
			return nil, q.failed()
		}
		iv := text[:16]
		text = text[16:]
		cipher.NewCBCDecrypter(block, iv).CryptBlocks(text, text)
	} else {
		if len(text)%16 != 0 {
			return nil, q.failed()
		}
		for at := 0; at < len(text); at += 16 {
			block.Decrypt(text[at:], text[at:at+16])
		}
	}
	if len(text) == 0 {
		return text, nil
	}
	pad := int(text[len(text)-1])
	if pad == 0 || pad > 16 || pad > len(text) {
		return nil, q.failed()
	}
	for _, b := range text[len(text)-pad:] {
		if int(b) != pad {
			return nil, q.failed()
		}
	}
	return text[:len(text)-pad], nil
}

// digests are those that hmac knows.
var digests = map[string]func() hash.Hash{
	"SHA-256": sha256.New, "SHA256": sha256.New, "SHA-512": sha512.New, "SHA512": sha512.New, "SHA-384": sha512.New384,
	"SHA384": sha512.New384, "SHA-224": sha256.New224, "SHA224": sha256.New224, "SHA-1": sha1.New, "SHA1": sha1.New, "MD5": md5.New,
}

// authenticate is hmac(key, message, digest).
var authenticate = &expr.Function{
	Name: "hmac",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		all := args
		if len(args) == 2 {
			all = append(args[:2:2], expr.Lit("SHA-256"))
		}
		tBinary := types.Of(types.Binary)
		cast, err := r.Params("hmac", 3, all, tBinary, tBinary, types.Of(types.String))
		return expr.Resolution{Args: cast, Type: tBinary, Nullable: expr.AnyNullable(cast...), Text: expr.CallText("hmac", all)}, err
	},
	Kernel: expr.Static(expr.TernaryErr(func(key, message, digest string) (string, error) {
		fresh := digests[strings.ToUpper(digest)]
		if fresh == nil || key == "" {
			return "", fault.New(fault.HMACCrypto, "hmac needs a key that is not empty and a digest such as SHA-256, not '%s'", digest)
		}
		h := hmac.New(fresh, []byte(key))
		h.Write([]byte(message))
		return string(h.Sum(nil)), nil
	})),
}
