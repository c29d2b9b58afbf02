package weir_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// The rules of the house, as tests. Each message says what to do instead; each
// rule says why it is there, and goes when the reason goes. docs and CONTRIBUTING
// quote the rules by the names they have in [houseRules].

// Limits of size. What is longer stands in [exceptions] with a reason.
const (
	maxFile       = 800
	maxTestFile   = 1200
	maxFunction   = 70
	maxPackage    = 6000
	maxMethods    = 5
	maxFields     = 20
	maxParameters = 6
	maxComment    = 100 // columns, a tab counting as four
)

// exception lets one thing be larger than its limit. The list only shrinks: an
// exception that nothing needs any more fails the test, and so does a thing that
// outgrows its exception.
type exception struct {
	rule, name string
	limit      int
	reason     string
}

var exceptions = []exception{
	{"interface", "internal/vfs.FS", 16, "a file system is one thing with many operations; HOUSE excepts it by name"},
	{
		"function", "internal/jsontext.skipNested", 75,
		"a machine of four states that jumps between them, in the hottest loop of reading JSON",
	},
	{
		"package-level variable", "internal/datetime.zones", 0,
		"regions are loaded from the binary once and never change; a table that is filled when asked",
	},
	{"package-level variable", "dstream.active", 0, "a process runs one streaming context at most, as in Spark (D04)"},
	{"package-level variable", "internal/expr.lastID", 0, "identifiers must differ in the whole process, and nothing else depends on it"},
}

// file is one Go file of the module.
type file struct {
	name   string // slash-separated, from the root of the module
	pkg    string // its folder; "." for the root
	isTest bool
	text   string
	lines  int
	ast    *ast.File
	set    *token.FileSet
}

// generated reports whether a tool wrote the file.
func (f *file) generated() bool { return ast.IsGenerated(f.ast) }

func (f *file) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.name, f.set.Position(n.Pos()).Line)
}

// length is the number of lines that n takes.
func (f *file) length(n ast.Node) int {
	return f.set.Position(n.End()).Line - f.set.Position(n.Pos()).Line + 1
}

// sources are all Go files of the module, read and parsed once.
func sources(t *testing.T) []*file {
	t.Helper()
	files, err := readModule()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var readModule = sync.OnceValues(func() ([]*file, error) {
	var files []*file
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (base[0] == '.' || base[0] == '_' || base == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parseFile(filepath.ToSlash(name), string(text))
		if err != nil {
			return err
		}
		files = append(files, f)
		return nil
	})
	return files, err
})

func parseFile(name, text string) (*file, error) {
	set := token.NewFileSet()
	// With object resolution, which tells a package's variable from a local one.
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &file{
		name: name, pkg: path.Dir(name), isTest: strings.HasSuffix(name, "_test.go"),
		text: text, lines: strings.Count(text, "\n"), ast: tree, set: set,
	}, nil
}

// module of files, and what was found in them.
type inspection struct {
	files []*file
	found []string
}

func (in *inspection) report(format string, args ...any) {
	in.found = append(in.found, fmt.Sprintf(format, args...))
}

// size reports what is larger than its limit, unless an exception lets it.
func (in *inspection) size(rule, where, name string, got, limit int, instead string) {
	for _, e := range exceptions {
		if e.rule == rule && e.name == name {
			limit = max(limit, e.limit)
		}
	}
	if got > limit {
		in.report("%s: %s %s has %d, the limit is %d; %s", where, rule, name, got, limit, instead)
	}
}

// code are the files that people wrote and that are no tests.
func (in *inspection) code() []*file {
	return slices.DeleteFunc(slices.Clone(in.files), func(f *file) bool { return f.isTest || f.generated() })
}

// functions calls do for each declared function of the files.
func functions(files []*file, do func(*file, *ast.FuncDecl)) {
	for _, f := range files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				do(f, fn)
			}
		}
	}
}

// types calls do for each type declared at package level.
func types(files []*file, do func(*file, *ast.GenDecl, *ast.TypeSpec)) {
	for _, f := range files {
		for _, d := range f.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				if spec, ok := s.(*ast.TypeSpec); ok {
					do(f, g, spec)
				}
			}
		}
	}
}

type houseRule struct {
	name  string
	check func(*inspection)
}

