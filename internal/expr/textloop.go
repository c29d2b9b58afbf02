package expr

import "github.com/weirstream/weir/internal/batch"

// Text1 makes kernels whose results are texts: write appends a row's to dst, or
// says false for null. The texts of a batch lie one behind the other in a buffer
// that the kernel keeps.
func Text1[A batch.Value](write func(dst []byte, a A) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return Sized1(nil, write)
}

// Sized1 is Text1 for results that may be far longer than the arguments: size is how
// many bytes write would append, at the most, and more than the session has room for is
// an error. A nil size is not asked.
func Sized1[A batch.Value](size func(a A) int64, write func(dst []byte, a A) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return func(call *Call, env *Env) (Kernel, error) {
		var buf []byte
		most := env.Room()
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, to := ArgOf[A](args[0]), batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
				if size != nil {
					if n := int64(start) + size(a.At(i)); n > most {
						return TooLarge(call.Fn.Name, n, most)
					}
				}
				if buf, ok = write(buf, a.At(i)); !ok {
					out.SetNull(int(i))
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	}
}

// Text2 is Text1 for two arguments.
func Text2[A, B batch.Value](write func(dst []byte, a A, b B) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return Sized2(nil, write)
}

// Sized2 is Text2 for results that may be far longer than the arguments: size is how
// many bytes write would append, at the most, and more than the session has room for is
// an error. A nil size is not asked.
func Sized2[A, B batch.Value](size func(a A, b B) int64, write func(dst []byte, a A, b B) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return func(call *Call, env *Env) (Kernel, error) {
		var buf []byte
		most := env.Room()
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, b, to := ArgOf[A](args[0]), ArgOf[B](args[1]), batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
				if size != nil {
					if n := int64(start) + size(a.At(i), b.At(i)); n > most {
						return TooLarge(call.Fn.Name, n, most)
					}
				}
				if buf, ok = write(buf, a.At(i), b.At(i)); !ok {
					out.SetNull(int(i))
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	}
}

// Text3 is Text1 for three arguments.
func Text3[A, B, C batch.Value](write func(dst []byte, a A, b B, c C) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return Sized3(nil, write)
}

// Sized3 is Text3 for results that may be far longer than the arguments: size is how
// many bytes write would append, at the most, and more than the session has room for is
// an error. A nil size is not asked.
func Sized3[A, B, C batch.Value](size func(a A, b B, c C) int64, write func(dst []byte, a A, b B, c C) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return func(call *Call, env *Env) (Kernel, error) {
		var buf []byte
		most := env.Room()
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, b, c := ArgOf[A](args[0]), ArgOf[B](args[1]), ArgOf[C](args[2])
			to := batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
				if size != nil {
					if n := int64(start) + size(a.At(i), b.At(i), c.At(i)); n > most {
						return TooLarge(call.Fn.Name, n, most)
					}
				}
				if buf, ok = write(buf, a.At(i), b.At(i), c.At(i)); !ok {
					out.SetNull(int(i))
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	}
}
