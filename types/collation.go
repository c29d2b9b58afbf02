package types

import "strings"

// utf8Binary is the collation that compares bytes; a [Type] has "" for it.
const utf8Binary = "UTF8_BINARY"

// ParseCollation is the canonical spelling of a collation's name, and whether it
// is one: UTF8_BINARY, UTF8_LCASE, UNICODE or a locale such as en or
// sr_Cyrl_SRB, then modifiers for case, accents and trailing spaces. Those that
// are the default (CS, AS) are dropped.
func ParseCollation(name string) (string, bool) {
	upper := strings.ToUpper(name)
	base, rtrim := strings.CutSuffix(upper, "_RTRIM")
	if base == utf8Binary && !rtrim {
		return "", true
	}
	if base == utf8Binary || base == "UTF8_LCASE" {
		return upper, true
	}
	parts := strings.Split(base, "_")
	var canonical string
	switch {
	case parts[0] == "UNICODE":
		canonical, parts = parts[0], parts[1:]
	case (len(parts[0]) == 2 || len(parts[0]) == 3) && isLetters(parts[0]):
		canonical, parts = parseLocale(parts)
	default:
		return "", false
	}
	ci, ai := "", ""
	for _, p := range parts {
		switch {
		case p == "CI" && ci == "", p == "CS" && ci == "":
			ci = p
		case p == "AI" && ai == "", p == "AS" && ai == "":
			ai = p
		default:
			return "", false
		}
	}
	if ci == "CI" {
		canonical += "_CI"
	}
	if ai == "AI" {
		canonical += "_AI"
	}
	if rtrim {
		canonical += "_RTRIM"
	}
	return canonical, true
}

// parseLocale takes a language, a script of four letters and a country of three
// off the front of parts.
func parseLocale(parts []string) (locale string, rest []string) {
	locale, parts = strings.ToLower(parts[0]), parts[1:]
	if len(parts) > 0 && len(parts[0]) == 4 && isLetters(parts[0]) {
		locale += "_" + parts[0][:1] + strings.ToLower(parts[0][1:])
		parts = parts[1:]
	}
	if len(parts) > 0 && len(parts[0]) == 3 && isLetters(parts[0]) {
		locale += "_" + parts[0]
		parts = parts[1:]
	}
	return locale, parts
}

func isLetters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// collationProvider is what Spark's JSON writes before the name of a collation.
func collationProvider(name string) string {
	if strings.HasPrefix(name, "UTF8_") {
		return "spark." + name
	}
	return "icu." + name
}