var houseRules = []houseRule{
	{"package docs", packageDocs},
	{"exported docs", exportedDocs},
	{"file size", fileSize},
	{"package size", packageSize},
	{"function size", functionSize},
	{"interface size", interfaceSize},
	{"struct size", structSize},
	{"parameters", parameters},
	{"comment width", commentWidth},
	{"endings", endings},
	{"versions", versions},
	{"drawers", drawers},
	{"init", noInit},
	{"globals", globals},
	{"panic", panics},
	{"exit", exits},
	{"sleep", sleeps},
	{"todo", todos},
	{"testing", testingImports},
}

func TestHouse(t *testing.T) {
	files := sources(t)
	for _, rule := range houseRules {
		t.Run(rule.name, func(t *testing.T) {
			in := &inspection{files: files}
			rule.check(in)
			for _, f := range in.found {
				t.Error(f)
			}
		})
	}
}

// packageDocs: whoever opens a package reads a chapter first, in doc.go, with a
// drawing (an indented block). A command's chapter is its main file.
func packageDocs(in *inspection) {
	docs := make(map[string]*ast.CommentGroup)
	where := make(map[string]string)
	names := make(map[string]string)
	for _, f := range in.files {
		if f.isTest {
			continue
		}
		names[f.pkg] = f.ast.Name.Name
		if f.ast.Doc != nil {
			docs[f.pkg], where[f.pkg] = f.ast.Doc, f.name
		}
	}
	for pkg, name := range names {
		doc := docs[pkg]
		switch {
		case doc == nil:
			in.report("%s: the package has no comment; write a doc.go that says what it is for, with a drawing", pkg)
		case name == "main":
		case path.Base(where[pkg]) != "doc.go":
			in.report("%s: the package comment stands in %s; move it to doc.go", pkg, where[pkg])
		case !strings.Contains(doc.Text(), "\n\t") && !strings.Contains(doc.Text(), "\n  "):
			in.report("%s: doc.go has no drawing; show what goes in and what comes out as an indented block", pkg)
		}
	}
}

// wellKnown are methods whose contract stands on an interface everybody knows.
var wellKnown = map[string]bool{
	"Error": true, "Unwrap": true, "Is": true, "String": true, "Format": true, "Len": true, "Less": true, "Swap": true,
	"Read": true, "Write": true, "Close": true, "ReadAt": true, "WriteAt": true, "Seek": true, "Sync": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true, "ServeHTTP": true,
	"Enabled": true, "Handle": true, "WithAttrs": true, "WithGroup": true, "Describe": true, "Collect": true,
	"Name": true, "Size": true, "Mode": true, "ModTime": true, "IsDir": true, "Sys": true, "Type": true, "Info": true,
}

// exportedDocs: every exported name says what it means. A method may leave that
// to the interface it implements.
func exportedDocs(in *inspection) {
	contract := make(map[string]bool)
	types(in.files, func(_ *file, _ *ast.GenDecl, s *ast.TypeSpec) {
		if i, ok := s.Type.(*ast.InterfaceType); ok {
			for _, m := range i.Methods.List {
				for _, n := range m.Names {
					contract[n.Name] = true
				}
			}
		}
	})
	functions(in.code(), func(f *file, fn *ast.FuncDecl) {
		name := fn.Name.Name
		if !ast.IsExported(name) || fn.Doc != nil || f.ast.Name.Name == "main" {
			return
		}
		if fn.Recv != nil && (!ast.IsExported(receiver(fn)) || wellKnown[name] || contract[name]) {
			return
		}
		in.report("%s: %s has no comment; say what it means, its units, its errors", f.at(fn), name)
	})
	for _, f := range in.code() {
		for _, d := range f.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && f.ast.Name.Name != "main" {
				specDocs(in, f, g)
			}
		}
	}
}

// specDocs looks at types, constants and variables; a comment on the group
// counts for each constant and variable in it.
func specDocs(in *inspection, f *file, g *ast.GenDecl) {
	for _, s := range g.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if ast.IsExported(s.Name.Name) && s.Doc == nil && (g.Doc == nil || g.Lparen.IsValid()) {
				in.report("%s: %s has no comment; say what it is and what always holds", f.at(s), s.Name.Name)
			}
			// The comment of an interface with one method is that method's.
			if i, ok := s.Type.(*ast.InterfaceType); ok && ast.IsExported(s.Name.Name) && len(i.Methods.List) > 1 {
				for _, m := range i.Methods.List {
					if len(m.Names) > 0 && ast.IsExported(m.Names[0].Name) && m.Doc == nil && m.Comment == nil && !wellKnown[m.Names[0].Name] {
						in.report("%s: %s.%s has no comment; the contract stands on the interface",
							f.at(m), s.Name.Name, m.Names[0].Name)
					}
				}
			}
		case *ast.ValueSpec:
			for _, n := range s.Names {
				if ast.IsExported(n.Name) && s.Doc == nil && s.Comment == nil && g.Doc == nil {
					in.report("%s: %s has no comment; say what it means and its unit", f.at(s), n.Name)
				}
			}
		}
	}
}

