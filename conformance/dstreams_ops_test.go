package conformance

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/dstream"
	"github.com/weirstream/weir/rdd"
)

// Elements are any: an int64, a string, a pair or a list.
type (
	pair     = rdd.Pair[any, any]
	stream   = *dstream.Stream[any]
	elements = []any
)

// bag is a list whose order means nothing.
type bag []any

func asPair(v any) pair { return v.(pair) }
func asAny[T any](v T) any {
	return v
}

var unary = map[string]func(any) any{
	"inc": func(x any) any { return x.(int64) + 1 }, "double": func(x any) any { return x.(int64) * 2 },
	"mod3": func(x any) any { return mod3(x.(int64)) }, "neg": func(x any) any { return -x.(int64) },
	"len": func(x any) any {
		if s, ok := x.(string); ok {
			return int64(len(s))
		}
		return int64(len(x.(elements)))
	},
	"upper": func(x any) any { return strings.ToUpper(x.(string)) },
	"sort": func(x any) any {
		l := slices.Clone(x.(elements))
		slices.SortFunc(l, compareAny)
		return l
	},
	"total": func(x any) any {
		var n int64
		for _, v := range x.(elements) {
			n += v.(int64)
		}
		return n
	},
	"pair_one":  func(x any) any { return rdd.P(x, any(int64(1))) },
	"pair_len":  func(x any) any { return rdd.P(x, any(int64(len(x.(string))))) },
	"pair_self": func(x any) any { return rdd.P(x, x) },
	"key_mod3":  func(x any) any { return rdd.P(any(mod3(x.(int64))), x) },
	"swap":      func(x any) any { return rdd.P(x.(pair).Value, x.(pair).Key) },
	"initial":   func(x any) any { return rdd.P(any(x.(string)[:1]), x) },
	"int": func(x any) any {
		n, err := strconv.ParseInt(x.(string), 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	},
}

func mod3(x int64) int64 { return ((x % 3) + 3) % 3 }

// compareAny orders numbers and strings.
func compareAny(a, b any) int {
	if s, ok := a.(string); ok {
		return strings.Compare(s, b.(string))
	}
	return cmp.Compare(a.(int64), b.(int64))
}

var flat = map[string]func(any) []any{
	"words": func(x any) []any {
		var l []any
		for _, w := range strings.Fields(x.(string)) {
			l = append(l, w)
		}
		return l
	},
	"chars": func(x any) []any {
		var l []any
		for _, r := range x.(string) {
			l = append(l, string(r))
		}
		return l
	},
	"twice": func(x any) []any { return []any{x, x} },
	"upto": func(x any) []any {
		var l []any
		for i := range max(x.(int64), 0) {
			l = append(l, i)
		}
		return l
	},
}

var tests = map[string]func(any) bool{
	"even":       func(x any) bool { return x.(int64)%2 == 0 },
	"positive":   func(x any) bool { return x.(int64) > 0 },
	"long":       func(x any) bool { return len(x.(string)) > 4 },
	"never":      func(any) bool { return false },
	"v_even":     func(x any) bool { return x.(pair).Value.(int64)%2 == 0 },
	"v_positive": func(x any) bool { return x.(pair).Value.(int64) > 0 },
	"v_nonzero":  func(x any) bool { return x.(pair).Value.(int64) != 0 },
	"v_big":      func(x any) bool { return x.(pair).Value.(int64) > 9 },
}

// ints is a function of two numbers.
func ints(f func(a, b int64) int64) func(a, b any) any {
	return func(a, b any) any { return f(a.(int64), b.(int64)) }
}

var binary = map[string]func(a, b any) any{
	"add": ints(func(a, b int64) int64 { return a + b }), "mul": ints(func(a, b int64) int64 { return a * b }),
	"max": ints(func(a, b int64) int64 { return max(a, b) }), "min": ints(func(a, b int64) int64 { return min(a, b) }),
	"sub": ints(func(a, b int64) int64 { return a - b }), "xor": ints(func(a, b int64) int64 { return a ^ b }),
	"longest": func(a, b any) any {
		x, y := a.(string), b.(string)
		if len(x) > len(y) || len(x) == len(y) && x < y {
			return x
		}
		return y
	},
}

type combiner struct {
	create func(v any) any
	add    func(c, v any) any
	merge  func(a, b any) any
}

func two(a, b int64) any { return rdd.P(any(a), any(b)) }

func twoOf(v any) (int64, int64) { return v.(pair).Key.(int64), v.(pair).Value.(int64) }

var combiners = map[string]combiner{
	"mean": {
		func(v any) any { return two(v.(int64), 1) },
		func(c, v any) any { s, n := twoOf(c); return two(s+v.(int64), n+1) },
		func(a, b any) any { s, n := twoOf(a); t, m := twoOf(b); return two(s+t, n+m) },
	},
	"listing": {
		func(v any) any { return bag{v} },
		func(c, v any) any { return append(slices.Clone(c.(bag)), v) },
		func(a, b any) any { return slices.Concat(a.(bag), b.(bag)) },
	},
	"span": {
		func(v any) any { return two(v.(int64), v.(int64)) },
		func(c, v any) any { a, b := twoOf(c); return two(min(a, v.(int64)), max(b, v.(int64))) },
		func(x, y any) any {
			a, b := twoOf(x)
			c, d := twoOf(y)
			return two(min(a, c), max(b, d))
		},
	},
	"tally": {
		func(any) any { return int64(1) },
		func(c, _ any) any { return c.(int64) + 1 },
		func(a, b any) any { return a.(int64) + b.(int64) },
	},
}

var partitions = map[string]func(l []any) []any{
	"sum": func(l []any) []any {
		var n int64
		for _, v := range l {
			n += v.(int64)
		}
		return []any{n}
	},
	"first": func(l []any) []any { return l[:min(1, len(l))] },
	"size":  func(l []any) []any { return []any{int64(len(l))} },
	"one":   func([]any) []any { return []any{int64(1)} },
}

func ranked(r *rdd.RDD[any]) *rdd.RDD[rdd.Pair[any, int64]] {
	return rdd.ZipWithIndex(rdd.SortFunc(r, compareAny, 0))
}

var transforms = map[string]func(r *rdd.RDD[any], index int64) *rdd.RDD[any]{
	"distinct": func(r *rdd.RDD[any], _ int64) *rdd.RDD[any] { return rdd.Distinct(r, 0) },
	"none":     func(r *rdd.RDD[any], _ int64) *rdd.RDD[any] { return rdd.Filter(r, func(any) bool { return false }) },
	"rank": func(r *rdd.RDD[any], _ int64) *rdd.RDD[any] {
		return rdd.Map(ranked(r), func(p rdd.Pair[any, int64]) any { return rdd.P(p.Key, any(p.Value)) })
	},
	"smallest3": func(r *rdd.RDD[any], _ int64) *rdd.RDD[any] {
		return rdd.Keys(rdd.Filter(ranked(r), func(p rdd.Pair[any, int64]) bool { return p.Value < 3 }))
	},
	"partitions": func(r *rdd.RDD[any], _ int64) *rdd.RDD[any] {
		return rdd.Parallelize(r.Context(), []any{int64(r.NumPartitions())}, 1)
	},
	"at_index": func(r *rdd.RDD[any], index int64) *rdd.RDD[any] {
		return rdd.Map(r, func(x any) any { return rdd.P(any(index), x) })
	},
}

var transformsWith = map[string]func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error){
	"minus":  func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error) { return rdd.Subtract(a, b, 0), nil },
	"common": func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error) { return rdd.Intersection(a, b, 0), nil },
	"pairs":  func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error) { return rdd.Map(rdd.Cartesian(a, b), asAny[pair]), nil },
	"counts": func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error) {
		n, err := rdd.Count(context.Background(), a)
		if err != nil {
			return nil, err
		}
		m, err := rdd.Count(context.Background(), b)
		return rdd.Parallelize(a.Context(), []any{two(n, m)}, 1), err
	},
	"minus_keys": func(a, b *rdd.RDD[any]) (*rdd.RDD[any], error) {
		return rdd.Map(rdd.SubtractByKey(rdd.Map(a, asPair), rdd.Map(b, asPair)), asAny[pair]), nil
	},
}

