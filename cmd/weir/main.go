// Command weir runs streaming jobs: SQL files, single statements, the demo, the
// generators and the benchmarks.
//
//	weir demo            the main job on built-in input
//	weir run JOB.sql     a job
//	weir sql             one statement, or a shell
//	weir state           what a checkpoint holds of operators with state
//	weir replay          runs batches of a checkpoint again, to see what they did
//	weir check           what becomes of a checkpoint if a changed job is started on it
//	weir gen             input data as files
//	weir bench           measurements, beside other engines
//	weir version
//
//	arguments ─▶ kong ─▶ a command's Run ─▶ weir.Session ─▶ queries
//	                          │                               │ progress
//	Ctrl-C ─▶ program.ctx ────┘       statusLine, serveMetrics ◀┘
//
// Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 interrupted. Results
// go to standard output, everything about them to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// commands are what the first word of the command line may be.
type commands struct {
	Verbose bool `help:"Show the chain of causes of an error, and debug logs."`

	Demo    demoCommand    `cmd:"" help:"Run the main job on built-in input."`
	Run     runCommand     `cmd:"" help:"Run a job: a file of SQL statements."`
	SQL     sqlCommand     `cmd:"" name:"sql" help:"Run one statement, or an interactive shell."`
	State   stateCommand   `cmd:"" help:"Show the state that a checkpoint holds."`
	Replay  replayCommand  `cmd:"" help:"Run batches of a checkpoint again, and show what each operator took and gave."`
	Check   checkCommand   `cmd:"" help:"Say what becomes of a checkpoint if a changed job is started on it."`
	Gen     genCommand     `cmd:"" help:"Write generated input as files."`
	Bench   benchCommand   `cmd:"" help:"Measure, beside other engines where asked."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// program is what every command is given.
type program struct {
	ctx      context.Context // cancelled by the first Ctrl-C
	in       io.Reader
	out, err io.Writer
	verbose  bool

	// atEase says that Ctrl-C is no reason to end: a shell cancels statements
	// with it.
	atEase bool
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs one command line and returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("weir"), kong.Writers(out, errOut),
		kong.Description("Stream processing with the semantics of Spark's Structured Streaming."),
		kong.Exit(func(n int) { code = n }))
	if err != nil {
		fmt.Fprintln(errOut, "weir:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	line, err := parser.Parse(args)
	if code >= 0 {
		return code
	}
	if err != nil {
		fmt.Fprintf(errOut, "weir: %v; weir --help shows the commands\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: level})))
	p := &program{ctx: ctx, in: in, out: out, err: errOut, verbose: c.Verbose}
	err = line.Run(p)
	return finish(err, ctx.Err() != nil && !p.atEase, c.Verbose, errOut)
}

// finish prints an error as one readable text and gives the exit code.
func finish(err error, interrupted, verbose bool, errOut io.Writer) int {
	switch {
	case interrupted && (err == nil || errors.Is(err, context.Canceled)):
		return exitInterrupted
	case err == nil:
		return exitDone
	}
	fmt.Fprintln(errOut, "weir:", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if verbose {
		printCauses(errOut, err, false)
	}
	return exitFailed
}

// printCauses prints what lies beneath an error, the nearest first.
func printCauses(w io.Writer, err error, also bool) {
	if also {
		fmt.Fprintf(w, "  caused by %T: %v\n", err, err)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			printCauses(w, inner, true)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			printCauses(w, inner, true)
		}
	}
}

// usageError marks a wrong command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

type versionCommand struct{}

// Run prints the version.
func (*versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.out, version())
	return err
}