// receiver is the name of the type that a method belongs to.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	name := ""
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

// fileSize: a file is one concept. A longer one is several.
func fileSize(in *inspection) {
	for _, f := range in.files {
		limit := maxFile
		if f.isTest {
			limit = maxTestFile
		}
		if !f.generated() {
			in.size("file", f.name, f.name, f.lines, limit, "split it by concept, one file each")
		}
	}
}

// packageSize: a package is a room, not a hall.
func packageSize(in *inspection) {
	lines := make(map[string]int)
	for _, f := range in.code() {
		lines[f.pkg] += f.lines
	}
	for pkg, n := range lines {
		in.size("package", pkg, pkg, n, maxPackage, "split it where the data changes its phase")
	}
}

// functionSize: a function fits a screen. One that is a single switch over
// kinds, or a single table, reads as a list and may be longer.
func functionSize(in *inspection) {
	functions(in.code(), func(f *file, fn *ast.FuncDecl) {
		if fn.Body == nil || f.length(fn) <= maxFunction {
			return
		}
		listed := 0
		for _, s := range fn.Body.List {
			if isList(s) {
				listed = max(listed, f.length(s))
			}
		}
		if f.length(fn)-listed <= maxFunction/4 {
			return
		}
		name := f.pkg + "." + fn.Name.Name
		if r := receiver(fn); r != "" {
			name = f.pkg + "." + r + "." + fn.Name.Name
		}
		in.size("function", f.at(fn), name, f.length(fn), maxFunction, "give its parts names")
	})
}

// isList reports whether a statement is a switch or a table.
func isList(s ast.Stmt) bool {
	table := func(e ast.Expr) bool {
		if u, ok := e.(*ast.UnaryExpr); ok {
			e = u.X
		}
		_, ok := e.(*ast.CompositeLit)
		return ok
	}
	switch s := s.(type) {
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		return true
	case *ast.ReturnStmt:
		return slices.ContainsFunc(s.Results, table)
	case *ast.AssignStmt:
		return slices.ContainsFunc(s.Rhs, table)
	case *ast.RangeStmt:
		return table(s.X)
	default:
		return false
	}
}

// interfaceSize: abilities beyond the small contract are optional interfaces.
func interfaceSize(in *inspection) {
	types(in.code(), func(f *file, _ *ast.GenDecl, s *ast.TypeSpec) {
		if i, ok := s.Type.(*ast.InterfaceType); ok {
			in.size("interface", f.at(s), f.pkg+"."+s.Name.Name, len(i.Methods.List), maxMethods,
				"make the abilities that not all have optional interfaces")
		}
	})
}

// structSize: options nest by theme, state belongs to the file that changes it.
func structSize(in *inspection) {
	types(in.code(), func(f *file, _ *ast.GenDecl, s *ast.TypeSpec) {
		if st, ok := s.Type.(*ast.StructType); ok {
			in.size("struct", f.at(s), f.pkg+"."+s.Name.Name, st.Fields.NumFields(), maxFields,
				"nest the fields by theme")
		}
	})
}

// parameters: more are a struct whose fields have names.
func parameters(in *inspection) {
	functions(in.code(), func(f *file, fn *ast.FuncDecl) {
		in.size("parameters of", f.at(fn), f.pkg+"."+fn.Name.Name, fn.Type.Params.NumFields(), maxParameters,
			"hand over a struct")
	})
}

