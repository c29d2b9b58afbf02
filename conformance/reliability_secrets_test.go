package conformance

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// A secret in the settings of a job stands in no checkpoint, output, log, metric,
// progress, plan or error.
func TestSecretsLeakNowhere(t *testing.T) {
	const canary = "c4n4ry"
	var said bytes.Buffer
	s, dir := session(t, weir.WithLogger(slog.New(slog.NewTextHandler(&said, nil))), weir.WithOutput(&said)), t.TempDir()
	write(t, filepath.Join(dir, "in"), "1", `{"n":1}`)
	job := func(option string) (*weir.Query, error) {
		var q *weir.Query
		err := s.Run(t.Context(), fmt.Sprintf(`SET weir.job.api.token = '%[2]s';
			CREATE OR REPLACE TEMPORARY VIEW numbers (n BIGINT) USING json OPTIONS (path '%[1]s/in');
			CREATE STREAMING TABLE j USING json OPTIONS (path '%[1]s/out', checkpointLocation '%[1]s/ck', trigger 'availableNow'%[3]s)
			AS SELECT n FROM STREAM(numbers);`, dir, canary, option), func(r weir.Result) error {
			if q = r.Query; r.Rows != nil {
				rows, err := r.Rows.Collect(t.Context())
				fmt.Fprintln(&said, rows)
				return err
			}
			return nil
		})
		return q, err
	}
	q, err := job("")
	if err == nil {
		err = q.AwaitTermination(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = job(", trigger 'x', password '" + canary + "'")
	refused(t, "a wrong option beside a secret", err, "trigger")
	_, wrong := s.SQL("SELECT 1 FROM nowhere WHERE password = '" + canary + "'").Collect(t.Context())
	answer := httptest.NewRecorder()
	s.MetricsHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	fmt.Fprintln(&said, err, wrong, q.Explain(), q.LastProgress(), answer.Body)
	if strings.Contains(said.String(), canary) {
		t.Errorf("the secret was said:\n%s", said.String())
	}
	files := 0
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(p)
		if bytes.Contains(content, []byte(canary)) {
			t.Errorf("the secret stands in %s", p)
		}
		return err
	})
	if err != nil || files < 5 {
		t.Errorf("%d files, %v", files, err)
	}
}
