package weir

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/memory"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/warehouse"
)

// catalog holds a session's temporary views and formats.
type catalog struct {
	mu      sync.RWMutex
	views   map[string]view // by lower-case name
	formats map[string]connector.Format
	memory  *memory.Format // the tables of memory sinks can be read by their names
	tables  *warehouse.Directory
}

type view struct {
	name string
	node plan.Node
}

func (c *catalog) init(builtin, more []connector.Format, m *memory.Format) {
	c.memory = m
	c.views = make(map[string]view)
	c.formats = make(map[string]connector.Format)
	for _, f := range slices.Concat(builtin, more) {
		c.formats[strings.ToLower(f.Name())] = f
	}
}

// View is the plan of a temporary view.
func (c *catalog) View(name []string) (plan.Node, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if v, ok := c.views[strings.ToLower(strings.Join(name, "."))]; ok {
		return v.node, nil
	}
	if len(name) == 1 && c.memory != nil {
		if t, ok := c.memory.Table(name[0]); ok {
			return &plan.TableScan{Name: name[0], Table: t}, nil
		}
	}
	d, err := c.tables.Find(name)
	if err != nil || d == nil {
		return nil, err
	}
	return d.Read(plan.Origin{})
}

// Names are those of all views and tables.
func (c *catalog) Names() []string { return append(c.temporary(), c.tables.Names()...) }

// temporary are the names of all views.
func (c *catalog) temporary() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	names := make([]string, 0, len(c.views))
	for _, v := range c.views {
		names = append(names, v.name)
	}
	slices.Sort(names)
	return names
}

// Format is the format of that name.
func (c *catalog) Format(name string) (connector.Format, bool) {
	f, ok := c.formats[strings.ToLower(name)]
	return f, ok
}

// Formats are the names of all formats.
func (c *catalog) Formats() []string { return slices.Sorted(maps.Keys(c.formats)) }

func (c *catalog) put(name string, n plan.Node, replace bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(name)
	if _, exists := c.views[key]; exists && !replace {
		return fault.New(fault.ViewExists, "the view `%s` exists; use CREATE OR REPLACE, or another name", name).
			With("relationName", name)
	}
	c.views[key] = view{name, n}
	return nil
}

func (c *catalog) drop(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(name)
	_, ok := c.views[key]
	delete(c.views, key)
	return ok
}

// holds reports whether a name is that of a temporary view.
func (c *catalog) holds(name []string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, ok := c.views[strings.ToLower(strings.Join(name, "."))]
	return ok
}

// onlyStream reports whether a format can be read as a stream and not as a table.
func onlyStream(f connector.Format) bool {
	_, stream := f.(connector.SourceFormat)
	_, table := f.(connector.TableFormat)
	return stream && !table
}
