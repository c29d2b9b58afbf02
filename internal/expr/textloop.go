package expr

import "github.com/weirstream/weir/internal/batch"

// Text1 makes kernels whose results are texts: write appends a row's to dst, or
// says false for null. The texts of a batch lie one behind the other in a buffer
// that the kernel keeps.
func Text1[A batch.Value](write func(dst []byte, a A) ([]byte, bool)) func(*Call, *Env) (Kernel, error) {
	return func(*Call, *Env) (Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, to := ArgOf[A](args[0]), batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
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
	return func(*Call, *Env) (Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, b, to := ArgOf[A](args[0]), ArgOf[B](args[1]), batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
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
	return func(*Call, *Env) (Kernel, error) {
		var buf []byte
		return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
			buf = buf[:0]
			a, b, c := ArgOf[A](args[0]), ArgOf[B](args[1]), ArgOf[C](args[2])
			to := batch.Values[string](out)
			for _, i := range Rows(rows, sel) {
				start, ok := len(buf), false
				if buf, ok = write(buf, a.At(i), b.At(i), c.At(i)); !ok {
					out.SetNull(int(i))
				}
				to[i] = batch.View(buf[start:])
			}
			return nil
		}, nil
	}
}
