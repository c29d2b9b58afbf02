// Command weir runs streaming jobs: SQL files, single statements, the demo, the
// generators and the benchmarks.
//
//	weir demo            the main job on built-in input
//	weir run JOB.sql     a job
//	weir sql             one statement, or a shell
//	weir gen             input data as files
//	weir bench           measurements, beside other engines
//	weir version
//
// Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 interrupted.
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
	Gen     genCommand     `cmd:"" help:"Write generated input as files."`
	Bench   benchCommand   `cmd:"" help:"Measure, beside other engines where asked."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// program is what every command is given.
type program struct {
	ctx      context.Context // cancelled by the first Ctrl-C
	out, err io.Writer
	verbose  bool
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run runs one command line and returns the exit code.
func run(args []string, out, errOut io.Writer) int {
	var c commands
	code := -1
	parser, err := kong.New(&c, kong.Name("weir"), kong.UsageOnError(), kong.Writers(out, errOut),
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
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: level})))
	err = line.Run(&program{ctx: ctx, out: out, err: errOut, verbose: c.Verbose})
	return finish(err, ctx.Err() != nil, c.Verbose, errOut)
}

// finish prints an error as one readable text and gives the exit code.
func finish(err error, interrupted, verbose bool, errOut io.Writer) int {
	var usage *usageError
	switch {
	case interrupted && (err == nil || errors.Is(err, context.Canceled)):
		return exitInterrupted
	case err == nil:
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintln(errOut, "weir:", err)
		return exitUsage
	}
	fmt.Fprintln(errOut, "weir:", err)
	if verbose {
		for e := errors.Unwrap(err); e != nil; e = errors.Unwrap(e) {
			fmt.Fprintf(errOut, "  caused by %T: %v\n", e, e)
		}
	}
	return exitFailed
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
