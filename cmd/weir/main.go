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
//	arguments ─▶ cobra ─▶ a command's run ─▶ weir.Session ─▶ queries
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

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// program is what every command is given.
type program struct {
	ctx      context.Context // cancelled by the first Ctrl-C
	in       io.Reader
	out, err io.Writer
	verbose  bool

	// atEase says that Ctrl-C is no reason to end: a shell cancels statements
	// with it.
	atEase bool

	// begun says that the command line was right: what goes wrong from then on is no
	// error of usage.
	begun bool
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run runs one command line and returns the exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	p := &program{ctx: ctx, in: in, out: out, err: errOut}
	root := commands(p)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.Execute()
	if err != nil && !p.begun {
		fmt.Fprintf(errOut, "weir: %v; weir --help shows the commands\n", err)
		return exitUsage
	}
	return finish(err, ctx.Err() != nil && !p.atEase, p.verbose, errOut)
}

// commands are what the first word of the command line may be.
func commands(p *program) *cobra.Command {
	root := &cobra.Command{Use: "weir", Short: "Stream processing with the semantics of Spark's Structured Streaming",
		Version: version(), SilenceErrors: true, SilenceUsage: true, Args: noCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	root.PersistentFlags().BoolVar(&p.verbose, "verbose", false, "show the chain of causes of an error, and debug logs")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newDemo(p), newRun(p), newSQL(p), newState(p), newReplay(p), newCheck(p), newGen(p), newBench(p), newVersion(p))
	return root
}

// begin is called when the command line was read and its command begins.
func (p *program) begin() {
	p.begun = true
	level := slog.LevelInfo
	if p.verbose {
		level = slog.LevelDebug
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level})))
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

func newVersion(p *program) *cobra.Command {
	return p.command("version", "Print the version", arguments(), func([]string) error {
		_, err := fmt.Fprintln(p.out, version())
		return err
	})
}
