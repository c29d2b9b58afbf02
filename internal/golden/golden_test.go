package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a testing.TB that keeps errors instead of failing.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

// describe answers a case with what was parsed.
func describe(t testing.TB) func(Case) string {
	return func(c Case) string {
		switch c.Command {
		case "describe":
			return fmt.Sprintf("n=%d word=%t text=%q words=%q\ninput %q",
				c.Int(t, "n", -1), c.Has("word"), c.Arg("text", "none"), c.Words, c.Lines())
		case "echo":
			return c.Input
		case "nothing":
			return ""
		default:
			return "unknown command " + c.Command
		}
	}
}

func TestFilesAreAnsweredAsWritten(t *testing.T) {
	Files(t, "testdata/*.txt", func(t *testing.T, file string) {
		Run(t, file, describe(t))
	})
}

func TestWrongAnswerIsReported(t *testing.T) {
	file := filepath.Join(t.TempDir(), "wrong.txt")
	write(t, file, "# why\necho\nhello\n----\nhallo\n\n")
	r := &recorder{TB: t}
	Run(r, file, describe(t))
	if len(r.errors) != 1 {
		t.Fatalf("got %d errors, want 1", len(r.errors))
	}
	for _, part := range []string{"wrong.txt:2:", "got:\n\thello", "want:\n\thallo"} {
		if !strings.Contains(r.errors[0], part) {
			t.Errorf("the message lacks %q:\n%s", part, r.errors[0])
		}
	}
}

func TestUpdateWritesWhatCameAndKeepsTheRest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "old.txt")
	write(t, file, "# first\necho\na\nb\n----\nold\n\n\n# second\nnothing\n----\nold\n\necho\nnew\n----\n")
	*update = true
	defer func() { *update = false }()
	Run(t, file, describe(t))
	*update = false

	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := "# first\necho\na\nb\n----\na\nb\n\n\n# second\nnothing\n----\n\necho\nnew\n----\nnew\n\n"
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	Run(t, file, describe(t))
}

func TestAnswersOfAnyShapeComeBack(t *testing.T) {
	for _, answer := range []string{"", "a", "a\nb", "a\n\nb", "\na", "--\n\n-----"} {
		var out strings.Builder
		out.WriteString("echo\n")
		writeAnswer(&out, answer)
		blocks, err := parse("memory", out.String())
		if err != nil || len(blocks) != 1 || blocks[0].want != answer {
			t.Errorf("%q came back as %+v, %v", answer, blocks, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no border", "echo\n", "no line of four dashes"},
		{"open answer", "echo\n----\n----\na\n----\n", "not closed by two lines"},
		{"open quote", "echo a=\"b\n----\n", "quoted value is not closed"},
	}
	for _, tt := range tests {
		_, err := parse("file", tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
