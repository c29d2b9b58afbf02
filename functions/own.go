package functions

import (
	"fmt"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/udf"
)

// UDF calls a Go function of yours (S41): a scalar one, an aggregate or one that
// gives several rows. It need not be registered with the session.
//
//	half := udf.Func1("half", func(x int64) float64 { return float64(x) / 2 })
//	df.Select(functions.UDF(half, "price").As("p"))
func UDF(f *udf.Function, args ...any) Column {
	own, err := f.Unwrap()
	if err != nil {
		return Failed(err)
	}
	list, err := expressions(args)
	if err != nil {
		return Failed(fmt.Errorf("%s: %w", own.Name(), err))
	}
	return Column{e: &expr.UnresolvedFunction{Name: own.Name(), Args: list, Written: true, Own: own}}
}
