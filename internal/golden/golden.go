package golden

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the answers that came into the golden files")

// border separates what is asked from what is answered.
const border = "----"

// Case is one command of a golden file.
type Case struct {
	// Command is the first word of the command line.
	Command string

	// Args are the other words of the command line: key=value, or a bare word,
	// which has the empty value. A value with spaces stands in double quotes,
	// as Go writes a string.
	Args map[string]string

	// Words are the bare words of the command line, in their order.
	Words []string

	// Input holds the lines between the command line and the border, without
	// a final line break.
	Input string

	// Position is the file and line of the command, for messages.
	Position string
}

// Arg is the value of the argument key, or otherwise if it is not there.
func (c Case) Arg(key, otherwise string) string {
	if v, ok := c.Args[key]; ok {
		return v
	}
	return otherwise
}

// Has reports whether the command line holds the argument key.
func (c Case) Has(key string) bool {
	_, ok := c.Args[key]
	return ok
}

// Int is the integer value of the argument key, or otherwise if it is not
// there. It ends the test if the value is no integer.
func (c Case) Int(t testing.TB, key string, otherwise int64) int64 {
	t.Helper()
	v, ok := c.Args[key]
	if !ok {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		t.Fatalf("%s: argument %s=%s is no integer", c.Position, key, v)
	}
	return n
}

// Lines are the lines of the input, none if it is empty.
func (c Case) Lines() []string {
	if c.Input == "" {
		return nil
	}
	return strings.Split(c.Input, "\n")
}

// Files calls test once, as a subtest, for each file that matches pattern. It
// fails when none does, since a test that tests nothing passes too easily.
func Files(t *testing.T, pattern string, test func(t *testing.T, file string)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatalf("golden: pattern %s: %v", pattern, err)
	}
	if len(files) == 0 {
		t.Fatalf("golden: no file matches %s", pattern)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		t.Run(name, func(t *testing.T) { test(t, file) })
	}
}

// Run answers every case of file in turn and reports each answer that is not
// the one in the file. A final line break of an answer does not count.
func Run(t testing.TB, file string, answer func(Case) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	blocks, err := parse(file, string(text))
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	var out strings.Builder
	for _, b := range blocks {
		out.WriteString(b.before)
		if !b.isCase {
			continue
		}
		got := strings.TrimRight(answer(b.Case), "\n")
		if strings.Contains("\n"+got+"\n", "\n"+border+"\n") {
			t.Fatalf("%s: the answer holds a line of four dashes, which a golden file cannot:\n%s", b.Position, got)
		}
		writeAnswer(&out, got)
		if !*update && got != b.want {
			t.Errorf("%s: %s\ngot:\n%s\nwant:\n%s", b.Position, b.head(), indent(got), indent(b.want))
		}
	}
	if !*update || out.String() == string(text) {
		return
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatalf("golden: %v", err)
	}
}

// head is the command line and the input of a case, for messages.
func (c Case) head() string {
	if c.Input == "" {
		return c.Command
	}
	return c.Command + "\n" + indent(c.Input)
}

// writeAnswer appends the answer as it stands in a file, with the empty line
// that ends it.
func writeAnswer(out *strings.Builder, answer string) {
	if answer != "" && strings.Contains("\n"+answer+"\n", "\n\n") {
		fmt.Fprintf(out, "%s\n%s\n%s\n%s\n%s\n\n", border, border, answer, border, border)
		return
	}
	if answer != "" {
		answer += "\n"
	}
	fmt.Fprintf(out, "%s\n%s\n", border, answer)
}

func indent(s string) string {
	return "\t" + strings.ReplaceAll(s, "\n", "\n\t")
}
