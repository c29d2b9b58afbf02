package weir_test

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "github.com/weirstream/weir"

// layers is the architecture: a package imports packages on lines above its
// own and nothing else of this module. Moving a line is a design decision; it
// comes with a record in docs/decisions. A trailing * stands for every package
// below a folder.
const layers = `
	internal/fault internal/invariant internal/golden internal/clock internal/collation
	types internal/vfs
	internal/kernel internal/datetime internal/regex internal/watermark internal/microbatch
	internal/batch internal/progress
	internal/variant
	internal/rowvalue internal/celltext internal/rowcodec internal/rowstruct connector
	internal/expr stateful internal/keytable internal/checkpoint internal/schedule internal/blockstore internal/nexmark connector/connectortest connector/file/parquet connector/file/avro internal/jsontext internal/csvtext
	internal/plan internal/state internal/shuffle udf internal/fn/* connector/* bench/gen internal/sparkpb
	internal/exec internal/sql internal/collated internal/state/* internal/fn/builtin internal/frames internal/receiver
	internal/exec/keyed internal/statesource internal/warehouse internal/sparkplan internal/analyze internal/streamcheck internal/optimize webui
	internal/physical
	internal/query internal/remote internal/pyworker
	functions
	.
	connect rdd weirtest
	dstream ml graph
	bench
	cmd/weir conformance examples/* functions/gen
`

// layer is the line on which a package stands, from 1, or 0 if it is on none.
func layer(pkg string) int {
	wild := 0
	for i, line := range strings.Split(strings.TrimSpace(layers), "\n") {
		for name := range strings.FieldsSeq(line) {
			if name == pkg {
				return i + 1
			}
			if folder, ok := strings.CutSuffix(name, "*"); ok && strings.HasPrefix(pkg, folder) {
				wild = i + 1
			}
		}
	}
	return wild
}

// imported are the packages of this module that a file imports.
func (f *file) imported() []string {
	var ours []string
	for _, spec := range f.ast.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		if name == module {
			ours = append(ours, ".")
		} else if pkg, ok := strings.CutPrefix(name, module+"/"); ok {
			ours = append(ours, pkg)
		}
	}
	return ours
}

// The test reads the files itself, rather than asking go list, so that go test
// notices when one of them changes and does not answer from its cache.
func TestLayers(t *testing.T) {
	for _, f := range sources(t) {
		if f.isTest {
			continue
		}
		if layer(f.pkg) == 0 {
			t.Errorf("%s: package %s is on no layer; give it a line in layers_test.go, next to what it resembles", f.name, f.pkg)
		}
		for _, imp := range f.imported() {
			if layer(imp) == 0 || layer(imp) >= layer(f.pkg) {
				t.Errorf("%s: %s may not import %s, which is not below it; move the code down, or take a small interface instead",
					f.name, f.pkg, imp)
			}
		}
	}
}

// narrow lists packages that may import less than their layer allows, and why.
// The first rule whose prefix fits counts.
var narrow = []struct {
	prefix  string
	allowed []string
	why     string
}{
	{"internal/microbatch", nil, "the machine decides and does nothing; it cannot do I/O even by mistake"},
	{"internal/watermark", nil, "it decides and does nothing"},
	{"internal/kernel", []string{"types", "internal/fault", "internal/invariant"}, "kernels work on slices and bitmaps"},
	{
		"connector/file", []string{
			"connector", "connector/file/parquet", "types", "internal/batch", "internal/fault", "internal/invariant",
			"internal/clock", "internal/jsontext", "internal/csvtext", "internal/datetime", "internal/celltext", "internal/vfs",
			"internal/keytable", "connector/file/avro",
		},
		"of all connectors only files have a format large enough for a package of its own",
	},
	{
		"connector/", []string{
			"connector", "types", "internal/batch", "internal/fault", "internal/invariant", "internal/clock",
			"internal/jsontext", "internal/csvtext", "internal/datetime", "internal/nexmark", "internal/rowvalue", "internal/celltext",
			"internal/vfs", "internal/golden",
		},
		"a connector sees what every other connector sees; if it needs more, the interface is wrong",
	},
}

func TestNarrowPackages(t *testing.T) {
	for _, f := range sources(t) {
		for _, rule := range narrow {
			if f.isTest || !strings.HasPrefix(f.pkg, rule.prefix) {
				continue
			}
			for _, imp := range f.imported() {
				if !slices.Contains(rule.allowed, imp) {
					t.Errorf("%s: may not import %s: %s", f.name, imp, rule.why)
				}
			}
			break
		}
	}
	for _, f := range sources(t) {
		for _, imp := range f.imported() {
			if !f.isTest && f.pkg == "internal/exec" && slices.Contains([]string{"internal/state", "internal/checkpoint", "internal/sql"}, imp) {
				t.Errorf("%s: may not import %s: exec knows neither SQL nor checkpoints nor state; put it into internal/exec/keyed", f.name, imp)
			}
			if !f.isTest && !strings.HasSuffix(path.Base(f.pkg), "test") && imp == "internal/golden" && f.pkg != "conformance" {
				t.Errorf("%s: may not import %s outside tests", f.name, imp)
			}
		}
	}
}

// maxChain is how many packages of ours may stand behind one another.
const maxChain = 15

func TestImportChain(t *testing.T) {
	imports := make(map[string][]string)
	for _, f := range sources(t) {
		if !f.isTest {
			imports[f.pkg] = append(imports[f.pkg], f.imported()...)
		}
	}
	longest := make(map[string][]string)
	var chain func(pkg string) []string
	chain = func(pkg string) []string {
		if c, ok := longest[pkg]; ok {
			return c
		}
		longest[pkg] = []string{pkg} // breaks a cycle, which TestLayers reports
		var below []string
		for _, imp := range imports[pkg] {
			if c := chain(imp); len(c) > len(below) {
				below = c
			}
		}
		longest[pkg] = append([]string{pkg}, below...)
		return longest[pkg]
	}
	for pkg := range imports {
		if c := chain(pkg); len(c) > maxChain {
			t.Errorf("%d packages stand behind one another, more than %d; let one import what it needs directly: %s",
				len(c), maxChain, strings.Join(c, " → "))
		}
	}
}
