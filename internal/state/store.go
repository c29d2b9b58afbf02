package state

// Store is a [Table] whose versions can be made durable: one operator's state in
// one partition. What commits and loads it belongs to the query's goroutine, and
// no task may use the table meanwhile.
type Store interface {
	Table
	// Stats says how much there is.
	Stats() Stats
}

// Stats says how much a table holds.
type Stats struct {
	// Rows is the number of keys.
	Rows int64
	// Bytes is about the memory they take, values included.
	Bytes int64
}
