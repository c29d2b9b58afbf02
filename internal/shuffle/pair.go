package shuffle

import "fmt"

// Pair is a key and what belongs to it.
type Pair[K, V any] struct {
	Key   K
	Value V
}

// String is "(key,value)", as Spark prints tuples.
func (p Pair[K, V]) String() string { return fmt.Sprintf("(%v,%v)", p.Key, p.Value) }

// codec makes the codec of a pair of those of its parts; see [CodecOf].
func (p Pair[K, V]) codec() any { return PairCodec(CodecOf[K](), CodecOf[V]()) }

// hash mixes the hashes of both parts, as a struct's.
func (p Pair[K, V]) hash() int32 { return 31*hashOf(p.Key) + hashOf(p.Value) }
