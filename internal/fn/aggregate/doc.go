// Package aggregate holds the aggregate functions: count, sum, avg, min, max,
// collections, statistics, sketches.
//
// An accumulator keeps the states of all groups of one function in arrays by
// group, and adds a batch with one loop:
//
//	groups  [0 1 0 2 …]    for k, g := range groups {
//	values  [7 3 9 1 …]        sums[g] += values[sel[k]]
//	sums    [… … …]        }
//
// What an argument's form needs is settled before the loop, not in it: rows with
// nulls are taken out of the selection ([strict]), a constant is spread or added
// once a group.
//
// # Partial states
//
// The state of a group travels between tasks, and into state files, as columns:
//
//	count count_if                  long
//	sum min max bit_* bool_*        the value; null where no row was seen
//	try_sum, sum of decimals        sum, empty (boolean); sum null: it overflowed
//	avg                             sum (double or decimal), count
//	first last any_value            value, set (boolean)
//	max_by min_by                   value, ordering
//	stddev … kurtosis               n, mean, and the sums of powers up to the one needed
//	covar corr regr_*               n, mean x, mean y, and sums of products
//	collect_list collect_set        array of the values
//	percentile median               array of the values
//	mode                            array of the values, array of their counts
//	approx_count_distinct           binary: the registers, see [sketches]
//
// Save and Merge are inverse: any split of the rows, saved and merged in the
// order of the rows, gives what one pass gives, but for the last digits of sums
// of floats.
package aggregate
