package watermark

import (
	"fmt"
	"strings"
	"time"
)

// Policy combines the watermarks of several operators into the one of the
// query (S112, spark.sql.streaming.multipleWatermarkPolicy). It is fixed when
// the query starts for the first time.
type Policy uint8

const (
	// Min follows the slowest operator: no row of any input is late before its
	// own delay has passed. It is the default.
	Min Policy = iota

	// Max follows the fastest operator: rows of a slower one may be dropped
	// although they keep within their own delay.
	Max
)

// ParsePolicy reads a policy as Spark spells it, in any case.
func ParsePolicy(s string) (Policy, error) {
	switch strings.ToLower(s) {
	case "min":
		return Min, nil
	case "max":
		return Max, nil
	default:
		return Min, fmt.Errorf("multipleWatermarkPolicy is %q; it can be min or max", s)
	}
}

// String is the policy as Spark spells it.
func (p Policy) String() string {
	if p == Max {
		return "max"
	}
	return "min"
}

// prefers reports whether the policy takes a rather than b.
func (p Policy) prefers(a, b time.Time) bool {
	if p == Max {
		return a.After(b)
	}
	return a.Before(b)
}
