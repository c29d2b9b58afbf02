package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/weirstream/weir"
	"github.com/weirstream/weir/connector/console"
)

// shell is an interactive session on a terminal.
//
// The terminal is raw while a line is typed and as usual while a statement runs:
// there Ctrl-C comes as a signal and cancels the statement.
type shell struct {
	session *weir.Session
	in      *os.File
	keys    *keyboard
	screen  *term.Terminal // also takes what is printed, also while a line is typed
	history *history
	words   *completer
	format  string
	rows    int                  // most that are shown of a table
	timing  bool                 // the time of each statement is shown
	ends    []context.CancelFunc // of statements that have started streams
}

// shownRows is how many rows of a table the shell shows unless \rows says otherwise.
const shownRows = 100

// shell reads statements from the terminal until \q.
func (c *sqlCommand) shell(p *program) error {
	p.atEase = true
	in := p.in.(*os.File)
	keys := &keyboard{from: in}
	sh := &shell{in: in, keys: keys, format: c.format, rows: shownRows, history: openHistory(historyFile()), screen: term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, p.out}, "")}
	sh.screen.History = sh.history
	slog.SetDefault(slog.New(slog.NewTextHandler(sh.screen, &slog.HandlerOptions{Level: slog.LevelWarn})))
	var err error
	if sh.session, err = c.open(sh.screen); err != nil {
		return err
	}
	sh.words = &completer{session: sh.session}
	sh.screen.AutoCompleteCallback = sh.complete
	defer func() {
		for _, end := range sh.ends {
			end()
		}
		sh.session.Close()
	}()
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	fmt.Fprintf(sh.screen, "%s; \\? for help, \\q to leave\n", version())
	return sh.loop(interrupts)
}

func (sh *shell) loop(interrupts <-chan os.Signal) error {
	var typed string
	for {
		sh.words.before = typed
		line, err := sh.readLine(typed != "")
		switch {
		case errors.Is(err, io.EOF):
			fmt.Fprintln(sh.screen)
			return nil
		case err != nil && !errors.Is(err, term.ErrPasteIndicator):
			return err
		case sh.keys.cleared():
			typed = ""
			continue
		}
		word := strings.TrimSpace(line)
		if typed == "" && word == "" {
			continue
		}
		if typed == "" && strings.HasPrefix(word, `\`) {
			sh.history.keep(line)
			if leave := sh.command(word, interrupts); leave {
				return nil
			}
			continue
		}
		typed += line + "\n"
		if complete(typed) {
			sh.history.keep(typed)
			sh.run(typed, interrupts)
			typed = ""
		}
	}
}

// readLine shows the prompt and reads a line with the terminal raw.
func (sh *shell) readLine(more bool) (string, error) {
	before, err := term.MakeRaw(int(sh.in.Fd()))
	if err != nil {
		return "", err
	}
	defer term.Restore(int(sh.in.Fd()), before)
	if w, h, err := term.GetSize(int(sh.in.Fd())); err == nil && w > 0 {
		if err := sh.screen.SetSize(w, h); err != nil {
			return "", err
		}
	}
	prompt := "weir> "
	if more {
		prompt = "   -> "
	}
	sh.screen.SetPrompt(prompt)
	return sh.screen.ReadLine()
}

// run runs statements; a signal cancels them. The streams that they start run on
// and end with the shell: only a statement that has started none gives its
// context up.
func (sh *shell) run(text string, interrupts <-chan os.Signal) {
	select {
	case <-interrupts: // of an idle moment
	default:
	}
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-interrupts:
			cancel()
		case <-over:
		}
	}()
	streams := false
	begun := time.Now()
	err := sh.session.Run(ctx, text, func(r weir.Result) error {
		if r.Query != nil {
			streams = true
			fmt.Fprintf(sh.screen, "the stream %s runs, id %s; \\stop %[1]s stops it\n", r.Query.Name(), r.Query.ID())
			return nil
		}
		return sh.show(ctx, r)
	})
	close(over)
	<-watched
	switch {
	case ctx.Err() != nil && err != nil:
		fmt.Fprintln(sh.screen, "cancelled")
	case err != nil:
		fmt.Fprintln(sh.screen, err)
	}
	if sh.timing {
		fmt.Fprintf(sh.screen, "time: %v\n", time.Since(begun).Round(10*time.Microsecond))
	}
	if streams {
		sh.ends = append(sh.ends, cancel)
		return
	}
	cancel()
}

// show prints what a statement gave: of a table as many rows as are to be shown, and
// how many there are.
func (sh *shell) show(ctx context.Context, r weir.Result) error {
	d := r.Rows
	if d == nil || sh.format == "json" || sh.format == "csv" || manyLines(r.Text) {
		return showResult(ctx, sh.screen, r, sh.format)
	}
	schema, err := d.Schema(ctx)
	if err != nil || schema.Len() == 0 {
		return err
	}
	kept, err := d.Limit(sh.rows + 1).LocalCheckpoint(ctx)
	if err != nil {
		return err
	}
	n, err := kept.Count(ctx)
	if err != nil {
		return err
	}
	if err := kept.ShowTo(ctx, sh.screen, console.Layout{NumRows: sh.rows, Vertical: sh.format == "vertical"}); err != nil {
		return err
	}
	switch {
	case n > int64(sh.rows):
		fmt.Fprintf(sh.screen, "(more than %d rows; \\rows N shows more)\n", sh.rows)
	case n == 1:
		fmt.Fprintln(sh.screen, "(1 row)")
	default:
		fmt.Fprintf(sh.screen, "(%d rows)\n", n)
	}
	return nil
}

// complete reports whether a text ends with a statement's semicolon: one that is
// neither quoted nor in a comment.
func complete(text string) bool {
	done := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			end := closing(text[i+1:], c)
			if end < 0 {
				return false
			}
			i += end + 1
			done = false
		case strings.HasPrefix(text[i:], "--"):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return done
			}
			i += end
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return false
			}
			i += end + 3
		case c == ';':
			done = true
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			done = false
		}
	}
	return done
}

// closing is the place of the quote that ends a text, -1 if there is none.
func closing(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote != '`':
			i++
		case text[i] == quote:
			return i
		}
	}
	return -1
}

// keyboard turns Ctrl-C into the keys that clear a line and end it, since
// term.Terminal would take it for the end of the input, and notes that it did.
type keyboard struct {
	from    io.Reader
	rest    []byte
	clear   bool
	pending error
}

// clearLine is what takes the place of Ctrl-C: to the end, erase to the
// beginning, enter.
const clearLine = "\x05\x15\r"

// Read reads keys.
func (k *keyboard) Read(b []byte) (int, error) {
	if len(k.rest) == 0 && k.pending == nil {
		var keys [256]byte
		n, err := k.from.Read(keys[:])
		k.pending = err
		if bytes.IndexByte(keys[:n], 3) >= 0 {
			k.clear = true
		}
		k.rest = bytes.ReplaceAll(keys[:n], []byte{3}, []byte(clearLine))
	}
	n := copy(b, k.rest)
	k.rest = k.rest[n:]
	if len(k.rest) > 0 || k.pending == nil {
		return n, nil
	}
	err := k.pending
	k.pending = nil
	return n, err
}

// cleared reports whether Ctrl-C was typed since it was last asked.
func (k *keyboard) cleared() bool {
	c := k.clear
	k.clear = false
	return c
}