// commentWidth: comments are read in narrow windows and in diffs.
func commentWidth(in *inspection) {
	for _, f := range in.files {
		if f.generated() {
			continue
		}
		for _, g := range f.ast.Comments {
			start := f.set.Position(g.Pos()).Line
			for i, line := range strings.Split(f.text[g.Pos()-f.ast.FileStart:g.End()-f.ast.FileStart], "\n") {
				width := utf8.RuneCountInString(line) + 3*strings.Count(line, "\t")
				if width > maxComment && !strings.Contains(line, "://") && !strings.HasPrefix(line, "//go:") {
					in.report("%s:%d: the comment is %d columns wide; break it before column %d", f.name, start+i, width, maxComment)
				}
			}
		}
	}
}

// bannedEndings say nothing about what a thing does. A Handler handles HTTP.
var bannedEndings = []string{
	"Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Impl", "Handler", "Info", "Data",
}

// endings: a Tracker tracks, a Log logs, a Planner plans, a Pool pools.
func endings(in *inspection) {
	check := func(f *file, n ast.Node, name string) {
		for _, end := range bannedEndings {
			http := end == "Handler" && strings.Contains(f.text, `"net/http"`)
			if strings.HasSuffix(name, end) && !http {
				in.report("%s: the name %s ends in %s; name it after what it does", f.at(n), name, end)
			}
		}
	}
	types(in.code(), func(f *file, _ *ast.GenDecl, s *ast.TypeSpec) { check(f, s, s.Name.Name) })
	functions(in.code(), func(f *file, fn *ast.FuncDecl) {
		if fn.Recv == nil {
			check(f, fn, fn.Name.Name)
		}
	})
}

var versioned = regexp.MustCompile(`[a-z]V[0-9]+$`)

// versions: the new one takes the name, the old one goes, in one change.
func versions(in *inspection) {
	check := func(f *file, n ast.Node, name string) {
		if versioned.MatchString(name) {
			in.report("%s: the name %s carries a version; let the new one take the name and delete the old one", f.at(n), name)
		}
	}
	types(in.code(), func(f *file, _ *ast.GenDecl, s *ast.TypeSpec) { check(f, s, s.Name.Name) })
	functions(in.code(), func(f *file, fn *ast.FuncDecl) { check(f, fn, fn.Name.Name) })
}

// drawers: a thing lies where it is used; its second user earns it a name.
func drawers(in *inspection) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "misc", "manager", "base", "shared", "lib"}
	for _, f := range in.files {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.name), ".go"), "_test")
		for _, word := range []string{path.Base(f.pkg), stem} {
			if slices.Contains(banned, word) {
				in.report("%s: %s is a drawer; name the package or file after what is in it", f.name, word)
			}
		}
	}
}

// noInit: what a program has is passed to it, so a test sees just what it
// passed.
func noInit(in *inspection) {
	functions(in.code(), func(f *file, fn *ast.FuncDecl) {
		if fn.Name.Name == "init" && fn.Recv == nil {
			in.report("%s: no init functions; return the thing from a constructor and let the caller pass it on", f.at(fn))
		}
	})
}

// globals: a package-level variable is an error, a table or a flag, and nobody
// assigns to it.
func globals(in *inspection) {
	declared := make(map[string]map[string]bool) // package, name
	for _, f := range in.code() {
		for _, d := range f.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.ValueSpec)
				embedded := g.Doc != nil && strings.Contains(comments(g.Doc), "//go:embed") ||
					spec.Doc != nil && strings.Contains(comments(spec.Doc), "//go:embed")
				if why := mutable(spec); why != "" && !embedded {
					in.mutableVariable(f, spec, why)
				}
				for _, n := range spec.Names {
					if declared[f.pkg] == nil {
						declared[f.pkg] = make(map[string]bool)
					}
					declared[f.pkg][n.Name] = n.Name != "_"
				}
			}
		}
	}
	for _, f := range in.code() {
		assignments(f, func(n ast.Node, name string) {
			if declared[f.pkg][name] {
				in.report("%s: the package-level variable %s is assigned to; put it into the struct that uses it", f.at(n), name)
			}
		})
	}
}

// mutableVariable reports a variable that looks as if it were meant to change,
// unless an exception lets it.
func (in *inspection) mutableVariable(f *file, spec *ast.ValueSpec, why string) {
	const rule = "package-level variable"
	name := f.pkg + "." + spec.Names[0].Name
	if slices.ContainsFunc(exceptions, func(e exception) bool { return e.rule == rule && e.name == name }) {
		return
	}
	in.report("%s: %s %s %s; only errors, tables and flags may stand there, put it into the struct that uses it",
		f.at(spec), rule, name, why)
}

