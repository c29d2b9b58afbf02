package math

import (
	"math/bits"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// bitmapSize is how many positions a bucket of bitmaps has.
const bitmapSize = 32768

var tLong = types.Of(types.Long)

// bitmaps are the functions of bitmaps.
var bitmaps = []*expr.Function{
	{
		Name: "bitmap_bit_position", Resolve: expr.Fixed("bitmap_bit_position", -1, tLong, tLong), Total: true,
		Kernel: expr.Static(expr.Unary(func(v int64) int64 {
			if v > 0 {
				return (v - 1) % bitmapSize
			}
			return -v % bitmapSize
		})),
	},
	{
		Name: "bitmap_bucket_number", Resolve: expr.Fixed("bitmap_bucket_number", -1, tLong, tLong), Total: true,
		Kernel: expr.Static(expr.Unary(func(v int64) int64 {
			if v > 0 {
				return 1 + (v-1)/bitmapSize
			}
			return v / bitmapSize
		})),
	},
	{
		Name: "bitmap_count",
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount("bitmap_count", "1", len(args))
			}
			if k := args[0].Type().Kind; k != types.Binary {
				return expr.Resolution{}, expr.Unexpected("bitmap_count", 0, "\"BINARY\"", args[0])
			}
			return expr.Resolution{Args: args, Type: tLong, Nullable: args[0].Nullable()}, nil
		},
		Kernel: expr.Static(expr.Unary(func(s string) int64 {
			n := 0
			for i := range len(s) {
				n += bits.OnesCount8(s[i])
			}
			return int64(n)
		})),
	},
}
