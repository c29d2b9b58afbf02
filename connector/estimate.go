package connector

import "context"

// Estimated is a Table that knows about how large it is, without reading it. The
// optimizer puts joins into an order by it; no answer depends on it.
type Estimated interface {
	// Estimate may read what describes the rows, such as the footers of files.
	Estimate(ctx context.Context) (Estimate, error)
}

// Estimate is about how large a table is.
type Estimate struct {
	// Rows is about how many there are.
	Rows int64
	// Distinct are, by top-level column, how many different values there are at
	// most; columns that are not in it may have as many as there are rows.
	Distinct map[string]int64
	// Bounds are, by top-level column of integers, dates or times, the least and
	// the greatest value; columns that are not in it have unknown ones.
	Bounds map[string][2]int64
}
