package functions

// Count counts rows in which c is not null; Count("*") counts all.
func Count(c any) Column {
	if name, ok := c.(string); ok && name == "*" {
		return Call("count", Lit(1))
	}
	return Call("count", c)
}

// Sum adds the values up.
func Sum(c any) Column { return Call("sum", c) }

// Avg is the mean.
func Avg(c any) Column { return Call("avg", c) }

// Min is the least value.
func Min(c any) Column { return Call("min", c) }

// Max is the greatest value.
func Max(c any) Column { return Call("max", c) }

// CountIf counts the rows for which the condition is true.
func CountIf(condition any) Column { return Call("count_if", condition) }

// First is the first value.
func First(c any) Column { return Call("first", c) }

// Last is the last value.
func Last(c any) Column { return Call("last", c) }

// MaxBy is the value of c in the row with the greatest by.
func MaxBy(c, by any) Column { return Call("max_by", c, by) }

// MinBy is the value of c in the row with the least by.
func MinBy(c, by any) Column { return Call("min_by", c, by) }

// CollectList makes an array of the values.
func CollectList(c any) Column { return Call("collect_list", c) }

// CollectSet makes an array of the different values.
func CollectSet(c any) Column { return Call("collect_set", c) }

// ApproxCountDistinct estimates the number of different values.
func ApproxCountDistinct(c any) Column { return Call("approx_count_distinct", c) }

// StddevPop is the standard deviation of the population.
func StddevPop(c any) Column { return Call("stddev_pop", c) }

// StddevSamp is the standard deviation of the sample.
func StddevSamp(c any) Column { return Call("stddev_samp", c) }

// BoolAnd is true if every value is.
func BoolAnd(c any) Column { return Call("bool_and", c) }

// BoolOr is true if any value is.
func BoolOr(c any) Column { return Call("bool_or", c) }