// comments is the text of a group with its directives.
func comments(g *ast.CommentGroup) string {
	var b strings.Builder
	for _, c := range g.List {
		b.WriteString(c.Text + "\n")
	}
	return b.String()
}

// mutable says why a variable looks as if it were meant to change, or nothing.
func mutable(spec *ast.ValueSpec) string {
	if spec.Names[0].Name == "_" {
		return ""
	}
	if len(spec.Values) == 0 {
		return "has no value"
	}
	for _, v := range spec.Values {
		switch v := v.(type) {
		case *ast.BasicLit:
			return "could be a constant"
		case *ast.Ident:
			if v.Name == "true" || v.Name == "false" {
				return "could be a constant"
			}
			if v.Name == "nil" {
				return "has no value"
			}
		case *ast.CallExpr:
			if id, ok := v.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
				return "begins empty"
			}
		case *ast.CompositeLit:
			if sel, ok := v.Type.(*ast.SelectorExpr); ok {
				if id, ok := sel.X.(*ast.Ident); ok && (id.Name == "sync" || id.Name == "atomic") {
					return "is a " + id.Name + "." + sel.Sel.Name
				}
			}
		}
	}
	return ""
}

// assignments calls do for each assignment to a name that is not local to a
// function of the file.
func assignments(f *file, do func(n ast.Node, name string)) {
	target := func(n ast.Node, e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.StarExpr:
				e = x.X
				continue
			case *ast.ParenExpr:
				e = x.X
				continue
			case *ast.Ident:
				outer := x.Obj == nil
				if !outer {
					_, isVar := x.Obj.Decl.(*ast.ValueSpec)
					outer = isVar && f.ast.Scope.Lookup(x.Name) == x.Obj
				}
				if outer {
					do(n, x.Name)
				}
			}
			return
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					target(n, e)
				}
			}
		case *ast.IncDecStmt:
			target(n, n.X)
		}
		return true
	})
}

// panics: an error that a user can cause is returned. What only a programmer
// can cause may panic, and a comment with that word stands beside it, or the
// function's comment says that it panics.
func panics(in *inspection) {
	for _, f := range in.code() {
		var near []int // lines on which a comment speaks of the programmer ends
		for _, g := range f.ast.Comments {
			if strings.Contains(g.Text(), "programmer") || strings.Contains(g.Text(), "unreachable") {
				near = append(near, f.set.Position(g.End()).Line)
			}
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Doc != nil && (strings.Contains(fn.Doc.Text(), "panic") || strings.Contains(fn.Doc.Text(), "programmer")) {
				continue
			}
			calls(fn, func(c *ast.CallExpr, _, name string) {
				line := f.set.Position(c.Pos()).Line
				excused := slices.ContainsFunc(near, func(l int) bool { return line-l >= 0 && line-l <= 2 })
				if name == "panic" && !excused {
					in.report("%s: panic; return an error, or say in a comment beside it how only a programmer can cause it", f.at(c))
				}
			})
		}
	}
}

// calls visits the calls below n with the package or value and the name called.
func calls(n ast.Node, do func(c *ast.CallExpr, of, name string)) {
	ast.Inspect(n, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := c.Fun.(type) {
		case *ast.Ident:
			do(c, "", fun.Name)
		case *ast.SelectorExpr:
			if id, ok := fun.X.(*ast.Ident); ok {
				do(c, id.Name, fun.Sel.Name)
			}
		}
		return true
	})
}

// exits: only a main package ends the process; everything else returns errors.
func exits(in *inspection) {
	for _, f := range in.code() {
		if f.ast.Name.Name == "main" {
			continue
		}
		calls(f.ast, func(c *ast.CallExpr, of, name string) {
			if of == "os" && name == "Exit" || of == "log" && strings.HasPrefix(name, "Fatal") {
				in.report("%s: %s.%s; return an error and let main decide", f.at(c), of, name)
			}
		})
	}
}

// sleeps: a test that sleeps is slow on a good day and wrong on a bad one.
func sleeps(in *inspection) {
	for _, f := range in.files {
		// A synctest bubble has its own time, in which sleeping costs nothing.
		if !f.isTest || strings.Contains(f.text, `"testing/synctest"`) {
			continue
		}
		calls(f.ast, func(c *ast.CallExpr, of, name string) {
			if of == "time" && name == "Sleep" {
				in.report("%s: a test must not sleep; wait on a channel, use clock.Manual or testing/synctest", f.at(c))
			}
		})
	}
}

