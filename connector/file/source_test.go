package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/connector/connectortest"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

func textPlace(dir string, options ...string) place {
	p := place{format: "text", options: map[string]string{"path": dir}, log: newTestLog()}
	for i := 0; i < len(options); i += 2 {
		p.options[options[i]] = options[i+1]
	}
	return p
}

// next reads what Latest admits, and commits it. Values are sorted.
func next(t testing.TB, s *Source, from *connector.Offset, l connector.Limit) []string {
	t.Helper()
	to, err := s.Latest(t.Context(), *from, l)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, row := range connectortest.Read(t, s, *from, to, connector.Scan{Schema: s.Schema()}) {
		values = append(values, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
	}
	if err := s.Commit(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	*from = to
	slices.Sort(values)
	return values
}

func TestSourceContract(t *testing.T) {
	for _, options := range [][]string{nil, {"maxFilesPerTrigger", "2"}, {"latestFirst", "true", "maxFilesPerTrigger", "1"}} {
		dir := t.TempDir()
		p := textPlace(dir, options...)
		connectortest.Source(t, connectortest.SourceCase{
			Open: func(t testing.TB) connector.Source { return p.open(t) },
			Feed: func(t testing.TB, round int) {
				for i := range 3 {
					put(t, fmt.Sprintf("%s/f%d-%d", dir, round, i), fmt.Sprintf("a%d\nb%d", i, round), int64(100-round))
				}
			},
		})
	}
}

// Equal times, older times, files renamed in, more than fit in a batch, and a
// restart in between: every file once (SPARK-19813 and its kin).
func TestEveryFileOnce(t *testing.T) {
	for _, options := range [][]string{
		{"maxFilesPerTrigger", "3"}, {"maxFilesPerTrigger", "3", "latestFirst", "true", "maxFileAge", "1s"},
		{"maxFilesPerTrigger", "3", "maxCachedFiles", "0"}, {"maxFilesPerTrigger", "2", "discardCachedInputRatio", "0"},
		{"maxBytesPerTrigger", "8"}, {},
	} {
		t.Run(strings.Join(options, " "), func(t *testing.T) {
			dir := t.TempDir()
			p := textPlace(dir, options...)
			s := p.open(t)
			var from connector.Offset
			var got, want []string
			add := func(name string, seconds int64) {
				put(t, dir+"/"+name, name+"\n", seconds)
				want = append(want, name)
			}
			for round := range 6 {
				for i := range 4 {
					add(fmt.Sprintf("same-%d-%d", round, i), 1000)
				}
				add(fmt.Sprintf("old-%d", round), int64(900-round))
				put(t, fmt.Sprintf("%s/.hidden-%d", dir, round), "moved\n", 500)
				if err := os.Rename(fmt.Sprintf("%s/.hidden-%d", dir, round), fmt.Sprintf("%s/moved-%d", dir, round)); err != nil {
					t.Fatal(err)
				}
				want = append(want, "moved")
				got = append(got, next(t, s, &from, connector.Limit{})...)
				if round == 3 {
					s = p.open(t)
				}
			}
			for {
				more := next(t, s, &from, connector.Limit{})
				if len(more) == 0 {
					break
				}
				got = append(got, more...)
			}
			slices.Sort(got)
			slices.Sort(want)
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAdmission(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		put(t, fmt.Sprintf("%s/%d", dir, i), strings.Repeat(fmt.Sprint(i), 9)+"\n", int64(i))
	}
	sizes := func(options ...string) string {
		s := textPlace(dir, options...).open(t)
		var from connector.Offset
		var all []string
		for {
			rows := next(t, s, &from, connector.Limit{})
			if len(rows) == 0 {
				return strings.Join(all, " | ")
			}
			for i := range rows {
				rows[i] = rows[i][:1]
			}
			all = append(all, strings.Join(rows, " "))
		}
	}
	check := func(want string, options ...string) {
		t.Helper()
		if got := sizes(options...); got != want {
			t.Errorf("%v: batches %s, want %s", options, got, want)
		}
	}
	check("0 1 2 3 4")
	check("0 1 | 2 3 | 4", "maxFilesPerTrigger", "2")
	check("3 4 | 1 2 | 0", "maxFilesPerTrigger", "2", "latestFirst", "true")
	check("0 1 | 2 3 | 4", "maxBytesPerTrigger", "29")
	check("0 | 1 | 2 | 3 | 4", "maxBytesPerTrigger", "1b")
	check("1 3", "pathGlobFilter", "{1,3}*")
}

// AvailableNow asks for everything once and then reads it in several batches.
func TestUnlimitedThenBounded(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		put(t, fmt.Sprintf("%s/%d", dir, i), fmt.Sprint(i), int64(i))
	}
	p := textPlace(dir, "maxFilesPerTrigger", "2")
	s := p.open(t)
	until, err := s.Latest(t.Context(), nil, connector.Limit{Unlimited: true})
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir+"/late", "late", 9)
	var from connector.Offset
	var got []string
	for range 5 {
		got = append(got, strings.Join(next(t, s, &from, connector.Limit{Until: until}), " "))
	}
	if d := cmp.Diff([]string{"0 1", "2 3", "4", "", ""}, got); d != "" {
		t.Error(d)
	}
	if rows := next(t, p.open(t), &from, connector.Limit{Unlimited: true}); !slices.Equal(rows, []string{"late"}) {
		t.Errorf("then came %v", rows)
	}
}

func TestMaxFileAge(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/a", "a", 1000)
	put(t, dir+"/b", "b", 5000)
	s := textPlace(dir, "maxFileAge", "10s").open(t)
	var from connector.Offset
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the first batch takes everything, and took %v", got)
	}
	put(t, dir+"/tooOld", "x", 4989)
	put(t, dir+"/fresh", "y", 4991)
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"y"}) {
		t.Errorf("got %v", got)
	}
}

