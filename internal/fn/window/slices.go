package window

import (
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// Slices are the slices of the sliding windows that call, a resolved generator,
// makes: windows that do not overlap, the longest of which all of call's consist.
// The windows of a row's slice are those of the row, so that rows can be grouped
// by slices first, and the groups then go into windows:
//
//	├───────────────┤                windows of 10 s, every 4 s
//	        ├───────────────┤
//	├───┼───┼───┼───┼───┼───┤        slices of 2 s
//
// Nil: call makes no time windows.
func Slices(call *expr.GeneratorCall) *expr.Call {
	if call.Fn != sliding || len(call.Args) != 4 {
		return nil
	}
	s := shapeOf(call.Args)
	width := greatestDivisor(s.width, s.slide)
	return &expr.Call{Fn: tumbling, Args: []expr.Expr{call.Args[0], expr.Lit(width), expr.Lit(width), expr.Lit(s.start % width)},
		Typ: structOf(call.Args[0].Type()), At: call.At}
}

// Of is the generator's call for windows of the same form over other times.
func Of(call *expr.GeneratorCall, times expr.Expr) *expr.GeneratorCall {
	made := *call
	made.Args = append([]expr.Expr{times}, call.Args[1:]...)
	made.Fields = []types.Field{{Name: "window", Type: structOf(times.Type()), Nullable: true}}
	return &made
}

func greatestDivisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