var (
	todo         = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	todoNumbered = regexp.MustCompile(`\bTODO\(#[0-9]+\)`)
)

// todos: what is to be done has a number where it is talked about.
func todos(in *inspection) {
	for _, f := range in.files {
		for _, g := range f.ast.Comments {
			for _, c := range g.List {
				if todo.MatchString(c.Text) && !todoNumbered.MatchString(c.Text) {
					in.report("%s: an open end; do it, or write it as TODO(#issue)", f.at(c))
				}
			}
		}
	}
}

// testingImports: what only tests need stays out of the program.
func testingImports(in *inspection) {
	for _, f := range in.code() {
		if f.pkg == "internal/golden" || strings.HasSuffix(f.pkg, "test") || f.ast.Name.Name == "main" && f.pkg != "cmd/weir" {
			continue
		}
		for _, spec := range f.ast.Imports {
			if name := strings.Trim(spec.Path.Value, `"`); name == "testing" || strings.HasPrefix(name, "testing/") {
				in.report("%s: imports %s outside tests; move it to a _test.go file or a package that ends in test", f.at(spec), name)
			}
		}
	}
}

// TestExceptionsAreNeeded is the ratchet: what has become small again loses its
// exception.
func TestExceptionsAreNeeded(t *testing.T) {
	files := sources(t)
	needed := func(e exception) bool {
		for _, all := range houseRules {
			in := &inspection{files: files}
			kept := exceptions
			exceptions = slices.DeleteFunc(slices.Clone(exceptions), func(o exception) bool { return o == e })
			all.check(in)
			exceptions = kept
			if slices.ContainsFunc(in.found, func(s string) bool { return strings.Contains(s, e.rule+" "+e.name+" ") }) {
				return true
			}
		}
		return false
	}
	for _, e := range exceptions {
		if e.reason == "" {
			t.Errorf("the exception for %s %s gives no reason", e.rule, e.name)
		}
		known := slices.ContainsFunc(files, func(f *file) bool { return strings.HasPrefix(e.name, f.pkg+".") || f.name == e.name || f.pkg == e.name })
		if known && !needed(e) {
			t.Errorf("nothing needs the exception for %s %s any more; delete it", e.rule, e.name)
		}
	}
}