func TestFileNameOnly(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/k=1/f", "x", 1)
	put(t, dir+"/k=2/f", "x", 2)
	put(t, dir+"/k=2/g", "y", 3)
	s := textPlace(dir, "fileNameOnly", "true").open(t)
	var from connector.Offset
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"x 1", "y 2"}) {
		t.Errorf("got %v", got)
	}
}

func TestPartitionDirectories(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/day=2024-01-02/n=7/f", "a", 1)
	put(t, dir+"/day=2024-01-03/n=__HIVE_DEFAULT_PARTITION__/f", "b", 2)
	put(t, dir+"/day=2024-01-03/n=8/_hidden", "no", 3)
	put(t, dir+"/plain/f", "no", 4)
	p := textPlace(dir)
	s := p.open(t)
	if got := s.Schema().String(); got != "struct<value:string,day:date,n:int>" {
		t.Errorf("schema %s", got)
	}
	var from connector.Offset
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"a 19724 7", "b 19725 <nil>"}) {
		t.Errorf("got %v", got)
	}
	put(t, dir+"/day=2024-01-04/n=9/g", "c", 5)
	s = p.open(t) // the values of a batch that is planned again come from the path
	to, err := s.Latest(t.Context(), from, connector.Limit{})
	if err != nil {
		t.Fatal(err)
	}
	s = p.open(t)
	rows := connectortest.Read(t, s, from, to, connector.Scan{Schema: types.NewSchema(s.Schema().Fields[2])})
	if len(rows) != 1 || rows[0][0] != int32(9) {
		t.Errorf("got %v", rows)
	}

	all := textPlace(dir, "recursiveFileLookup", "true").open(t)
	from = nil
	if got := next(t, all, &from, connector.Limit{}); !slices.Equal(got, []string{"a", "b", "c", "no"}) {
		t.Errorf("recursive: %v", got)
	}
}

func TestGlobPath(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a1/x", "a2/x", "b1/x", "b1/.y", "c/x"} {
		put(t, dir+"/"+name, name, 1)
	}
	s := textPlace(dir + "/{a?,[bd]*}").open(t)
	var from connector.Offset
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"a1/x", "a2/x", "b1/x"}) {
		t.Errorf("got %v", got)
	}
	put(t, dir+"/a3/x", "a3/x", 2)
	if got := next(t, s, &from, connector.Limit{}); !slices.Equal(got, []string{"a3/x"}) {
		t.Errorf("then %v", got)
	}
}

