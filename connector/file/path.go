package file

import (
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// localPath is the path that a user or a log means: a plain path or a URI of
// the scheme file. Other schemes are refused.
func localPath(text string) (string, error) {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || len(scheme) < 2 || strings.ContainsAny(scheme, "/*?[{") {
		return filepath.ToSlash(text), nil
	}
	if !strings.EqualFold(scheme, "file") {
		return "", fault.New(fault.DataSourceNotFound, "no file system is known for %s; "+
			"give a path of this machine, or a URI that starts with file:", text).With("provider", scheme)
	}
	if strings.HasPrefix(rest, "//") {
		host, below, _ := strings.Cut(rest[2:], "/")
		if host != "" && host != "localhost" {
			return "", fault.New(fault.IllegalArgument, "%s names the machine %s; only files of this machine can be read", text, host)
		}
		rest = "/" + below
	}
	return rest, nil
}

// loggedPath is a path as Spark's logs spell it: an escaped URI.
func loggedPath(p string) string {
	u := url.URL{Scheme: "file", Path: absolute(p)}
	return "file://" + u.EscapedPath()
}

// fromLog is the path that a line of a log means. A line that is no proper URI
// is taken as it stands.
func fromLog(text string) string {
	p, err := localPath(text)
	if err != nil {
		return text
	}
	if !strings.HasPrefix(text, "file:") {
		return p
	}
	if plain, err := url.PathUnescape(p); err == nil {
		return plain
	}
	return p
}

// absolute is a clean absolute path, with slashes.
func absolute(p string) string {
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	if abs, err := filepath.Abs(filepath.FromSlash(p)); err == nil {
		return filepath.ToSlash(abs)
	}
	return path.Clean(p)
}

// hidden reports whether readers pass over a name, as Spark does: what starts
// with a dot or an underscore, but for partition directories such as _a=1, and
// what is still being copied.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") && !strings.Contains(name, "=") ||
		strings.HasSuffix(name, "._COPYING_")
}

// isGlob reports whether a path has characters that a glob means.
func isGlob(p string) bool { return strings.ContainsAny(p, "*?[{\\") }

// expandBraces writes a glob's alternatives {a,b} out, nested ones too.
func expandBraces(glob string) []string {
	open := strings.IndexByte(glob, '{')
	if open < 0 {
		return []string{glob}
	}
	depth, from := 0, open+1
	var parts []string
	for i := open; i < len(glob); i++ {
		switch glob[i] {
		case '\\':
			i++
		case '{':
			depth++
		case ',':
			if depth == 1 {
				parts = append(parts, glob[from:i])
				from = i + 1
			}
		case '}':
			depth--
			if depth > 0 {
				continue
			}
			var all []string
			for _, p := range append(parts, glob[from:i]) {
				all = append(all, expandBraces(glob[:open]+p+glob[i+1:])...)
			}
			return all
		}
	}
	return []string{glob}
}

// nameGlob is a glob for one name, its alternatives written out.
type nameGlob []string

// newNameGlob refuses what is no glob.
func newNameGlob(text string) (nameGlob, error) {
	g := nameGlob(expandBraces(text))
	for i, p := range g {
		g[i] = strings.ReplaceAll(p, "[!", "[^")
		if _, err := path.Match(g[i], ""); err != nil {
			return nil, fault.New(fault.IllegalArgument, "%q is no pattern of file names: a bracket is not closed", text)
		}
	}
	return g, nil
}

// matches reports whether one of the alternatives fits. A nil glob fits all.
func (g nameGlob) matches(name string) bool {
	if g == nil {
		return true
	}
	for _, p := range g {
		if ok, _ := path.Match(p, name); ok {
			return true
		}
	}
	return false
}
