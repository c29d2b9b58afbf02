package kernel

// AddTo adds the k-th selected value to sums[groups[k]], wrapping on overflow.
func AddTo[T Number, S int64 | float64](sums []S, groups []int32, values []T, sel []int32) {
	if sel == nil {
		values = values[:len(groups)]
		for k, g := range groups {
			sums[g] += S(values[k])
		}
		return
	}
	sel = sel[:len(groups)]
	for k, g := range groups {
		sums[g] += S(values[sel[k]])
	}
}