// snippets are small files that break one rule each, and the number of times
// they do. A rule that finds nothing in its snippet is no rule.
var snippets = []struct {
	rule, name, text string
	want             int
}{
	{"package docs", "a/a.go", "package a\n", 1},
	{"package docs", "a/a.go", "// Package a is.\n//\n//\tin ─▶ out\npackage a\n", 1},
	{"package docs", "a/doc.go", "// Package a is.\npackage a\n", 1},
	{"package docs", "a/doc.go", "// Package a is.\n//\n//\tin ─▶ out\npackage a\n", 0},
	{"exported docs", "a/a.go", "package a\nfunc F() {}\ntype T int\nconst C = 1\nvar E = 2\n", 4},
	{"exported docs", "a/a.go", "package a\ntype I interface { A() int; b(); C() int // c\n}\n", 2},
	{"exported docs", "a/a.go", "package a\n// T is.\ntype T int\nfunc (T) Go() {}\nfunc (T) Error() string { return \"\" }\n", 1},
	{"exported docs", "a/a.go", "package a\ntype t int\nfunc (t) Go() {}\n// Cs are.\nconst (\nC = 1\nD = 2\n)\n", 0},
	{"file size", "a/a.go", "package a\n" + strings.Repeat("\n", maxFile), 1},
	{"file size", "a/a_test.go", "package a\n" + strings.Repeat("\n", maxFile), 0},
	{"package size", "a/a.go", "package a\n" + strings.Repeat("\n", maxPackage), 1},
	{"function size", "a/a.go", "package a\nfunc f() {\n" + strings.Repeat("_ = 1\n", maxFunction) + "}\n", 1},
	{"function size", "a/a.go", "package a\nfunc f(i int) {\nswitch i {\n" + strings.Repeat("case 1:\n", maxFunction) + "}\n}\n", 0},
	{"function size", "a/a.go", "package a\nfunc f() []int {\nreturn []int{\n" + strings.Repeat("1,\n", maxFunction) + "}\n}\n", 0},
	{"interface size", "a/a.go", "package a\ntype i interface { A(); B(); C(); D(); E(); F() }\n", 1},
	{"struct size", "a/a.go", "package a\ntype s struct { a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u int }\n", 1},
	{"parameters", "a/a.go", "package a\nfunc f(a, b, c, d, e, f, g int) {}\n", 1},
	{"comment width", "a/a.go", "package a\n// " + strings.Repeat("x", maxComment) + "\n", 1},
	{"endings", "a/a.go", "package a\ntype QueryManager struct{}\nfunc parseData() {}\ntype Metadata int\n", 2},
	{"endings", "a/a.go", "package a\nimport \"net/http\"\ntype Handler http.Handler\n", 0},
	{"versions", "a/a.go", "package a\ntype SourceV2 int\nfunc IPv4() {}\n", 1},
	{"drawers", "a/util/x.go", "package util\n", 1},
	{"drawers", "a/helper_test.go", "package a\n", 1},
	{"init", "a/a.go", "package a\nfunc init() {}\ntype t int\nfunc (t) init() {}\n", 1},
	{"globals", "a/a.go", "package a\nimport \"sync\"\nvar n int\nvar m = make(map[int]int)\nvar p = sync.Pool{}\nvar s = \"s\"\n", 4},
	{"globals", "a/a.go", "package a\nvar t = []int{1}\nfunc f() { t[0] = 2; t := 1; t++ }\n", 1},
	{"globals", "a/a.go", "package a\nimport \"errors\"\nvar e = errors.New(\"e\")\nvar t = map[int]int{1: 2}\nvar _ error = nil\nfunc f() { _ = t }\n", 0},
	{"panic", "a/a.go", "package a\nfunc f() { panic(1) }\n", 1},
	{"panic", "a/a.go", "package a\nfunc f() {\n// Only a programmer can.\npanic(1)\n}\n// g panics.\nfunc g() { panic(1) }\n", 0},
	{"exit", "a/a.go", "package a\nimport \"os\"\nfunc f() { os.Exit(1) }\n", 1},
	{"exit", "a/a.go", "package main\nimport \"os\"\nfunc main() { os.Exit(1) }\n", 0},
	{"sleep", "a/a_test.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", 1},
	{"sleep", "a/a.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", 0},
	{"todo", "a/a.go", "package a\n// " + "TO" + "DO: later\n// " + "TO" + "DO(#12): later\n", 1},
	{"testing", "a/a.go", "package a\nimport _ \"testing\"\n", 1},
	{"testing", "a/stest/a.go", "package stest\nimport _ \"testing\"\n", 0},
}

func TestRulesFindWhatTheyForbid(t *testing.T) {
	tested := make(map[string]bool)
	for i, s := range snippets {
		f, err := parseFile(s.name, s.text)
		if err != nil {
			t.Fatalf("snippet %d: %v", i, err)
		}
		at := slices.IndexFunc(houseRules, func(r houseRule) bool { return r.name == s.rule })
		if at < 0 {
			t.Fatalf("snippet %d: there is no rule %q", i, s.rule)
		}
		in := &inspection{files: []*file{f}}
		houseRules[at].check(in)
		if len(in.found) != s.want {
			t.Errorf("rule %s found %d of %d in:\n%s\n%s", s.rule, len(in.found), s.want, s.text, strings.Join(in.found, "\n"))
		}
		tested[s.rule] = tested[s.rule] || s.want > 0
	}
	for _, r := range houseRules {
		if !tested[r.name] {
			t.Errorf("rule %s has no snippet that breaks it", r.name)
		}
	}
}

// document is the text of a file below the root, which must be there.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documents are all Markdown files of the module.
func documents(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	return names
}

var (
	quotedPath = regexp.MustCompile("`([a-z_]+(?:/[A-Za-z0-9_.]+)*\\.(?:go|md|txt|sql))`")
	codeSpan   = regexp.MustCompile("`[^`\n]*`")
	link       = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	testName   = regexp.MustCompile("`([^`]+)` ((?:Test|Fuzz|Example)[A-Za-z0-9_]+)")
)

// TestDocsNameFilesThatExist: a map with a wrong street is worse than none.
func TestDocsNameFilesThatExist(t *testing.T) {
	for _, name := range documents(t) {
		text := document(t, name)
		for _, m := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(text, ""), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
		}
		if name != filepath.FromSlash("docs/ARCHITECTURE.md") {
			continue
		}
		for _, m := range quotedPath.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(m[1]); err != nil {
				t.Errorf("%s names %s, which does not exist; say where the step is done now", name, m[1])
			}
		}
	}
}

