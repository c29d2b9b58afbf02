package rate

import (
	"math"
	"sort"
)

// speed says how many rows there are after so many seconds: rowsPerSecond, after
// a ramp of that many seconds in which the speed grows by the same step each
// second.
type speed struct {
	rowsPerSecond int64
	rampUp        int64 // seconds
}

// rows is the number of rows that are due after s seconds; false if it does not
// fit.
func (v speed) rows(s int64) (int64, bool) {
	step := max(1, v.rowsPerSecond/(v.rampUp+1))
	ramp := min(s, v.rampUp)
	rows := step * (ramp * (ramp + 1) / 2)
	if v.rampUp == 0 {
		rows = 0
	}
	rest := s - ramp
	if rest > 0 && v.rowsPerSecond > (math.MaxInt64-rows)/rest {
		return 0, false
	}
	return rows + rest*v.rowsPerSecond, true
}

// due is the time of row n in milliseconds after the start: the rows of a second
// are spread evenly over it. (Spark spreads the rows of a batch over the batch,
// which is the same but for batches of several seconds within the ramp.)
func (v speed) due(n int64) int64 {
	ramp, _ := v.rows(v.rampUp)
	second, start, count := v.rampUp, ramp, v.rowsPerSecond
	if n >= ramp {
		second += (n - ramp) / count
		start += (n - ramp) / count * count
	} else {
		second = int64(sort.Search(int(v.rampUp), func(s int) bool {
			after, _ := v.rows(int64(s) + 1)
			return after > n
		}))
		start, _ = v.rows(second)
		end, _ := v.rows(second + 1)
		count = end - start
	}
	return second*1000 + int64(math.Floor(float64(n-start)*1000/float64(count)+0.5))
}
