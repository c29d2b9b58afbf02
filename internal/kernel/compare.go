package kernel

import "github.com/weirstream/weir/types"

// Op is a comparison.
type Op uint8

// The comparisons.
const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Swap is the comparison that says of (b, a) what op says of (a, b).
func (op Op) Swap() Op {
	return [...]Op{Equal, NotEqual, Greater, GreaterEqual, Less, LessEqual}[op]
}

// Number lists the types that compare as numbers.
type Number interface {
	Integer | ~float32 | ~float64
}

// The two relations from which all six comparisons of numbers are made. For
// integers the compiler drops what is about NaN.

func same[T Number](a, b T) bool { return a == b || a != a && b != b }

func less[T Number](a, b T) bool { return a < b || b != b && a == a }

// CompareNumbers puts a[i] op b[i] into out[i] for every row of out.
func CompareNumbers[T Number](op Op, out []bool, a, b []T) {
	if op >= Greater {
		op, a, b = op.Swap(), b, a
	}
	a, b = a[:len(out)], b[:len(out)]
	switch op {
	case Equal:
		for i := range out {
			out[i] = same(a[i], b[i])
		}
	case NotEqual:
		for i := range out {
			out[i] = !same(a[i], b[i])
		}
	case Less:
		for i := range out {
			out[i] = less(a[i], b[i])
		}
	default:
		for i := range out {
			out[i] = !less(b[i], a[i])
		}
	}
}

// CompareNumber puts a[i] op c into out[i] for every row of out.
func CompareNumber[T Number](op Op, out []bool, a []T, c T) {
	a = a[:len(out)]
	switch op {
	case Equal:
		for i, v := range a {
			out[i] = same(v, c)
		}
	case NotEqual:
		for i, v := range a {
			out[i] = !same(v, c)
		}
	case Less:
		for i, v := range a {
			out[i] = less(v, c)
		}
	case LessEqual:
		for i, v := range a {
			out[i] = !less(c, v)
		}
	case Greater:
		for i, v := range a {
			out[i] = less(c, v)
		}
	default:
		for i, v := range a {
			out[i] = !less(v, c)
		}
	}
}

// CompareStrings puts a[i] op b[i] into out[i] for every row of out. Strings
// compare by their bytes.
func CompareStrings(op Op, out []bool, a, b []string) {
	if op >= Greater {
		op, a, b = op.Swap(), b, a
	}
	a, b = a[:len(out)], b[:len(out)]
	switch op {
	case Equal:
		for i := range out {
			out[i] = a[i] == b[i]
		}
	case NotEqual:
		for i := range out {
			out[i] = a[i] != b[i]
		}
	case Less:
		for i := range out {
			out[i] = a[i] < b[i]
		}
	default:
		for i := range out {
			out[i] = a[i] <= b[i]
		}
	}
}

// CompareString puts a[i] op c into out[i] for every row of out.
func CompareString(op Op, out []bool, a []string, c string) {
	a = a[:len(out)]
	switch op {
	case Equal:
		for i, v := range a {
			out[i] = v == c
		}
	case NotEqual:
		for i, v := range a {
			out[i] = v != c
		}
	case Less:
		for i, v := range a {
			out[i] = v < c
		}
	case LessEqual:
		for i, v := range a {
			out[i] = v <= c
		}
	case Greater:
		for i, v := range a {
			out[i] = v > c
		}
	default:
		for i, v := range a {
			out[i] = v >= c
		}
	}
}

// CompareDecimal orders two unscaled values of one scale: negative, zero or
// positive.
func CompareDecimal(a, b types.Decimal) int {
	switch {
	case a.Hi < b.Hi:
		return -1
	case a.Hi > b.Hi:
		return 1
	case a.Lo < b.Lo:
		return -1
	case a.Lo > b.Lo:
		return 1
	}
	return 0
}

// Holds reports whether op holds for two values that an ordering function has
// compared to c.
func (op Op) Holds(c int) bool {
	switch op {
	case Equal:
		return c == 0
	case NotEqual:
		return c != 0
	case Less:
		return c < 0
	case LessEqual:
		return c <= 0
	case Greater:
		return c > 0
	default:
		return c >= 0
	}
}

// CompareDecimals puts a[i] op b[i] into out[i] for every row of out. Where b
// has one value, that is compared with all of a.
func CompareDecimals(op Op, out []bool, a, b []types.Decimal) {
	if len(b) == 1 && len(out) > 1 {
		for i := range out {
			out[i] = op.Holds(CompareDecimal(a[i], b[0]))
		}
		return
	}
	for i := range out {
		out[i] = op.Holds(CompareDecimal(a[i], b[i]))
	}
}