func sumOf(values []any) int64 {
	var n int64
	for _, v := range values {
		n += v.(int64)
	}
	return n
}

func orZero(old rdd.Option[any]) int64 {
	if n, ok := old.Value.(int64); ok {
		return n
	}
	return 0
}

var states = map[string]func(values []any, old rdd.Option[any]) rdd.Option[any]{
	"sum": func(vs []any, s rdd.Option[any]) rdd.Option[any] { return rdd.Some[any](orZero(s) + sumOf(vs)) },
	"max": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		if s.OK {
			vs = append(slices.Clone(vs), s.Value)
		}
		return rdd.Some(slices.MaxFunc(vs, compareAny))
	},
	"last": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		if len(vs) == 0 {
			return s
		}
		return rdd.Some(vs[len(vs)-1])
	},
	"calls": func(_ []any, s rdd.Option[any]) rdd.Option[any] { return rdd.Some[any](orZero(s) + 1) },
	"sum_nonzero": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		n := orZero(s) + sumOf(vs)
		return rdd.Option[any]{Value: n, OK: n != 0}
	},
	"while_seen": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		return rdd.Option[any]{Value: orZero(s) + sumOf(vs), OK: len(vs) > 0}
	},
	"cap20": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		n := orZero(s) + sumOf(vs)
		return rdd.Option[any]{Value: n, OK: n <= 20}
	},
	"idle": func(vs []any, s rdd.Option[any]) rdd.Option[any] {
		var total, idle int64
		if s.OK {
			total, idle = twoOf(s.Value)
		}
		if idle++; len(vs) > 0 {
			idle = 0
		}
		return rdd.Option[any]{Value: two(total+sumOf(vs), idle), OK: idle < 2}
	},
}

