package kernel

import "unsafe"

// Integer lists the types whose values become words by sign extension.
type Integer interface {
	~int8 | ~int16 | ~int32 | ~int64
}

// IntWords puts the selected values, sign-extended, into out, dense. So a value
// has one word, and one hash, in every integer type.
func IntWords[T Integer](out []uint64, values []T, sel []int32) {
	if sel == nil {
		values = values[:len(out)]
		for i, v := range values {
			out[i] = uint64(int64(v))
		}
		return
	}
	out = out[:len(sel)]
	for i, r := range sel {
		out[i] = uint64(int64(values[r]))
	}
}

// BoolWords puts 0 or 1 for each selected value into out, dense.
func BoolWords(out []uint64, values []bool, sel []int32) {
	for i := range out {
		out[i] = uint64(one(values[row(sel, i)]))
	}
}

// FloatWords puts the selected values, normalised, into out, dense.
func FloatWords(out []uint64, values []float64, sel []int32) {
	for i := range out {
		out[i] = FloatWord(values[row(sel, i)])
	}
}

// Float32Words puts the selected values, normalised, into out, dense.
func Float32Words(out []uint64, values []float32, sel []int32) {
	for i := range out {
		out[i] = Float32Word(values[row(sel, i)])
	}
}

// AsWords are the values as words, without copying.
func AsWords(values []int64) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(values))), len(values))
}

// one is 1 for true; it costs no jump.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
