package keyed

import (
	"time"

	"github.com/weirstream/weir/internal/exec"
	"github.com/weirstream/weir/internal/state"
)

// Spec is what the state of an operator looks like.
type Spec = state.Spec

// Values are an operator's arrays by slot.
type Values = state.Values

// Table is the state of an operator in one partition.
type Table = state.Table

// Operator is an operator that keeps state, in one partition.
type Operator interface {
	exec.Operator
	// Counts is what the last batch did, once it has run.
	Counts() Counts
}

// Counts is what a batch did to the state of one partition (S193).
type Counts struct {
	// Total is the number of rows in the state after the batch.
	Total int64
	// Updated and Removed are the rows that the batch changed.
	Updated, Removed int64
	// Dropped are the late rows that were dropped: groups, for an aggregate
	// (S113).
	Dropped int64
	// Updates and Removals are the time spent on each.
	Updates, Removals time.Duration
}
