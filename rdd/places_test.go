package rdd

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What a killed process has left goes when the next context is made; what belongs to one
// that lives stays, and so does what is nobody's.
func TestLeftoversAreSwept(t *testing.T) {
	if dir := os.Getenv("WEIR_TEST_PLACE"); dir != "" {
		holdPlace(t, dir)
		return
	}
	dir := t.TempDir()
	foreign := filepath.Join(dir, "weir-1-mine")
	if err := os.Mkdir(foreign, 0o700); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestLeftoversAreSwept$")
	child.Env = append(os.Environ(), "WEIR_TEST_PLACE="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	if !in.Scan() {
		t.Fatal("the process has made no context")
	}
	place := in.Text()
	again := func() (there bool) {
		c, err := NewContext(Config{LocalDirs: []string{dir}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		_, err = os.Stat(place)
		return err == nil
	}
	if !again() {
		t.Error("the directory of a process that lives was removed")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed
	if again() {
		t.Error("the directory of a dead process is still there")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != filepath.Base(foreign) {
		t.Errorf("left are %v, %v", left, err)
	}
}

// holdPlace makes a context with a file, names its directory, and waits to be killed.
func holdPlace(t *testing.T, dir string) {
	c, err := NewContext(Config{LocalDirs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(c.dirs[0], "shuffle"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.dirs[0], "shuffle", "1"), []byte("rows"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stdout.WriteString(c.dirs[0] + "\n"); err != nil {
		t.Fatal(err)
	}
	select {}
}
