package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// history is what was typed, statement by statement. It lies in a file, a line a
// statement, and goes on where the last shell ended.
type history struct {
	lines []string // oldest first
	file  string   // empty for none
}

// keptLines is how many lines of an older history are taken over.
const keptLines = 1000

// historyFile is where the history lies: what WEIR_HISTORY says, else a file in the
// user's directory for settings, else none.
func historyFile() string {
	if name, ok := os.LookupEnv("WEIR_HISTORY"); ok {
		return name
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "weir", "history")
}

// openHistory reads a history. A file that cannot be read is an empty one: the shell
// works without.
func openHistory(file string) *history {
	h := &history{file: file}
	f, err := os.Open(file)
	if err != nil {
		return h
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		h.lines = append(h.lines, lines.Text())
	}
	h.lines = h.lines[max(0, len(h.lines)-keptLines):]
	return h
}

// Add does nothing: the terminal adds every line, and a statement may have several;
// see keep.
func (h *history) Add(string) {}

// keep adds a statement, in one line, unless it is the one before or begins with a
// blank. What cannot be written to the file is forgotten with the shell.
func (h *history) keep(statement string) {
	if strings.HasPrefix(statement, " ") {
		return
	}
	line := oneLine(statement)
	if line == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	if h.file == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(h.file), 0o700); err != nil {
		return
	}
	f, err := os.OpenFile(h.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.WriteString(line + "\n") // see above
}

// oneLine joins the lines of a statement; comments to the end of a line become such
// that end.
func oneLine(statement string) string {
	lines := strings.Split(strings.TrimSpace(statement), "\n")
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if comment := strings.Index(line, "--"); comment >= 0 && i < len(lines)-1 && !strings.ContainsAny(line[:comment], "'\"`") {
			line = line[:comment] + "/*" + line[comment+2:] + " */"
		}
		lines[i] = line
	}
	return strings.Join(lines, " ")
}

// Len is the number of lines.
func (h *history) Len() int { return len(h.lines) }

// At is a line; 0 is the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