// apply makes the streams of a pipeline.
func (r *replayer) apply(in stream, ops []operation) stream {
	for _, o := range ops {
		in = r.step1(in, o)
		if r.ssc.Err() != nil {
			break
		}
	}
	return in
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func pairs(in stream) *dstream.Stream[pair] { return dstream.Map(in, asPair) }

func anys[T any](in *dstream.Stream[T]) stream { return dstream.Map(in, asAny[T]) }

// keyed makes elements of pairs whose values have a type of their own.
func keyed[V any](in *dstream.Stream[rdd.Pair[any, V]], of func(V) any) stream {
	return dstream.Map(in, func(p rdd.Pair[any, V]) any { return rdd.P(p.Key, of(p.Value)) })
}

// step1 makes the stream of one operation on one stream.
func (r *replayer) step1(in stream, o operation) stream {
	by := rdd.Hash[any](cmp.Or(o.Partitions, 2))
	w, s := ms(o.WindowMS), ms(o.SlideMS)
	switch o.Op {
	case "map":
		return dstream.Map(in, unary[o.F])
	case "flatMap":
		return dstream.FlatMap(in, flat[o.F])
	case "filter":
		return dstream.Filter(in, tests[o.F])
	case "mapValues":
		return anys(dstream.MapValues(pairs(in), unary[o.F]))
	case "flatMapValues":
		return anys(dstream.FlatMapValues(pairs(in), flat[o.F]))
	case "mapPartitions":
		return dstream.MapPartitions(in, func(_ *rdd.Task, rows iter.Seq[any]) iter.Seq[any] {
			return slices.Values(partitions[o.F](slices.Collect(rows)))
		})
	case "glom":
		return anys(dstream.Glom(in))
	case "reduce":
		return dstream.Reduce(in, binary[o.F])
	case "count":
		return anys(dstream.Count(in))
	case "countByValue":
		return keyed(dstream.CountByValue(in), asAny[int64])
	case "cache":
		return in.Cache()
	case "checkpoint":
		return in.Checkpoint(ms(o.MS))
	case "repartition":
		return dstream.Repartition(in, o.Partitions)
	case "transform":
		return dstream.Transform(in, func(one *rdd.RDD[any], at dstream.Time) *rdd.RDD[any] {
			return transforms[o.F](one, int64(r.index(at)))
		})
	case "reduceByKey":
		return anys(dstream.ReduceByKey(pairs(in), binary[o.F], by))
	case "groupByKey":
		return keyed(dstream.GroupByKey(pairs(in), by), asAny[[]any])
	case "combineByKey":
		c := combiners[o.F]
		return anys(dstream.CombineByKey(pairs(in), c.create, c.add, c.merge, by))
	case "window":
		return dstream.Window(in, w, s)
	case "countByWindow":
		return anys(dstream.CountByWindow(in, w, s))
	case "countByValueAndWindow":
		return keyed(dstream.CountByValueAndWindow(in, w, s), asAny[int64])
	case "groupByKeyAndWindow":
		return keyed(dstream.GroupByKeyAndWindow(pairs(in), w, s), asAny[[]any])
	case "reduceByWindow":
		if o.Inv == "" {
			return dstream.ReduceByWindow(in, binary[o.F], w, s)
		}
		return dstream.ReduceByWindowInverse(in, binary[o.F], binary[o.Inv], w, s)
	case "reduceByKeyAndWindow":
		if o.Inv == "" {
			return anys(dstream.ReduceByKeyAndWindow(pairs(in), binary[o.F], w, s, by))
		}
		conf := dstream.WindowConf[any, any]{Partitioner: by}
		if o.Filter != "" {
			conf.Filter = func(p pair) bool { return tests[o.Filter](p) }
		}
		return anys(dstream.ReduceByKeyAndWindowInverse(pairs(in), binary[o.F], binary[o.Inv], w, s, conf))
	case "updateStateByKey":
		conf := dstream.UpdateConf[any, any]{Partitioner: by}
		if o.Initial != nil {
			conf.Initial = rdd.Map(rdd.Parallelize(r.c, parsed(r.t, *o.Initial), 0), asPair)
		}
		return anys(dstream.UpdateStateByKey(pairs(in), states[o.F], conf))
	default:
		return r.step2(in, o)
	}
}

// option is a value or nothing.
func option(o rdd.Option[any]) any { return o.Value }

// step2 makes the stream of an operation on two streams.
func (r *replayer) step2(in stream, o operation) stream {
	if o.Other == nil {
		r.t.Fatalf("no operation is called %q", o.Op)
	}
	by := rdd.Hash[any](cmp.Or(o.Partitions, 2))
	b := r.apply(r.second, *o.Other)
	switch o.Op {
	case "union":
		return dstream.Union(in, b)
	case "join":
		return keyed(dstream.Join(pairs(in), pairs(b), by), asAny[pair])
	case "leftOuterJoin":
		return keyed(dstream.LeftOuterJoin(pairs(in), pairs(b), by), func(p rdd.Pair[any, rdd.Option[any]]) any { return rdd.P(p.Key, option(p.Value)) })
	case "rightOuterJoin":
		return keyed(dstream.RightOuterJoin(pairs(in), pairs(b), by), func(p rdd.Pair[rdd.Option[any], any]) any { return rdd.P(option(p.Key), p.Value) })
	case "fullOuterJoin":
		return keyed(dstream.FullOuterJoin(pairs(in), pairs(b), by),
			func(p rdd.Pair[rdd.Option[any], rdd.Option[any]]) any { return rdd.P(option(p.Key), option(p.Value)) })
	case "cogroup":
		return keyed(dstream.CoGroup(pairs(in), pairs(b), by), func(g rdd.Groups[any, any]) any { return rdd.P(any(bag(g.Left)), any(bag(g.Right))) })
	case "transformWith":
		return dstream.TransformWith(in, b, func(a, b *rdd.RDD[any], _ dstream.Time) *rdd.RDD[any] {
			one, err := transformsWith[o.F](a, b)
			if err != nil {
				panic(err)
			}
			return one
		})
	default:
		r.t.Fatalf("no operation is called %q", o.Op)
		return nil
	}
}

// collected are the rows of an RDD as the traces write them, in the order of their text.
func collected(ctx context.Context, r *rdd.RDD[any], ordered bool) (json.RawMessage, error) {
	rows, err := rdd.Collect(ctx, r)
	if err != nil {
		return nil, err
	}
	return render(bag(rows), ordered), nil
}

// render writes a value. Lists are sorted by their text, unless their order counts;
// bags always are.
func render(v any, ordered bool) json.RawMessage {
	var elements []any
	sorted := false
	switch v := v.(type) {
	case nil:
		return json.RawMessage("null")
	case pair:
		elements = []any{v.Key, v.Value}
	case bag:
		elements, sorted = v, true
	case []any:
		elements, sorted = v, !ordered
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return json.RawMessage(fmt.Sprint(err))
		}
		return b
	}
	texts := make([]json.RawMessage, len(elements))
	for i, e := range elements {
		texts[i] = render(e, ordered)
	}
	if sorted {
		slices.SortFunc(texts, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	}
	return append(append(json.RawMessage{'['}, bytes.Join(rawBytes(texts), []byte{','})...), ']')
}

func rawBytes(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i, t := range list {
		out[i] = t
	}
	return out
}