func TestCleanSource(t *testing.T) {
	dir, archive := t.TempDir(), t.TempDir()
	for _, mode := range []string{"archive", "delete"} {
		put(t, dir+"/f", "x", 1)
		p := textPlace(dir, "cleanSource", mode)
		if mode == "archive" {
			p.options["sourceArchiveDir"] = archive
		}
		s := p.open(t)
		var from connector.Offset
		next(t, s, &from, connector.Limit{})
		if _, err := os.Stat(dir + "/f"); !os.IsNotExist(err) {
			t.Errorf("%s: the file is still there", mode)
		}
		_, err := os.Stat(filepath.Join(archive, dir, "f"))
		if mode == "archive" && err != nil {
			t.Error(err)
		}
		if got := next(t, s, &from, connector.Limit{}); got != nil {
			t.Errorf("%s: then came %v", mode, got)
		}
	}
}

// What a run that died had read and not cleaned is cleaned by the next.
func TestCleanSourceAfterACrash(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/f", "x", 1)
	p := textPlace(dir, "cleanSource", "delete")
	s := p.open(t)
	to, err := s.Latest(t.Context(), nil, connector.Limit{})
	if err != nil {
		t.Fatal(err)
	}
	connectortest.Read(t, s, nil, to, connector.Scan{Schema: s.Schema()})
	put(t, dir+"/g", "y", 2)
	s = p.open(t) // the batch was committed, and the process died
	next(t, s, &to, connector.Limit{})
	for _, name := range []string{"/f", "/g"} {
		if _, err := os.Stat(dir + name); !os.IsNotExist(err) {
			t.Errorf("the file %s is still there", name)
		}
	}
}

func TestSourceErrors(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/f", "x", 1)
	for _, tt := range []struct {
		about     string
		place     place
		condition fault.Condition
		says      string
	}{
		{"missing path", textPlace(dir + "/none"), fault.PathNotFound, dir + "/none"},
		{"no path", place{format: "text"}, fault.IllegalArgument, "path is required"},
		{"refused option", textPlace(dir, "modifiedBefore", "2020"), fault.IllegalArgument, "not allowed in file stream sources"},
		{"both bounds", textPlace(dir, "maxFilesPerTrigger", "1", "maxBytesPerTrigger", "1"), fault.IllegalArgument, "leave one out"},
		{"no schema", place{format: "parquet", options: map[string]string{"path": dir}}, fault.IllegalArgument, "Schema must be specified"},
		{"archive inside", textPlace(dir, "cleanSource", "archive", "sourceArchiveDir", dir+"/a"), fault.IllegalArgument, "outside"},
		{"other scheme", textPlace("hdfs://h/x"), fault.IllegalArgument, "no file system"},
		{"bad age", textPlace(dir, "maxFileAge", "soon"), fault.IllegalArgument, "7d"},
	} {
		t.Run(tt.about, func(t *testing.T) {
			_, err := formatOf(t, tt.place.format, nil).SourceSchema(t.Context(), tt.place.spec())
			if !fault.Is(err, tt.condition) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestFileGoneBeforeItIsRead(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/f", "x", 1)
	for _, skip := range []bool{false, true} {
		p := textPlace(dir, "ignoreMissingFiles", fmt.Sprint(skip))
		s := p.open(t)
		to, err := s.Latest(t.Context(), nil, connector.Limit{})
		if err != nil {
			t.Fatal(err)
		}
		splits, err := s.Plan(t.Context(), nil, to)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(dir + "/f"); err != nil {
			t.Fatal(err)
		}
		_, err = s.Open(t.Context(), splits[0], connector.Scan{Schema: s.Schema()})
		if skip != (err == nil) || !skip && (!fault.Is(err, fault.FileNotExist) || !strings.Contains(err.Error(), dir+"/f")) {
			t.Errorf("ignoreMissingFiles %v: %v", skip, err)
		}
		put(t, dir+"/f", "x", 1)
	}
}

// A listing that is skipped because the directory did not change must not hide
// what came meanwhile, and one of many files must not cost a look at each.
func BenchmarkListing(b *testing.B) {
	dir := b.TempDir()
	for i := range 20_000 {
		put(b, fmt.Sprintf("%s/%06d", dir, i), "x", int64(i))
	}
	s := textPlace(dir).open(b)
	from, err := s.Latest(b.Context(), nil, connector.Limit{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			s := textPlace(dir).open(b)
			if _, err := s.Latest(context.Background(), nil, connector.Limit{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			clear(s.lister.dirs)
			if _, err := s.Latest(context.Background(), from, connector.Limit{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
