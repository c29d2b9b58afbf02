package statesource

import (
	"cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/state"
	"github.com/weirstream/weir/internal/state/cells"
	"github.com/weirstream/weir/internal/state/memstore"
	"github.com/weirstream/weir/internal/vfs"
)

// operator is the state of one operator: a table, or, for a join of streams, one
// for each side, and for functions of the user the cells and their index.
type operator struct {
	name   string
	tables []table
}

// table is one table of state.
type table struct {
	number   int
	store    string // Spark's name for it
	manifest *state.Manifest
}

// storesOf are the names of the tables of an operator.
func storesOf(operator string) []string {
	switch operator {
	case "symmetricHashJoin":
		return []string{"left", "right"}
	case cells.TransformName, cells.GroupName:
		return []string{defaultStore, "index"}
	}
	return []string{defaultStore}
}

// found is a checkpoint as it was found.
type found struct {
	fs        vfs.FS
	dir       string
	state     checkpoint.State
	operators []operator
}

// defaultStore is Spark's name of an operator's only store.
const defaultStore = "default"

// find reads a checkpoint.
func find(fsys vfs.FS, dir string) (*found, error) {
	s, err := checkpoint.Read(fsys, dir)
	if err != nil {
		return nil, err
	}
	f := &found{fs: fsys, dir: dir, state: s}
	if s.Committed() < 0 {
		return nil, fault.New(fault.IllegalArgument, "the checkpoint %s has no committed batch, and so no state to read", dir)
	}
	for number := 0; ; number++ {
		m, err := memstore.Manifest(number, s.Notes)
		if err != nil {
			return nil, err
		}
		if m == nil {
			return f, nil
		}
		stores := storesOf(m.Operator)
		if n := len(f.operators); n > 0 && f.operators[n-1].name == m.Operator && len(f.operators[n-1].tables) < len(stores) {
			last := &f.operators[n-1]
			last.tables = append(last.tables, table{number: number, store: stores[len(last.tables)], manifest: m})
			continue
		}
		f.operators = append(f.operators, operator{m.Operator, []table{{number: number, store: stores[0], manifest: m}}})
	}
}

// open begins to read a table.
func (f *found) open(t table) (*memstore.Reading, state.Spec, error) {
	spec, err := t.manifest.Spec()
	if err != nil {
		return nil, spec, err
	}
	r, err := memstore.Read(memstore.Config{FS: f.fs, Dir: checkpoint.StateDir(f.dir, t.number), Operator: t.number, Spec: spec},
		t.manifest, f.state.Deltas)
	return r, spec, err
}

// pathOf is the checkpoint that is meant.
func pathOf(p *connector.Parser, s connector.SourceSpec) string {
	path := p.Text("path", "")
	if len(s.Paths) == 1 {
		path = cmp.Or(path, s.Paths[0])
	}
	if path == "" || len(s.Paths) > 1 {
		p.Fail("path", "must name one checkpoint; give it to load")
	}
	return path
}