// TestDocsLayers: the layers in ARCHITECTURE are those of layers_test.go, with
// the floor at the bottom and a number in front.
func TestDocsLayers(t *testing.T) {
	text := document(t, "docs/ARCHITECTURE.md")
	lines := strings.Split(strings.TrimSpace(layers), "\n")
	var want strings.Builder
	for i, line := range slices.Backward(lines) {
		fmt.Fprintf(&want, "%3d  %s\n", i+1, strings.TrimSpace(line))
	}
	if !strings.Contains(text, want.String()) {
		t.Errorf("the layers in docs/ARCHITECTURE.md are not those of layers_test.go; they are\n%s", want.String())
	}
}

// declaredTests are the test functions of the module, as "folder name".
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	declared := make(map[string]bool)
	functions(sources(t), func(f *file, fn *ast.FuncDecl) {
		if f.isTest && fn.Recv == nil {
			declared[f.pkg+" "+fn.Name.Name] = true
		}
	})
	return declared
}

// missingTests are the tests that a text names and nobody wrote.
func missingTests(declared map[string]bool, text string) (named int, missing []string) {
	for _, m := range testName.FindAllStringSubmatch(text, -1) {
		named++
		if !declared[m[1]+" "+m[2]] {
			missing = append(missing, m[0])
		}
	}
	return named, missing
}

// features is how many features of Spark have an id.
const features = 390

func TestDocsFeatures(t *testing.T) {
	declared := declaredTests(t)
	seen := make(map[string]bool)
	row := regexp.MustCompile(`(?m)^\| ([DRSP][0-9]+[a-z]?) \| (.*) \| ([a-z ]+) \|(.*)\|$`)
	for _, m := range row.FindAllStringSubmatch(document(t, "docs/FEATURES.md"), -1) {
		id, status, test := m[1], m[3], strings.TrimSpace(m[4])
		if seen[id] {
			t.Errorf("feature %s stands there twice", id)
		}
		seen[id] = true
		named, missing := missingTests(declared, test)
		for _, name := range missing {
			t.Errorf("feature %s names the test %s, which does not exist", id, name)
		}
		switch status {
		case "works", "partly":
			if named == 0 {
				t.Errorf("feature %s %s, but no test proves it; name one as `folder` TestName", id, status)
			}
		case "not yet":
			if named > 0 {
				t.Errorf("feature %s is not yet there, but names a test; say partly", id)
			}
		case "no":
			if test == "" {
				t.Errorf("feature %s is not to be built, and the row does not say why", id)
			}
		default:
			t.Errorf("feature %s has the status %q; it can be works, partly, not yet or no", id, status)
		}
	}
	if len(seen) != features {
		t.Errorf("%d features have a row, want %d", len(seen), features)
	}
}

func TestDocsTraps(t *testing.T) {
	declared := declaredTests(t)
	text := document(t, "docs/TRAPS.md")
	traps, rest, _ := strings.Cut(text, "## Lock order")
	if rest == "" {
		t.Error("docs/TRAPS.md has no lock order")
	}
	_, missing := missingTests(declared, text)
	for _, name := range missing {
		t.Errorf("docs/TRAPS.md names the test %s, which does not exist", name)
	}
	for trap := range strings.SplitSeq(traps, "\n\n**") {
		title, _, ok := strings.Cut(trap, "**")
		if ok && !strings.Contains(trap, "Held by: `") {
			t.Errorf("the trap %q names no test that holds it; write one, then name it as Held by: `folder` TestName", title)
		}
	}
}

func TestDocsDecisions(t *testing.T) {
	names, err := filepath.Glob("docs/decisions/[0-9]*.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		number := fmt.Sprintf("%04d", i+1)
		text := document(t, name)
		if !strings.HasPrefix(filepath.Base(name), number+"-") || !strings.HasPrefix(text, "# "+number+": ") {
			t.Errorf("%s: the next number is %s, in its name and in its title", name, number)
		}
		for _, part := range []string{"\n## Context\n", "\n## Choice\n", "\n## Refused\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no part%s", name, strings.TrimRight(strings.ReplaceAll(part, "\n", " "), " "))
			}
		}
	}
}
