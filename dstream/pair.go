package dstream

import (
	"github.com/weirstream/weir/rdd"
)

// dealing is how the rows of steps by key are dealt: as given, else by hash to as many
// partitions as the default parallelism says.
func dealing[K comparable](ssc *Context, by []rdd.Partitioner[K]) []rdd.Partitioner[K] {
	if len(by) > 0 && by[0] != nil {
		return by
	}
	return []rdd.Partitioner[K]{rdd.Hash[K](ssc.rdd.DefaultParallelism())}
}

// MapValues applies f to every value (D51). Rows still lie by their keys.
func MapValues[K, V, W any](in *Stream[rdd.Pair[K, V]], f func(V) W) *Stream[rdd.Pair[K, W]] {
	return derived(in, "MapValuedDStream", "mapValues", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, W]] { return rdd.MapValues(r, f) })
}

// FlatMapValues puts a pair for every element of f's results in the place of a pair.
func FlatMapValues[K, V, W any](in *Stream[rdd.Pair[K, V]], f func(V) []W) *Stream[rdd.Pair[K, W]] {
	return derived(in, "FlatMapValuedDStream", "flatMapValues", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, W]] {
		return rdd.FlatMapValues(r, f)
	})
}

// PartitionBy deals the pairs of each RDD to the partitions of by (D52).
func PartitionBy[K, V any](in *Stream[rdd.Pair[K, V]], by rdd.Partitioner[K]) *Stream[rdd.Pair[K, V]] {
	return derived(in, "TransformedDStream", "partitionBy", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, V]] { return rdd.PartitionBy(r, by) })
}

// GroupByKey makes a slice of all values of a key in an RDD (D50). This and the other
// steps by key deal rows by hash to as many partitions as the default parallelism says,
// unless a partitioner is given.
func GroupByKey[K comparable, V any](in *Stream[rdd.Pair[K, V]], by ...rdd.Partitioner[K]) *Stream[rdd.Pair[K, []V]] {
	by = dealing(in.ssc, by)
	return derived(in, "ShuffledDStream", "groupByKey", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, []V]] { return rdd.GroupByKey(r, by...) })
}

// ReduceByKey combines the values of a key in an RDD by f, which must be associative.
func ReduceByKey[K comparable, V any](in *Stream[rdd.Pair[K, V]], f func(a, b V) V, by ...rdd.Partitioner[K]) *Stream[rdd.Pair[K, V]] {
	by = dealing(in.ssc, by)
	return derived(in, "ShuffledDStream", "reduceByKey", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, V]] {
		return rdd.ReduceByKey(r, f, by...)
	})
}

// CombineByKey makes one value of all values of a key in an RDD: create of the first,
// add for each further one, merge for those of different map tasks.
func CombineByKey[K comparable, V, C any](in *Stream[rdd.Pair[K, V]], create func(V) C, add func(C, V) C, merge func(a, b C) C,
	by ...rdd.Partitioner[K],
) *Stream[rdd.Pair[K, C]] {
	by = dealing(in.ssc, by)
	return derived(in, "ShuffledDStream", "combineByKey", func(r *rdd.RDD[rdd.Pair[K, V]]) *rdd.RDD[rdd.Pair[K, C]] {
		return rdd.CombineByKey(r, create, add, merge, by...)
	})
}

// CoGroup gathers the values of each key that two streams have in an interval (D53).
// This and the joins follow the slide of a; where b has no RDD it counts as empty.
func CoGroup[K comparable, V, W any](a *Stream[rdd.Pair[K, V]], b *Stream[rdd.Pair[K, W]], by ...rdd.Partitioner[K]) *Stream[rdd.Pair[K, rdd.Groups[V, W]]] {
	by = dealing(a.ssc, by)
	return paired(a, b, "cogroup", func(a *rdd.RDD[rdd.Pair[K, V]], b *rdd.RDD[rdd.Pair[K, W]], _ Time) *rdd.RDD[rdd.Pair[K, rdd.Groups[V, W]]] {
		return rdd.CoGroup(a, b, by...)
	})
}

// Join is all pairs of values of the same key in an interval (D54).
func Join[K comparable, V, W any](a *Stream[rdd.Pair[K, V]], b *Stream[rdd.Pair[K, W]], by ...rdd.Partitioner[K]) *Stream[rdd.Pair[K, rdd.Pair[V, W]]] {
	by = dealing(a.ssc, by)
	return paired(a, b, "join", func(a *rdd.RDD[rdd.Pair[K, V]], b *rdd.RDD[rdd.Pair[K, W]], _ Time) *rdd.RDD[rdd.Pair[K, rdd.Pair[V, W]]] {
		return rdd.Join(a, b, by...)
	})
}

// LeftOuterJoin is [Join] that keeps the values of a without a partner.
func LeftOuterJoin[K comparable, V, W any](a *Stream[rdd.Pair[K, V]], b *Stream[rdd.Pair[K, W]],
	by ...rdd.Partitioner[K],
) *Stream[rdd.Pair[K, rdd.Pair[V, rdd.Option[W]]]] {
	by = dealing(a.ssc, by)
	return paired(a, b, "leftOuterJoin",
		func(a *rdd.RDD[rdd.Pair[K, V]], b *rdd.RDD[rdd.Pair[K, W]], _ Time) *rdd.RDD[rdd.Pair[K, rdd.Pair[V, rdd.Option[W]]]] {
			return rdd.LeftOuterJoin(a, b, by...)
		})
}

// RightOuterJoin is [Join] that keeps the values of b without a partner.
func RightOuterJoin[K comparable, V, W any](a *Stream[rdd.Pair[K, V]], b *Stream[rdd.Pair[K, W]],
	by ...rdd.Partitioner[K],
) *Stream[rdd.Pair[K, rdd.Pair[rdd.Option[V], W]]] {
	by = dealing(a.ssc, by)
	return paired(a, b, "rightOuterJoin",
		func(a *rdd.RDD[rdd.Pair[K, V]], b *rdd.RDD[rdd.Pair[K, W]], _ Time) *rdd.RDD[rdd.Pair[K, rdd.Pair[rdd.Option[V], W]]] {
			return rdd.RightOuterJoin(a, b, by...)
		})
}

// FullOuterJoin is [Join] that keeps the values of both without a partner.
func FullOuterJoin[K comparable, V, W any](a *Stream[rdd.Pair[K, V]], b *Stream[rdd.Pair[K, W]],
	by ...rdd.Partitioner[K],
) *Stream[rdd.Pair[K, rdd.Pair[rdd.Option[V], rdd.Option[W]]]] {
	by = dealing(a.ssc, by)
	return paired(a, b, "fullOuterJoin",
		func(a *rdd.RDD[rdd.Pair[K, V]], b *rdd.RDD[rdd.Pair[K, W]], _ Time) *rdd.RDD[rdd.Pair[K, rdd.Pair[rdd.Option[V], rdd.Option[W]]]] {
			return rdd.FullOuterJoin(a, b, by...)
		})
}
