package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/weirstream/weir"
)

// completer knows the words that may be typed: those of SQL, functions, tables, and
// the columns of the tables that a statement names.
type completer struct {
	session *weir.Session
	before  string // the lines of the statement that were typed before this one

	fixed []string // words and functions, once they are asked for
}

// patience bounds how long a key may wait for the names of tables and columns.
const patience = 2 * time.Second

// complete is called by the terminal for every key: at a tab it completes the word
// before the cursor as far as it is clear, and lists what it may be where it is not.
func (sh *shell) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := pos
	for start > 0 && isWord(line[start-1]) {
		start--
	}
	word := line[start:pos]
	var list []string
	if strings.HasPrefix(word, `\`) {
		list = beginning(commandNames(), word)
	} else {
		list = sh.words.candidates(sh.words.before+line, word)
	}
	if len(list) == 0 {
		return line, pos, true
	}
	common := prefix(list)
	switch {
	case len(list) == 1:
		common += " "
	case len(common) <= len(word):
		fmt.Fprintln(sh.screen, strings.Join(list[:min(len(list), 60)], "  "))
		common = word
	}
	return line[:start] + common + line[pos:], start + len(common), true
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '\\' || c >= 0x80 || unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c))
}

// candidates are the words that begin like word, in its case where they have none of
// their own.
func (c *completer) candidates(text, word string) []string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tables := c.column(ctx, "SHOW TABLES", 1)
	if table, part, ok := strings.Cut(word, "."); ok {
		list := beginning(c.columns(ctx, meant(text, table, tables)), part)
		for i := range list {
			list[i] = table + "." + list[i]
		}
		return list
	}
	if c.fixed == nil {
		c.fixed = append(c.column(ctx, "SELECT keyword FROM sql_keywords()", 0), c.column(ctx, "SHOW FUNCTIONS", 0)...)
		c.fixed = slices.DeleteFunc(c.fixed, func(w string) bool { return !isWord(w[0]) })
	}
	upper := strings.ToUpper(word) == word && word != ""
	var list []string
	for _, w := range beginning(c.fixed, word) {
		if w = strings.ToLower(w); upper {
			w = strings.ToUpper(w)
		}
		list = append(list, w)
	}
	list = append(list, beginning(tables, word)...)
	for _, t := range tables {
		if mentions(text, t) {
			list = append(list, beginning(c.columns(ctx, t), word)...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// column are the texts of one column of a statement's rows; none where it fails.
func (c *completer) column(ctx context.Context, statement string, at int) []string {
	rows, err := c.session.SQL(statement).Collect(ctx)
	if err != nil {
		return nil
	}
	var list []string
	for _, r := range rows {
		if text, ok := r[at].(string); ok && text != "" {
			list = append(list, text)
		}
	}
	return list
}

// columns are the names of a table's columns.
func (c *completer) columns(ctx context.Context, table string) []string {
	if table == "" {
		return nil
	}
	names, err := c.session.Table(table).Columns(ctx)
	if err != nil {
		return nil
	}
	return names
}

// meant is the table that a name or an alias of the text stands for; empty for none.
func meant(text, name string, tables []string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
	for i, w := range words {
		if i > 0 && strings.EqualFold(w, name) {
			before := words[i-1]
			if strings.EqualFold(before, "as") && i > 1 {
				before = words[i-2]
			}
			if at := slices.IndexFunc(tables, func(t string) bool { return strings.EqualFold(t, before) }); at >= 0 {
				return tables[at]
			}
		}
	}
	if at := slices.IndexFunc(tables, func(t string) bool { return strings.EqualFold(t, name) }); at >= 0 {
		return tables[at]
	}
	return ""
}

// mentions reports whether a text names a table.
func mentions(text, table string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
	}), func(w string) bool { return strings.EqualFold(w, table) })
}

// beginning are the words that begin with another, without regard to case.
func beginning(list []string, with string) []string {
	var out []string
	for _, w := range list {
		if len(w) >= len(with) && strings.EqualFold(w[:len(with)], with) {
			out = append(out, w)
		}
	}
	return out
}

// prefix is what all words begin with.
func prefix(list []string) string {
	common := list[0]
	for _, w := range list[1:] {
		for !strings.HasPrefix(w, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}
