package sketch

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// bitmapBytes is the size of a bitmap.
const bitmapBytes = 4096

// bitmapConstruct is bitmap_construct_agg(position): a bitmap of the positions.
var bitmapConstruct = &expr.Aggregate{
	Name:        "bitmap_construct_agg",
	Resolve:     expr.Fixed("bitmap_construct_agg", -1, types.Of(types.Binary), types.Of(types.Long)),
	Partial:     saved,
	New:         accumulate(func(*expr.AggregateCall) func() state { return func() state { return newBitmap(false, true) } }),
	ZeroIfEmpty: true,
}

// bitmapMeet is bitmap_or_agg(bitmap), or bitmap_and_agg, of which no rows give all
// ones.
func bitmapMeet(name string, and bool) *expr.Aggregate {
	return &expr.Aggregate{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 1 {
				return expr.Resolution{}, expr.WrongCount(name, "1", len(args))
			}
			if args[0].Type().Kind != types.Binary {
				return expr.Resolution{}, expr.Unexpected(name, 0, "\"BINARY\"", args[0])
			}
			return expr.Resolution{Args: args, Type: types.Of(types.Binary)}, nil
		},
		Partial:     saved,
		New:         accumulate(func(*expr.AggregateCall) func() state { return func() state { return newBitmap(and, false) } }),
		ZeroIfEmpty: true,
	}
}

type bitmap struct {
	bits           [bitmapBytes]byte
	and, positions bool
}

func newBitmap(and, positions bool) *bitmap {
	b := &bitmap{and: and, positions: positions}
	if and {
		for i := range b.bits {
			b.bits[i] = 0xff
		}
	}
	return b
}

func (b *bitmap) add(args []*batch.Column, row int) error {
	if !b.positions {
		b.load(value[string](args[0], row))
		return nil
	}
	at := value[int64](args[0], row)
	if at < 0 || at >= 8*bitmapBytes {
		return fault.New(fault.BitmapPosition, "%d is no place in a bitmap of %d bits", at, 8*bitmapBytes)
	}
	b.bits[at/8] |= 1 << (at % 8)
	return nil
}

func (b *bitmap) save() []byte { return b.bits[:] }

// load joins a bitmap, whose missing bytes are zero.
func (b *bitmap) load(saved string) {
	for i := range b.bits {
		var x byte
		if i < len(saved) {
			x = saved[i]
		}
		if b.and {
			b.bits[i] &= x
		} else {
			b.bits[i] |= x
		}
	}
}

func (b *bitmap) result() any { return string(b.bits[:]) }
