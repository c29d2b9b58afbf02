package parquet

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

// render writes a value by its physical form: times as whole numbers, decimals
// unscaled.
func render(c *batch.Column, row int) string {
	if c.Null(row) {
		return "null"
	}
	if c.Const {
		row = 0
	}
	switch c.Type.Kind {
	case types.Null:
		return "null"
	case types.Boolean:
		return strconv.FormatBool(batch.Values[bool](c)[row])
	case types.Byte:
		return fmt.Sprint(batch.Values[int8](c)[row])
	case types.Short:
		return fmt.Sprint(batch.Values[int16](c)[row])
	case types.Int, types.Date, types.YearMonthInterval:
		return fmt.Sprint(batch.Values[int32](c)[row])
	case types.Float:
		return fmt.Sprint(batch.Values[float32](c)[row])
	case types.Double:
		return fmt.Sprint(batch.Values[float64](c)[row])
	case types.Decimal128:
		return renderDecimal(batch.Values[types.Decimal](c)[row])
	case types.String:
		return `"` + batch.Values[string](c)[row] + `"`
	case types.Binary:
		return fmt.Sprintf("x%x", batch.Values[string](c)[row])
	case types.Array:
		return "[" + renderElements(c, row, func(k int) string { return render(c.Children[0], k) }) + "]"
	case types.Map:
		return "{" + renderElements(c, row, func(k int) string {
			return render(c.Children[0], k) + ":" + render(c.Children[1], k)
		}) + "}"
	case types.Struct:
		var parts []string
		for i, f := range c.Type.Fields {
			parts = append(parts, f.Name+":"+render(c.Children[i], row))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprint(batch.Values[int64](c)[row])
}

func renderDecimal(d types.Decimal) string {
	n := new(big.Int).Lsh(big.NewInt(d.Hi), 64)
	return n.Add(n, new(big.Int).SetUint64(d.Lo)).String()
}

func renderElements(c *batch.Column, row int, one func(int) string) string {
	var parts []string
	for k := c.Offsets[row]; k < c.Offsets[row+1]; k++ {
		parts = append(parts, one(int(k)))
	}
	return strings.Join(parts, " ")
}
