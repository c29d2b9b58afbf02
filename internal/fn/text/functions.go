package text

import (
	"strings"

	"github.com/weirstream/weir/internal/expr"
)

// Functions is the theme's table. Beside it stand [Concat], [Reverse] and
// [Piece], which share their names with functions of arrays.
var Functions = []*expr.Function{
	casing("upper", 'a', 'z', upperFull), casing("ucase", 'a', 'z', upperFull),
	casing("lower", 'A', 'Z', lowerFull), casing("lcase", 'A', 'Z', lowerFull),
	initcap,
	charLength("length"), charLength("len"), charLength("char_length"), charLength("character_length"),
	bytesOf("octet_length", 1), bytesOf("bit_length", 8),
	ascii, char("chr"), char("char"),
	substring("substring"), substring("substr"), left, right,
	trimming("trim", "BOTH", true, true),
	trimming("ltrim", "LEADING", true, false),
	trimming("rtrim", "TRAILING", false, true),
	trimming("btrim", "", true, true),
	substringIndex, split, splitPart,
	concatWS, repeat, space, padding("lpad", true), padding("rpad", false), overlay, quote, elt,
	replace, translate, mask,
	test("contains", strings.Contains), test("startswith", strings.HasPrefix), test("endswith", strings.HasSuffix),
	instr, locate("locate"), locate("position"), locate("charindex"), findInSet,
	like("like", "LIKE", false), like("ilike", "ILIKE", true),
	rlike("rlike", "RLIKE"), rlike("regexp", "REGEXP"), rlike("regexp_like", "REGEXP_LIKE"),
	regexpExtract, regexpExtractAll, regexpReplace, regexpCount, regexpInstr, regexpSubstr,
	formatNumber, formatString("format_string"), formatString("printf"),
	digest("md5", sumMD5), digest("sha", sumSHA1), digest("sha1", sumSHA1), sha2, crc,
	hashing("hash", murmur, tInt), hashing("xxhash64", xx64, tLong),
	toBase64, fromBase64, toBase32, urlEncode, urlDecode("url_decode", false), urlDecode("try_url_decode", true),
	encode, decode, isValid, makeValid, validate, tryValidate,
	levenshtein, soundex, jaroWinkler, sentences,
	toNumber("to_number", false), toNumber("try_to_number", true),
	toBinary("to_binary", false), toBinary("try_to_binary", true), fromBase32, luhnCheck,
	parseURL("parse_url", false), parseURL("try_parse_url", true),
}
