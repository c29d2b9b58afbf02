package weir_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirstream/weir"
)

// The first row of each key stays, in one task and in several; and only a stream
// can forget its keys.
func TestDropDuplicatesOfATable(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s, err := weir.Open(weir.WithWorkers(workers))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d := s.CreateDataFrame([]weir.Row{{"a", int32(1)}, {"b", int32(2)}, {"a", int32(3)}, {nil, int32(4)}, {nil, int32(5)}, {"b", int32(2)}},
			"k STRING, v INT")
		for want, keys := range map[string][]any{"1 2 4": {"k"}, "1 2 3 4 5": nil} {
			rows, err := d.DropDuplicates(keys...).Select("v").Collect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r[0]))
			}
			if slices.Sort(got); strings.Join(got, " ") != want {
				t.Errorf("%d workers, by %v: %v, want %s", workers, keys, got, want)
			}
		}
		if _, err := d.DropDuplicatesWithinWatermark("k").Collect(t.Context()); !isCondition(err, "_LEGACY_ERROR_TEMP_3102") {
			t.Errorf("within a watermark: %v", err)
		}
	}
}

func isCondition(err error, name string) bool {
	e, ok := errors.AsType[*weir.Error](err)
	return ok && e.Condition.Name == name
}

// The checks of what a stream may not do have Spark's switches (S51, S57).
func TestChecksCanBeSwitchedOff(t *testing.T) {
	const streaming = "spark.sql.streaming."
	for _, tt := range []struct {
		query, mode, off string
	}{
		{"SELECT n, count(*) c FROM (SELECT k, count(*) n FROM e GROUP BY k) GROUP BY n", "update", "statefulOperator.checkCorrectness.enabled"},
		{"SELECT DISTINCT n FROM (SELECT k, count(*) n FROM e GROUP BY k)", "complete", "statefulOperator.checkCorrectness.enabled"},
		{"SELECT k, count(*) n FROM e GROUP BY k", "append", "unsupportedOperationCheck"},
	} {
		for _, on := range []bool{true, false} {
			s, err := weir.Open(weir.WithConf(streaming+tt.off, fmt.Sprint(on)))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			d := s.ReadStream().Schema("k STRING").JSON(t.TempDir())
			if err := d.CreateOrReplaceTempView("e"); err != nil {
				t.Fatal(err)
			}
			q, err := s.SQL(tt.query).WriteStream().OutputModeNamed(tt.mode).Format("noop").Start(t.Context())
			if (err == nil) == on {
				t.Errorf("%s in %s mode, %s = %v: %v", tt.query, tt.mode, tt.off, on, err)
			}
			if err == nil {
				q.Stop()
			}
		}
	}
}
