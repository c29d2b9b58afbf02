package rdd

import (
	"context"
	"iter"
)

// ZipWithIndex numbers rows by their place. The number of rows in all partitions but
// the last is found by a job before the first job that needs it.
func ZipWithIndex[T any](in *RDD[T]) *RDD[Pair[T, int64]] {
	var starts []int64
	r := narrow(in, "ZippedWithIndexRDD", "zipWithIndex", func(_ *Task, part int, rows iter.Seq[T]) iter.Seq[Pair[T, int64]] {
		return numbered(rows, starts[part], 1)
	})
	r.prepare = &once{run: func(ctx context.Context) error {
		found := make([]int64, max(in.parts, 1))
		if in.parts > 1 {
			parts := make([]int, in.parts-1)
			for i := range parts {
				parts[i] = i
			}
			counts, err := runJob(ctx, in, parts, "zipWithIndex", counted[T])
			if err != nil {
				return err
			}
			for i, n := range counts {
				found[i+1] = found[i] + n
			}
		}
		starts = found
		return nil
	}}
	return r
}

// ZipPartitionsKeeping is [ZipPartitions] with a function that leaves the keys of a where
// they are: the outcome lies by the partitioner of a. b must lie by the same one for keys
// to meet. The function may call [Task.Fail].
func ZipPartitionsKeeping[T, U, R any](a *RDD[T], b *RDD[U], f func(t *Task, a iter.Seq[T], b iter.Seq[U]) iter.Seq[R]) *RDD[R] {
	return zipped(a, b, "zipPartitions", f).keeping(a.by)
}
