package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this binary the command itself where a test asks for it.
func TestMain(m *testing.M) {
	if os.Getenv("WEIR_TEST_COMMAND") != "" {
		main()
		return
	}
	if dir := os.Getenv(killedFolder); dir != "" {
		if err := killedJob(dir, os.Getenv(killedStore)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	testscript.Main(m, map[string]func(){"weir": main})
}

// TestScripts runs testdata/script: the command as its users see it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "masked": masked,
	}})
}

// batchTime is when a batch was planned.
var batchTime = regexp.MustCompile(`(?m)^(batch \d+ of )[-0-9]+ [:.0-9]+`)

// masked compares the output with a file, but for the times of batches and the place
// of the test: masked FILE.
func masked(ts *testscript.TestScript, _ bool, args []string) {
	got := batchTime.ReplaceAllString(ts.ReadFile("stdout"), "${1}TIME")
	got = strings.ReplaceAll(got, ts.Getenv("WORK"), "WORK")
	if want := ts.ReadFile(args[0]); got != want {
		ts.Fatalf("the output is\n%s\nwant\n%s", got, want)
	}
}

// exits runs a command and compares its exit code: exits CODE COMMAND ARGS…
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exits with %d, want %d", args[1:], got, want)
	}
}
