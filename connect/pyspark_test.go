package connect

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// python is an interpreter that has PySpark and what its Connect client needs:
// WEIR_PYTHON, which make test sets, or the first on the path. Without one the test is
// skipped, but if one was named.
func python(t *testing.T) string {
	name := os.Getenv("WEIR_PYTHON")
	if name == "" {
		if testing.Short() {
			t.Skip("a test with PySpark takes seconds; set WEIR_PYTHON or leave -short out")
		}
		name = "python3"
	}
	check := exec.CommandContext(t.Context(), name, "-c", "import pandas, pyarrow, grpc, grpc_status, pyspark.sql.connect.session")
	check.Env = environment()
	if out, err := check.CombinedOutput(); err != nil {
		if os.Getenv("WEIR_PYTHON") != "" {
			t.Fatalf("WEIR_PYTHON=%s has no PySpark with Spark Connect: %v\n%s", name, err, out)
		}
		t.Skipf("%s has no PySpark with Spark Connect: %v", name, err)
	}
	return name
}

// environment is that of PySpark. The package that has the client alone looks for a whole
// Spark where none is named.
func environment() []string {
	if os.Getenv("SPARK_HOME") != "" {
		return os.Environ()
	}
	return append(os.Environ(), "SPARK_HOME=.")
}

// serve starts a server on the loopback interface and gives its address.
func serve(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(Options{})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// TestPySpark runs the programs of testdata, which are PySpark's own client from end to
// end.
func TestPySpark(t *testing.T) {
	interpreter := python(t)
	programs, err := filepath.Glob("testdata/*.py")
	if err != nil || len(programs) == 0 {
		t.Fatal(programs, err)
	}
	for _, program := range programs {
		t.Run(filepath.Base(program), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			run := exec.CommandContext(ctx, interpreter, program, "sc://"+serve(t))
			run.Env = environment()
			out, err := run.CombinedOutput()
			if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "all went well") {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}
