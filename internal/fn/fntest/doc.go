// Package fntest runs functions in tests, the way a query would.
//
//	bench := fntest.New(t, cast.New, logic.Functions)
//	x := bench.Column(types.Of(types.Int), int32(1), nil)
//	bench.Expect(bench.Call("=", x, expr.Int32(1)), "true", "NULL")
//
// Each expression is resolved, compiled, and evaluated over all rows, over every
// second row, over each row alone, and over no row, and must say the same each
// time: a kernel that looks at rows it was not asked for, or forgets its
// selection, fails here.
package fntest
