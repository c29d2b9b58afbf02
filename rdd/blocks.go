package rdd

import (
	"iter"

	"github.com/weirstream/weir/internal/blockstore"
)

// Blocks has a partition for each of n blocks of rows that are kept elsewhere, as what a
// receiver has stored: read gives the rows, of which nothing is changed, for every
// attempt. kind is the name of Spark's class and op the step, for lineage.
func Blocks[T any](c *Context, kind, op string, n int, read func(part int) ([]T, error)) *RDD[T] {
	return &RDD[T]{node: newNode(c, kind, op, n), compute: func(t *Task, part int) iter.Seq[T] {
		return func(yield func(T) bool) {
			rows, err := read(part)
			if err != nil {
				t.Fail(err)
				return
			}
			slice(t, rows)(yield)
		}
	}}
}

// BlockStore is where the context keeps partitions, for packages of this module that
// keep more there. Identifiers of RDDs are not negative; negative ones are theirs.
func (c *Context) BlockStore() *blockstore.Store { return c.blocks }

// Places is what the level means to the block store.
func (l StorageLevel) Places() blockstore.Level { return levels[l] }
