package text

import (
	"net/netip"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/regex"
)

// address is a URL taken apart as Java's URI does; what is not there is not ok.
type address struct {
	scheme, authority, userinfo, host, path, query, fragment part
}

type part struct {
	text string
	ok   bool
}

// parseAddress reads a URL; false where Java's URI finds a mistake.
func parseAddress(s string) (a address, ok bool) {
	rest := s
	if before, fragment, found := strings.Cut(rest, "#"); found {
		a.fragment, rest = part{fragment, true}, before
		if !legal(fragment, ";/?:@&=+$,[]") {
			return a, false
		}
	}
	if at := strings.IndexAny(rest, ":/?"); at >= 0 && rest[at] == ':' {
		if !isScheme(rest[:at]) {
			return a, false
		}
		a.scheme, rest = part{rest[:at], true}, rest[at+1:]
		if rest == "" {
			return a, false
		}
		if rest[0] != '/' {
			return a, legal(rest, ";/?:@&=+$,[]") // opaque, such as mailto:x
		}
	}
	if before, query, found := strings.Cut(rest, "?"); found {
		a.query, rest = part{query, true}, before
		if !legal(query, ";/?:@&=+$,[]") {
			return a, false
		}
	}
	if after, found := strings.CutPrefix(rest, "//"); found {
		at := strings.IndexByte(after, '/')
		if at < 0 {
			at = len(after)
		}
		if after == "" && !a.query.ok {
			return a, false
		}
		if authority := after[:at]; authority != "" {
			a.authority = part{authority, true}
			if !a.server(authority) {
				return a, false
			}
		}
		rest = after[at:]
	}
	a.path = part{rest, true}
	return a, legal(rest, ";/:@&=+$,")
}

// server takes the authority apart; one that names no server keeps neither host
// nor user.
func (a *address) server(authority string) bool {
	user, rest, found := strings.Cut(authority, "@")
	if !found {
		user, rest = "", authority
	}
	host, port := rest, ""
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return false
		}
		if _, err := netip.ParseAddr(rest[1:end]); err != nil {
			return false
		}
		host, port = rest[:end+1], strings.TrimPrefix(rest[end+1:], ":")
	} else {
		if !legal(authority, ";:@&=+$,") {
			return false
		}
		host, port, _ = strings.Cut(rest, ":")
		if !isHost(host) {
			return true
		}
	}
	if !allDigits(port) {
		return true
	}
	a.host = part{host, true}
	a.userinfo = part{user, found}
	return true
}

func isScheme(s string) bool {
	for i := range len(s) {
		if c := s[i]; !letter(c) && (i == 0 || c-'0' > 9 && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return s != ""
}

// isHost reports whether s is a name of a server: labels of letters, digits and
// hyphens, the last of which begins with a letter, or an address of IPv4.
func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for i, l := range labels {
		if l == "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for k := range len(l) {
			if c := l[k]; !letter(c) && c-'0' > 9 && c != '-' {
				return false
			}
		}
		if i == len(labels)-1 && !letter(l[0]) {
			return false
		}
	}
	return true
}

// legal reports whether a part of a URL has only characters that may stand there:
// letters, digits, marks, escapes, those beyond ASCII, and further ones.
func legal(s, further string) bool {
	for i, r := range s {
		switch {
		case r > 0x7f:
			if r <= 0x9f || r == 0xa0 || r >= 0x2000 && r <= 0x200a || r == 0x2028 || r == 0x2029 || r == 0x3000 {
				return false
			}
		case r == '%':
			if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
				return false
			}
		case letter(byte(r)), r >= '0' && r <= '9', strings.ContainsRune("_-!.~'()*", r), strings.ContainsRune(further, r):
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return c-'0' <= 9 || c|0x20 >= 'a' && c|0x20 <= 'f' }

// named is a part by the name that parse_url takes.
func (a address) named(name string) part {
	switch name {
	case "HOST":
		return a.host
	case "PATH":
		return a.path
	case "QUERY":
		return a.query
	case "REF":
		return a.fragment
	case "PROTOCOL":
		return a.scheme
	case "AUTHORITY":
		return a.authority
	case "USERINFO":
		return a.userinfo
	case "FILE":
		if a.query.ok {
			return part{a.path.text + "?" + a.query.text, true}
		}
		return a.path
	}
	return part{}
}

// parseURL is parse_url(url, part, key of the query), or try_parse_url.
func parseURL(name string, try bool) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			cast, err := r.Params(name, 2, args, tString, tString, tString)
			return expr.Resolution{Args: cast, Type: tString, Nullable: true, Text: expr.CallText(name, args)}, err
		},
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var key string
			var matcher *regex.Matcher
			return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
				from, which, to := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					a, ok := parseAddress(from.At(i))
					if !ok && !try {
						return fault.New(fault.InvalidURL, "'%s' is no URL; try_parse_url gives NULL instead", from.At(i)).
							With("url", from.At(i))
					}
					p := a.named(which.At(i))
					if len(args) == 3 && ok && p.ok {
						if which.At(i) != "QUERY" {
							p.ok = false
						} else {
							k := expr.ArgOf[string](args[2]).At(i)
							if matcher == nil || k != key {
								compiled, err := regex.Compile("(&|^)" + k + "=([^&]*)")
								if err != nil {
									return err
								}
								key, matcher = strings.Clone(k), compiled.Matcher()
							}
							p = valueOf(matcher, p.text)
						}
					}
					if !ok || !p.ok {
						out.SetNull(int(i))
					}
					to[i] = p.text
				}
				return nil
			}, nil
		},
	}
}

// valueOf is what stands behind the key that the matcher looks for.
func valueOf(m *regex.Matcher, query string) part {
	m.Reset(query)
	if !m.Next() {
		return part{}
	}
	text, ok := m.Group(2)
	return part{text, ok}
}
