package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// shellCommand is a line that begins with a backslash.
type shellCommand struct {
	names    []string
	argument string // for the help
	what     string
	run      func(sh *shell, argument string, interrupts <-chan os.Signal)
}

// shellCommands are the lines that begin with a backslash, but for those that leave.
func shellCommands() []shellCommand {
	return []shellCommand{
		{[]string{`\?`, `\h`}, "", "this help", (*shell).help},
		{[]string{`\d`}, "[NAME]", "tables and views, or the columns of one", describe},
		{[]string{`\dt`}, "[PATTERN]", "tables and views whose names match, * standing for anything", listing("SHOW TABLES")},
		{[]string{`\dv`}, "[PATTERN]", "views", listing("SHOW VIEWS")},
		{[]string{`\df`}, "[NAME]", "functions whose names match, or what one does", functionHelp},
		{[]string{`\format`}, "FORMAT", "print rows as table, vertical, json or csv", (*shell).setFormat},
		{[]string{`\rows`}, "N", "show at most N rows of a table", (*shell).setRows},
		{[]string{`\timing`}, "[on|off]", "show how long statements take", (*shell).setTiming},
		{[]string{`\set`}, "[KEY [VALUE]]", "settings, as SET has them", setting},
		{[]string{`\i`}, "FILE", "run the statements of a file", include},
		{[]string{`\streams`}, "", "the streams that run", (*shell).streams},
		{[]string{`\stop`}, "NAME", "stop one of them", (*shell).stop},
	}
}

// command runs what begins with a backslash.
func (sh *shell) command(word string, interrupts <-chan os.Signal) (leave bool) {
	name, argument, _ := strings.Cut(strings.TrimSuffix(word, ";"), " ")
	argument = strings.TrimSpace(argument)
	if name == `\q` {
		return true
	}
	for _, c := range shellCommands() {
		if slices.Contains(c.names, name) {
			c.run(sh, argument, interrupts)
			return false
		}
	}
	fmt.Fprintf(sh.screen, "there is no command %s; \\? shows those there are\n", name)
	return false
}

// commandNames are the words that begin with a backslash.
func commandNames() []string {
	names := []string{`\q`}
	for _, c := range shellCommands() {
		names = append(names, c.names...)
	}
	return names
}

func (sh *shell) help(string, <-chan os.Signal) {
	fmt.Fprintln(sh.screen, "Statements end with ; and may take several lines. Tab completes words.")
	for _, c := range shellCommands() {
		fmt.Fprintf(sh.screen, "  %-24s %s\n", strings.Join(c.names, " ")+" "+c.argument, c.what)
	}
	fmt.Fprintf(sh.screen, "  %-24s %s\n  %-24s %s\n", `\q, Ctrl-D`, "leave, and stop the streams that were started", "Ctrl-C",
		"cancel the statement that runs, or clear what is typed")
}

// listing runs a statement of SHOW with a pattern.
func listing(statement string) func(sh *shell, argument string, interrupts <-chan os.Signal) {
	return func(sh *shell, argument string, interrupts <-chan os.Signal) {
		text := statement
		if argument != "" {
			text += " LIKE '" + strings.ReplaceAll(argument, "'", `\'`) + "'"
		}
		sh.run(text+";", interrupts)
	}
}

func describe(sh *shell, argument string, interrupts <-chan os.Signal) {
	if argument == "" {
		sh.run("SHOW TABLES;", interrupts)
		return
	}
	sh.run("DESCRIBE TABLE "+argument+";", interrupts)
}

// functionHelp tells of one function, or lists those that match.
func functionHelp(sh *shell, argument string, interrupts <-chan os.Signal) {
	if argument == "" || strings.ContainsAny(argument, "*|") {
		listing("SHOW FUNCTIONS")(sh, argument, interrupts)
		return
	}
	sh.run("DESCRIBE FUNCTION "+argument+";", interrupts)
}

func setting(sh *shell, argument string, interrupts <-chan os.Signal) {
	key, value, given := strings.Cut(argument, " ")
	if given {
		key += "=" + strings.TrimSpace(value)
	}
	sh.run("SET "+key+";", interrupts)
}

func include(sh *shell, argument string, interrupts <-chan os.Signal) {
	text, err := os.ReadFile(argument)
	if err != nil {
		fmt.Fprintln(sh.screen, err)
		return
	}
	sh.run(string(text), interrupts)
}

func (sh *shell) setFormat(argument string, _ <-chan os.Signal) {
	if !slices.Contains([]string{"table", "vertical", "json", "csv"}, argument) {
		fmt.Fprintf(sh.screen, "rows are printed as %s; the formats are table, vertical, json and csv\n", sh.format)
		return
	}
	sh.format = argument
}

func (sh *shell) setRows(argument string, _ <-chan os.Signal) {
	n, err := strconv.Atoi(argument)
	if err != nil || n < 1 {
		fmt.Fprintf(sh.screen, "%d rows of a table are shown; \\rows takes a whole number from 1 on\n", sh.rows)
		return
	}
	sh.rows = n
}

func (sh *shell) setTiming(argument string, _ <-chan os.Signal) {
	sh.timing = argument == "on" || argument == "" && !sh.timing
	fmt.Fprintf(sh.screen, "timing is %s\n", map[bool]string{true: "on", false: "off"}[sh.timing])
}

func (sh *shell) streams(string, <-chan os.Signal) {
	for _, q := range sh.session.Streams().Active() {
		fmt.Fprintf(sh.screen, "%s  id %s  %s\n", q.Name(), q.ID(), q.Status().Message)
	}
}

func (sh *shell) stop(argument string, _ <-chan os.Signal) {
	for _, q := range sh.session.Streams().Active() {
		if q.Name() == argument {
			q.Stop()
			return
		}
	}
	fmt.Fprintf(sh.screen, "no stream %s runs\n", argument)
}
