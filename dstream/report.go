package dstream

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"
)

// StatsReport is a ready-made listener: every n batches, 10 if n is 0, it logs how long
// the last n took from submission to end, and of that with their jobs (D132c, Spark's
// StatsReportListener):
//
//	ssc.Listen(dstream.StatsReport(slog.Default(), 0))
//
// Each delay is two lines, with Spark's numbers: mean, standard deviation, greatest and
// least, and the quantiles at 0, 5, 10, 25, 50, 75, 90, 95 and 100 per cent.
func StatsReport(log *slog.Logger, n int) func(Event) {
	if n <= 0 {
		n = 10
	}
	var total, processing []time.Duration
	return func(e Event) {
		done, ok := e.(BatchCompleted)
		if !ok {
			return
		}
		total = append(total, done.Batch.TotalDelay())
		processing = append(processing, done.Batch.ProcessingDelay())
		if len(total) < n {
			return
		}
		for _, delay := range []struct {
			name string
			took []time.Duration
		}{{"Total delay", total}, {"Processing time", processing}} {
			for _, line := range distribution(delay.took) {
				log.Info(delay.name + ": " + line)
			}
		}
		total, processing = total[:0], processing[:0]
	}
}

// distribution describes durations in milliseconds. It sorts them.
func distribution(took []time.Duration) [2]string {
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	var sum, squares float64
	for _, d := range took {
		sum += ms(d)
	}
	mean := sum / float64(len(took))
	for _, d := range took {
		squares += (ms(d) - mean) * (ms(d) - mean)
	}
	first := fmt.Sprintf("(count: %d, mean: %f, stdev: %f, max: %f, min: %f) ms", len(took), mean,
		math.Sqrt(squares/float64(len(took))), ms(took[len(took)-1]), ms(took[0]))
	var shares, values []string
	for _, percent := range []int{0, 5, 10, 25, 50, 75, 90, 95, 100} {
		at := min(len(took)*percent/100, len(took)-1)
		shares = append(shares, fmt.Sprint(percent, "%"))
		values = append(values, fmt.Sprintf("%.1f ms", ms(took[at])))
	}
	return [2]string{first, strings.Join(shares, " ") + ": " + strings.Join(values, ", ")}
}
