package warehouse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
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
	return d.read(name, d.file(name))
}

// read is the definition in a file; nil for none.
func (d *Directory) read(name, file string) (*Table, error) {
	text, err := d.FS.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the definition of the table %s cannot be read: %w", name, err)
	}
	t := &Table{}
	if err = json.Unmarshal(text, t); err == nil {
		err = t.check(name)
	}
	if err != nil {
		return nil, fmt.Errorf("the file %s, which defines the table or view %s, is damaged: %w; put a copy of it back, "+
			"or remove it and create the table again over its files, which are left as they are", file, name, err)
	}
	return t, nil
}

// check refuses a definition that lacks what every one has.
func (t *Table) check(name string) error {
	switch {
	case !strings.EqualFold(t.Name, name):
		return fmt.Errorf("it is that of %q", t.Name)
	case t.Schema == nil || t.Schema.Kind != types.Struct:
		return errors.New("it has no schema")
	case t.View == nil && (t.Provider == "" || t.Location == ""):
		return errors.New("it has no provider or no location")
	case t.View != nil:
		_, err := t.View.parse()
		return err
	}
	return nil
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
func (d *Directory) Save(t *Table) error { return d.write(t, vfs.Replace) }

// Add is Save for what is new. Of two sessions that make a table of one name the second
// is told fs.ErrExist.
func (d *Directory) Add(t *Table) error { return d.write(t, vfs.Publish) }

func (d *Directory) write(t *Table, put func(vfs.FS, string, []byte) error) error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	file := d.file(t.Name)
	if err := d.FS.MkdirAll(path.Dir(file)); err != nil {
		return err
	}
	return put(d.FS, file, text)
}

// Replace saves a definition in the place of another, nil for none, and then removes
// the files of that one.
func (d *Directory) Replace(old, t *Table, o plan.Origin) error {
	if old == nil {
		err := d.Add(t)
		if errors.Is(err, fs.ErrExist) {
			return fault.New(fault.TableExists, "the table `%s` exists: another session has made it meanwhile", t.Name).
				With("relationName", t.Name).Locate(o.At)
		}
		return err
	}
	if err := d.Save(t); err != nil || !old.Managed || old.Location == t.Location {
		return err
	}
	return d.removeFiles(old.Location)
}

// Drop removes a definition, and the files of a table that is managed. Those go after
// the definition has been put aside, so that a crash leaves the whole table, or one that
// [Directory.Finish] knows to be dropped.
func (d *Directory) Drop(t *Table) error {
	file := d.file(t.Name)
	if !t.Managed {
		if err := d.FS.Remove(file); err != nil {
			return err
		}
		return d.FS.SyncDir(path.Dir(file))
	}
	if err := d.FS.Rename(file, aside(file)); err != nil {
		return err
	}
	if err := d.FS.SyncDir(path.Dir(file)); err != nil {
		return err
	}
	return d.Finish(t.Name)
}

// aside is the name of a definition that was dropped and whose files are not gone yet.
func aside(file string) string { return strings.TrimSuffix(file, ".json") + ".dropped" }

// Finish ends the DROP of a table in whose midst a process has died, so that its files
// are not in the way of, or taken for those of, the next one of its name.
func (d *Directory) Finish(name string) error {
	file := aside(d.file(name))
	t, err := d.read(name, file)
	if err != nil || t == nil {
		return err
	}
	var errs []error
	for _, dir := range append(d.Leftover(t.Name), t.Location) {
		errs = append(errs, d.removeFiles(dir))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := d.FS.Remove(file); err != nil {
		return err
	}
	return d.FS.SyncDir(path.Dir(file))
}

// removeFiles removes a directory that no definition names, durably. A table that a crash has
// left under two names keeps its files when one of them is dropped.
func (d *Directory) removeFiles(dir string) error {
	for _, name := range d.Names() {
		if t, err := d.Find([]string{name}); err == nil && t != nil && path.Clean(t.Location) == path.Clean(dir) {
			return nil
		}
	}
	if there, err := vfs.Exists(d.FS, dir); err != nil || !there {
		return err
	}
	if err := vfs.RemoveAll(d.FS, dir); err != nil {
		return err
	}
	return d.FS.SyncDir(path.Dir(dir))
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

// Rename gives a table another name. Its files stay where they are. A crash may leave it
// under both.
func (d *Directory) Rename(t *Table, name string) error {
	old := d.file(t.Name)
	t.Name = name
	if strings.EqualFold(d.file(name), old) {
		return d.Save(t)
	}
	if err := d.Add(t); err != nil {
		return err
	}
	if err := d.FS.Remove(old); err != nil {
		return err
	}
	return d.FS.SyncDir(path.Dir(old))
}
