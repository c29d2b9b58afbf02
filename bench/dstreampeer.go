package bench

import (
	"bytes"
	"context"
	_ "embed" // the peer's program
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sparkDStream is a program that reads a job as JSON from its input, runs it on Spark
// Streaming with the closures that Java compiles, and prints a sparkAnswer.
//
//go:embed peers/SparkDStream.java
var sparkDStream string

// sparkAnswer is what the program prints.
type sparkAnswer struct {
	MS      []int64 `json:"ms"` // of each batch
	Found   int64   `json:"found"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	Peak    int64   `json:"peak_rss_bytes"`
}

// opened are the packages of Java's own that Spark must be let into.
var opened = []string{"java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
	"java.util.concurrent", "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
	"sun.util.calendar"}

// sparkStreaming compiles the program in a folder and runs a job. The classes of Spark
// are those that PySpark comes with.
func sparkStreaming(ctx context.Context, dir string, job map[string]any) (a sparkAnswer, err error) {
	where, err := output(exec.CommandContext(ctx, "python3", "-c", "import os, pyspark; print(os.path.dirname(pyspark.__file__))"))
	if err != nil {
		return a, err
	}
	jars := filepath.Join(strings.TrimSpace(string(where)), "jars", "*")
	source := filepath.Join(dir, "SparkDStream.java")
	if err := os.WriteFile(source, []byte(sparkDStream), 0o600); err != nil {
		return a, err
	}
	if _, err := output(exec.CommandContext(ctx, "javac", "-nowarn", "-cp", jars, "-d", dir, source)); err != nil {
		return a, err
	}
	args := []string{"-Xmx6g", "-cp", dir + string(filepath.ListSeparator) + jars}
	for _, name := range opened {
		args = append(args, "--add-opens=java.base/"+name+"=ALL-UNNAMED")
	}
	text, err := json.Marshal(job)
	if err != nil {
		return a, err
	}
	cmd := exec.CommandContext(ctx, "java", append(args, "SparkDStream")...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(text)
	out, err := output(cmd)
	if err != nil {
		return a, err
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	err = json.Unmarshal([]byte(lines[len(lines)-1]), &a)
	return a, err
}

// output is what a command prints; the error ends with the last line of its complaints.
func output(cmd *exec.Cmd) ([]byte, error) {
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(problems.String()), "\n")
		err = fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, lines[len(lines)-1])
	}
	return out, err
}
