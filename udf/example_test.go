package udf_test

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/weirstream/weir"
	f "github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/udf"
)

// geometric is the geometric mean of positive numbers. Its buffer is the number of
// them and the sum of their logarithms.
type geometric struct{}

type logs struct {
	Count int64
	Sum   float64
}

func (geometric) Zero() logs { return logs{} }

func (geometric) Reduce(b logs, x float64) (logs, error) {
	if x <= 0 {
		return b, fmt.Errorf("%v has no logarithm", x)
	}
	return logs{b.Count + 1, b.Sum + math.Log(x)}, nil
}

func (geometric) Merge(a, b logs) (logs, error) { return logs{a.Count + b.Count, a.Sum + b.Sum}, nil }

func (geometric) Finish(b logs) (float64, error) {
	return math.Round(math.Exp(b.Sum/float64(b.Count))*100) / 100, nil
}

// A scalar function and an aggregate, in SQL and in a chain.
func Example() {
	s, err := weir.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	initial := udf.Func1("initial", func(name string) string { return strings.ToUpper(name[:1]) })
	if err := s.Register(initial, udf.Aggregate("geo_mean", geometric{})); err != nil {
		fmt.Println(err)
		return
	}
	sales := s.CreateDataFrame([]weir.Row{{"ann", 1.0}, {"abe", 4.0}, {"bob", 3.0}}, "name STRING, price DOUBLE")
	if err := sales.CreateOrReplaceTempView("sales"); err != nil {
		fmt.Println(err)
		return
	}
	print := func(d *weir.DataFrame) {
		rows, err := d.Collect(context.Background())
		fmt.Println(rows, err)
	}
	print(s.SQL("SELECT initial(name), geo_mean(price) FROM sales GROUP BY initial(name) ORDER BY 1"))
	print(sales.Where(f.UDF(initial, "name").Eq("B")).Select("name"))
	// Output:
	// [[A 2] [B 3]] <nil>
	// [[bob]] <nil>
}
