package kernel

// The functions of this file shorten a selection: of the rows that sel lists
// they put those for which something is true into out, and return how many. out
// has room for all of sel and may be sel itself. They ask no validity: a caller
// takes null rows out first ([SelectValid]) or last. No row costs a jump.

// SelectNumbers keeps the rows r with a[r] op b[r].
func SelectNumbers[T Number](op Op, out, sel []int32, a, b []T) int {
	if op >= Greater {
		op, a, b = op.Swap(), b, a
	}
	out, n := out[:len(sel)], 0
	switch op {
	case Equal:
		for _, r := range sel {
			out[n] = r
			n += one(same(a[r], b[r]))
		}
	case NotEqual:
		for _, r := range sel {
			out[n] = r
			n += one(!same(a[r], b[r]))
		}
	case Less:
		for _, r := range sel {
			out[n] = r
			n += one(less(a[r], b[r]))
		}
	default:
		for _, r := range sel {
			out[n] = r
			n += one(!less(b[r], a[r]))
		}
	}
	return n
}

// SelectNumber keeps the rows r with a[r] op c.
func SelectNumber[T Number](op Op, out, sel []int32, a []T, c T) int {
	out, n := out[:len(sel)], 0
	switch op {
	case Equal:
		for _, r := range sel {
			out[n] = r
			n += one(same(a[r], c))
		}
	case NotEqual:
		for _, r := range sel {
			out[n] = r
			n += one(!same(a[r], c))
		}
	case Less:
		for _, r := range sel {
			out[n] = r
			n += one(less(a[r], c))
		}
	case LessEqual:
		for _, r := range sel {
			out[n] = r
			n += one(!less(c, a[r]))
		}
	case Greater:
		for _, r := range sel {
			out[n] = r
			n += one(less(c, a[r]))
		}
	default:
		for _, r := range sel {
			out[n] = r
			n += one(!less(a[r], c))
		}
	}
	return n
}

// SelectStrings keeps the rows r with a[r] op b[r].
func SelectStrings(op Op, out, sel []int32, a, b []string) int {
	if op >= Greater {
		op, a, b = op.Swap(), b, a
	}
	out, n := out[:len(sel)], 0
	switch op {
	case Equal:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] == b[r])
		}
	case NotEqual:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] != b[r])
		}
	case Less:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] < b[r])
		}
	default:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] <= b[r])
		}
	}
	return n
}

// SelectString keeps the rows r with a[r] op c.
func SelectString(op Op, out, sel []int32, a []string, c string) int {
	out, n := out[:len(sel)], 0
	switch op {
	case Equal:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] == c)
		}
	case NotEqual:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] != c)
		}
	case Less:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] < c)
		}
	case LessEqual:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] <= c)
		}
	case Greater:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] > c)
		}
	default:
		for _, r := range sel {
			out[n] = r
			n += one(a[r] >= c)
		}
	}
	return n
}

// SelectValid keeps the rows whose bit in valid is one; a nil bitmap keeps all.
func SelectValid(out, sel []int32, valid []uint64) int {
	if valid == nil {
		return copy(out, sel)
	}
	out, n := out[:len(sel)], 0
	for _, r := range sel {
		out[n] = r
		n += int(valid[r>>6] >> (r & 63) & 1)
	}
	return n
}

// SelectNull keeps the rows whose bit in valid is zero; a nil bitmap keeps none.
func SelectNull(out, sel []int32, valid []uint64) int {
	if valid == nil {
		return 0
	}
	out, n := out[:len(sel)], 0
	for _, r := range sel {
		out[n] = r
		n += int(^valid[r>>6] >> (r & 63) & 1)
	}
	return n
}
