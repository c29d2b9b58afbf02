package session

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Types that stand in many signatures.
var (
	tString = types.Of(types.String)
	tLong   = types.Of(types.Long)
	tInt    = types.Of(types.Int)
)

// version is the release of Spark whose behaviour is meant.
const version = "4.3.0"

// Functions is the theme's table.
var Functions = []*expr.Function{
	fixed("current_catalog", "current_catalog()", func(*expr.Env) string { return "spark_catalog" }),
	fixed("current_database", "current_schema()", func(*expr.Env) string { return "default" }),
	fixed("current_schema", "current_schema()", func(*expr.Env) string { return "default" }),
	fixed("current_path", "current_path()", func(*expr.Env) string { return "system.builtin,system.session,spark_catalog.default" }),
	fixed("current_user", "current_user()", userOf), fixed("user", "user()", userOf), fixed("session_user", "session_user()", userOf),
	fixed("version", "version()", func(*expr.Env) string { return version }),
	fixed("input_file_name", "input_file_name()", func(*expr.Env) string { return "" }),
	uuid, partitionID, increasingID, uniform, randomText,
}

// Add adds the theme's functions.
func Add(r *expr.Registry) {
	r.Add(Functions...)
	r.AddGenerators(keywords)
}

// userOf is the name of who asks.
func userOf(env *expr.Env) string {
	if env.User == "" {
		return "root"
	}
	return env.User
}

// bare resolves a function without arguments.
func bare(name, shown string, t types.Type) func(*expr.Resolver, []expr.Expr) (expr.Resolution, error) {
	return func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) != 0 {
			return expr.Resolution{}, expr.WrongCount(name, "0", len(args))
		}
		return expr.Resolution{Type: t, Text: shown}, nil
	}
}

// fixed is a function whose value is one text for a whole query.
func fixed(name, shown string, value func(*expr.Env) string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: bare(name, shown, tString),
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
				to := batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					to[i] = value(env)
				}
				return nil
			}, nil
		},
	}
}

// uuid is uuid(): a random one a row, the same when a batch is run again.
var uuid = &expr.Function{
	Name:     "uuid",
	Volatile: true,
	Resolve:  bare("uuid", "uuid()", tString),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		lot := env.NewLot()
		var source *rand.ChaCha8
		return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
			if lot.Begins() {
				source = rand.NewChaCha8(seedOfUUIDs(lot))
			}
			to := batch.Values[string](out)
			var b [16]byte
			for _, i := range expr.Rows(rows, sel) {
				_, _ = source.Read(b[:]) // it never fails
				b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
				to[i] = fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
			}
			return nil
		}, nil
	},
}

// seedOfUUIDs is the seed of a task's uuids.
func seedOfUUIDs(lot *expr.Lot) (seed [32]byte) {
	binary.LittleEndian.PutUint64(seed[:], lot.Seed())
	binary.LittleEndian.PutUint64(seed[8:], uint64(lot.Task()))
	return seed
}

// partitionID is spark_partition_id(). Tasks do not know their number: it is 0.
var partitionID = &expr.Function{
	Name:    "spark_partition_id",
	Resolve: bare("spark_partition_id", "SPARK_PARTITION_ID()", tInt),
	Kernel: expr.Static(func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
		to := batch.Values[int32](out)
		for _, i := range expr.Rows(rows, sel) {
			to[i] = 0
		}
		return nil
	}),
}

// increasingID is monotonically_increasing_id(): the place of the row among those
// that its task has seen, above the task's number.
var increasingID = &expr.Function{
	Name:     "monotonically_increasing_id",
	Volatile: true,
	Resolve:  bare("monotonically_increasing_id", "monotonically_increasing_id()", tLong),
	Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
		lot, next := env.NewLot(), int64(0)
		return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
			if lot.Begins() {
				next = int64(lot.Task()) << 33
			}
			to := batch.Values[int64](out)
			for _, i := range expr.Rows(rows, sel) {
				to[i] = next
				next++
			}
			return nil
		}, nil
	},
}
