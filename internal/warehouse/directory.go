package warehouse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/vfs"
)

// Directory is the catalog: definitions in files. It keeps nothing in memory, so that
// sessions and processes see each other's tables at once.
type Directory struct {
	FS vfs.FS
	// Warehouse is where the tables lie; a session may change it.
	Warehouse func() string
}

func (d *Directory) file(name string) string {
	return path.Join(d.Warehouse(), ".weir", "tables", strings.ToLower(name)+".json")
}

// Name is the name of a table of the catalog; false for one of another schema.
func Name(parts []string) (string, bool) {
	if len(parts) > 1 && strings.EqualFold(parts[0], "spark_catalog") {
		parts = parts[1:]
	}
	if len(parts) > 1 && strings.EqualFold(parts[0], "default") {
		parts = parts[1:]
	}
	return strings.Join(parts, "."), len(parts) == 1 && !strings.ContainsAny(parts[0], "/\\")
}

// Find is the definition of a table or view; nil for none.
func (d *Directory) Find(parts []string) (*Table, error) {
	name, ok := Name(parts)
	if !ok {
		return nil, nil
	}
	text, err := d.FS.ReadFile(d.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	t := &Table{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("the definition of the table %s: %w", name, err)
	}
	return t, nil
}

// Names are those of all tables and views, sorted.
func (d *Directory) Names() []string {
	entries, err := d.FS.ReadDir(path.Join(d.Warehouse(), ".weir", "tables"))
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Save writes a definition, at once or not at all, and durably.
func (d *Directory) Save(t *Table) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	file := d.file(t.Name)
	if err := d.FS.MkdirAll(path.Dir(file)); err != nil {
		return err
	}
	return vfs.Replace(d.FS, file, text)
}

// Replace saves a definition in the place of another, nil for none, and then removes
// the files of that one.
func (d *Directory) Replace(old, t *Table) error {
	if err := d.Save(t); err != nil || old == nil || !old.Managed || old.Location == t.Location {
		return err
	}
	return vfs.RemoveAll(d.FS, old.Location)
}

// Drop removes a definition, and the files of a table that is managed.
func (d *Directory) Drop(t *Table) error {
	file := d.file(t.Name)
	if err := d.FS.Remove(file); err != nil {
		return err
	}
	if err := d.FS.SyncDir(path.Dir(file)); err != nil {
		return err
	}
	if !t.Managed {
		return nil
	}
	var errs []error
	for _, dir := range append(d.Leftover(t.Name), t.Location) {
		errs = append(errs, vfs.RemoveAll(d.FS, dir))
	}
	return errors.Join(errs...)
}

// Leftover are the directories of a table that was replaced, or that a crash kept from
// being so: those of its name, alone or with a mark, that no definition names.
func (d *Directory) Leftover(name string) []string {
	entries, err := d.FS.ReadDir(d.Warehouse())
	if err != nil {
		return nil
	}
	used := make(map[string]bool)
	for _, other := range d.Names() {
		if t, err := d.Find([]string{other}); err != nil {
			return nil // it may be any of them
		} else if t != nil {
			used[path.Clean(t.Location)] = true
		}
	}
	var dirs []string
	for _, e := range entries {
		mark, ok := strings.CutPrefix(e.Name(), name+"-")
		dir := path.Join(d.Warehouse(), e.Name())
		marked := ok && len(mark) == markLength && strings.Trim(mark, "0123456789abcdef") == ""
		if e.IsDir() && (marked || e.Name() == name) && !used[dir] {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// markLength is how many hex digits tell the directories of a table apart.
const markLength = 8

// Place is where the files of a managed table lie: in the directory of its name, or,
// where mark is not empty, in one beside it that mark tells apart.
func (d *Directory) Place(name, mark string) string {
	if mark != "" {
		name += "-" + mark[:markLength]
	}
	return path.Join(d.Warehouse(), name)
}

// Rename gives a table another name. Its files stay where they are.
func (d *Directory) Rename(t *Table, name string) error {
	old := d.file(t.Name)
	t.Name = name
	if err := d.Save(t); err != nil {
		return err
	}
	if err := d.FS.Remove(old); err != nil {
		return err
	}
	return d.FS.SyncDir(path.Dir(old))
}
