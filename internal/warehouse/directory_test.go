package warehouse

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/vfs"
	"github.com/weirstream/weir/types"
)

const root = "wh"

func catalogOf(disk vfs.FS) *Directory {
	return &Directory{FS: disk, Warehouse: func() string { return root }}
}

// schemaOf is a schema of columns of whole numbers.
func schemaOf(columns ...string) *types.Type {
	var fields []types.Field
	for _, c := range columns {
		fields = append(fields, types.Field{Name: c, Type: types.Of(types.Int), Nullable: true})
	}
	t := types.StructOf(fields...)
	return &t
}

// managed is a table of the warehouse, whose rows are the file of its directory.
func managed(d *Directory, name, mark string) *Table {
	return &Table{Name: name, Provider: "parquet", Managed: true, Location: d.Place(name, mark), Schema: schemaOf("a")}
}

// fill writes the file of a table, as a sink does: whole and durable.
func fill(d *Directory, t *Table, content string) error {
	err := d.FS.MkdirAll(path.Join(t.Location, "sub"))
	if err == nil {
		err = vfs.Replace(d.FS, path.Join(t.Location, "sub", "part"), []byte(content))
	}
	return err
}

// rows is the content of a table's file.
func rows(d *Directory, t *Table) string {
	text, err := d.FS.ReadFile(path.Join(t.Location, "sub", "part"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// find is the definition of a name, with what its file holds; "" for none.
func find(t *testing.T, d *Directory, name string) string {
	t.Helper()
	table, err := d.Find([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	if table == nil {
		return ""
	}
	return table.Name + ":" + rows(d, table) + ":" + fmt.Sprint(table.Properties)
}

// mark tells the directory of a table that replaces another.
const mark = "0123abcd"

// steps are what statements do to the catalog. Before each there is the table t with
// the rows "old"; want are the states that a crash may leave, each what [find] says of t
// and of u.
var crashes = []struct {
	name string
	step func(d *Directory) error
	want [][2]string
}{
	{"CREATE OR REPLACE TABLE t AS", func(d *Directory) error {
		old, err := d.Find([]string{"t"})
		if err != nil {
			return err
		}
		fresh := managed(d, "t", mark)
		if err := fill(d, fresh, "new"); err != nil {
			return err
		}
		return d.Replace(old, fresh, plan.Origin{})
	}, [][2]string{{"t:old:map[]", ""}, {"t:new:map[]", ""}}},
	{"CREATE TABLE u AS", func(d *Directory) error {
		fresh := managed(d, "u", "")
		if err := fill(d, fresh, "new"); err != nil {
			return err
		}
		return d.Replace(nil, fresh, plan.Origin{})
	}, [][2]string{{"t:old:map[]", ""}, {"t:old:map[]", "u:new:map[]"}}},
	{"DROP TABLE t", func(d *Directory) error {
		old, err := d.Find([]string{"t"})
		if err != nil {
			return err
		}
		return d.Drop(old)
	}, [][2]string{{"t:old:map[]", ""}, {"", ""}}},
	{"ALTER TABLE t SET TBLPROPERTIES", func(d *Directory) error {
		return d.Alter(&plan.AlterTable{Name: []string{"t"}, Set: map[string]string{"k": "v"}})
	}, [][2]string{{"t:old:map[]", ""}, {"t:old:map[k:v]", ""}}},
	{"ALTER TABLE t RENAME TO u", func(d *Directory) error {
		return d.Alter(&plan.AlterTable{Name: []string{"t"}, Rename: []string{"u"}})
	}, [][2]string{{"t:old:map[]", ""}, {"t:old:map[]", "u:old:map[]"}, {"", "u:old:map[]"}}},
}

// before is a disk with the table t on it.
func before(t *testing.T) *vfs.Crash {
	t.Helper()
	disk := vfs.NewCrash()
	d := catalogOf(disk)
	table := managed(d, "t", "")
	if err := errors.Join(fill(d, table, "old"), d.Replace(nil, table, plan.Origin{})); err != nil {
		t.Fatal(err)
	}
	return disk.Image(vfs.Everything)
}

// A crash in any operation of a statement leaves a whole table, the old or the new; and
// when all is dropped nothing is left of either but what a CREATE TABLE … AS wrote that
// never became one.
func TestCrashBetweenSteps(t *testing.T) {
	for _, c := range crashes {
		t.Run(c.name, func(t *testing.T) {
			whole := before(t)
			from := len(whole.Ops())
			if err := c.step(catalogOf(whole)); err != nil {
				t.Fatal(err)
			}
			steps := len(whole.Ops()) - from
			for k := 1; k <= steps; k++ {
				for _, seed := range []uint64{vfs.OnlySynced, vfs.Everything, 2, 3, 4} {
					disk := before(t)
					disk.StopAt(len(disk.Ops()) + k)
					if err := c.step(catalogOf(disk)); !errors.Is(err, vfs.ErrCrashed) {
						t.Fatalf("operation %d of %d: %v", k, steps, err)
					}
					d := catalogOf(disk.Image(seed))
					got := [2]string{find(t, d, "t"), find(t, d, "u")}
					if !slices.Contains(c.want, got) {
						t.Errorf("operation %d, seed %d: %q", k, seed, got)
					}
					dropAll(t, d, strings.HasPrefix(c.name, "CREATE TABLE"))
				}
			}
		})
	}
}

// dropAll drops all tables and looks what is left.
func dropAll(t *testing.T, d *Directory, unfinished bool) {
	t.Helper()
	for _, name := range []string{"t", "u"} {
		others := find(t, d, map[string]string{"t": "u", "u": "t"}[name])
		table, err := d.Find([]string{name})
		if err == nil && table != nil {
			err = d.Drop(table)
		} else if err == nil {
			err = d.Finish(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if after := find(t, d, map[string]string{"t": "u", "u": "t"}[name]); after != others {
			t.Errorf("without %s the other table is %q, it was %q", name, after, others)
		}
	}
	entries, err := d.FS.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".weir" && !(unfinished && e.Name() == "u") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// Sessions see each other's tables at once, and of two that make one only one does.
func TestTwoSessions(t *testing.T) {
	disk := vfs.NewCrash()
	one, two := catalogOf(disk), catalogOf(disk)
	if err := one.Replace(nil, managed(one, "Sales", ""), plan.Origin{}); err != nil {
		t.Fatal(err)
	}
	seen, err := two.Find([]string{"SPARK_CATALOG", "default", "sales"})
	if err != nil || seen == nil || seen.Name != "Sales" {
		t.Fatalf("%v, %v", seen, err)
	}
	// two looked before one made it
	err = two.Replace(nil, managed(two, "sales", ""), plan.Origin{})
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Condition != fault.TableExists {
		t.Errorf("made twice: %v", err)
	}
	if err := two.Add(managed(two, "sales", "")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("added twice: %v", err)
	}
	if err := one.Add(managed(one, "b", "")); err != nil {
		t.Fatal(err)
	}
	if err := two.Rename(managed(two, "b", ""), "SALES"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("renamed over another: %v", err)
	}
	// both drop it
	if err := one.Drop(seen); err != nil {
		t.Fatal(err)
	}
	if gone, err := two.Find([]string{"sales"}); gone != nil || err != nil {
		t.Errorf("%v, %v", gone, err)
	}
	if err := two.Drop(seen); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("dropped twice: %v", err)
	}
	if got := two.Names(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("left are %v", got)
	}
}

// A definition that is damaged is an error that names its file and says what to do; it
// keeps nobody from the other tables, and no file is removed for it.
func TestDamagedDefinitions(t *testing.T) {
	for name, text := range map[string]string{
		"empty":         "",
		"cut":           `{"name": "t", "provider": "par`,
		"null":          "null",
		"another":       `{"name": "s", "provider": "parquet", "location": "wh/t", "schema": {"type": "struct", "fields": []}}`,
		"no schema":     `{"name": "t", "provider": "parquet", "location": "wh/t"}`,
		"a bad schema":  `{"name": "t", "provider": "parquet", "location": "wh/t", "schema": "int"}`,
		"no location":   `{"name": "t", "provider": "parquet", "schema": {"type": "struct", "fields": []}}`,
		"no query":      `{"name": "t", "view": {"text": ""}, "schema": {"type": "struct", "fields": []}}`,
		"a wrong query": `{"name": "t", "view": {"text": "SELECT FROM"}, "schema": {"type": "struct", "fields": []}}`,
		"a wrong zone":  `{"name": "t", "view": {"text": "SELECT 1", "zone": "Atlantis"}, "schema": {"type": "struct", "fields": []}}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := catalogOf(before(t))
			file := root + "/.weir/tables/t.json"
			if err := vfs.Replace(d.FS, file, []byte(text)); err != nil {
				t.Fatal(err)
			}
			_, err := d.Find([]string{"T"})
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "remove it") {
				t.Fatalf("%v", err)
			}
			if err := d.Alter(&plan.AlterTable{Name: []string{"t"}, Unset: []string{"k"}}); err == nil {
				t.Error("it was altered")
			}
			other := managed(d, "u", "")
			if err := errors.Join(fill(d, other, "x"), d.Replace(nil, other, plan.Origin{})); err != nil {
				t.Fatal(err)
			}
			if left := d.Leftover("t"); len(left) > 0 {
				t.Errorf("%v counts as left over", left)
			}
			if err := d.Drop(other); err != nil {
				t.Fatal(err)
			}
			if got := rows(d, managed(d, "t", "")); got != "old" {
				t.Errorf("its files: %s", got)
			}
		})
	}
}

// What a table's name may be, and where its files lie.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		parts []string
		name  string
		ok    bool
	}{
		{[]string{"t"}, "t", true},
		{[]string{"Default", "t"}, "t", true},
		{[]string{"spark_catalog", "default", "t"}, "t", true},
		{[]string{"other", "t"}, "other.t", false},
		{[]string{"../t"}, "../t", false},
		{[]string{`a\b`}, `a\b`, false},
	} {
		if name, ok := Name(c.parts); name != c.name || ok != c.ok {
			t.Errorf("%q: %q, %v", c.parts, name, ok)
		}
	}
	d := catalogOf(vfs.NewCrash())
	if got := d.Place("t", "0123abcd-ef"); got != "wh/t-0123abcd" {
		t.Error(got)
	}
}
