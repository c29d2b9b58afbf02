package expr

import "github.com/weirstream/weir/internal/batch"

// Arg reads one argument of a kernel by row, a constant as well as a full
// column, without a branch.
type Arg[T batch.Value] struct {
	values []T
	mask   int32
}

// ArgOf is the reader of a column whose physical type is T.
func ArgOf[T batch.Value](c *batch.Column) Arg[T] {
	if c.Const {
		return Arg[T]{values: batch.Values[T](c), mask: 0}
	}
	return Arg[T]{values: batch.Values[T](c), mask: -1}
}

// At is the value of a row.
func (a Arg[T]) At(row int32) T { return a.values[row&a.mask] }

// Raw is what At reads: the value of a row is values[row&mask]. It is for loops
// over decimals, into which the compiler does not inline At.
func (a Arg[T]) Raw() (values []T, mask int32) { return a.values, a.mask }

// Constant is the one value of a constant, and whether it is one.
func (a Arg[T]) Constant() (v T, ok bool) {
	if a.mask != 0 || len(a.values) == 0 {
		return v, false
	}
	return a.values[0], true
}

// Rows is sel, or all of the rows where it is nil.
func Rows(rows int, sel []int32) []int32 {
	if sel == nil {
		return batch.Identity(rows)
	}
	return sel
}

// Static is the Kernel field of a function whose kernel keeps nothing and does
// not depend on the call.
func Static(k Kernel) func(*Call, *Env) (Kernel, error) {
	return func(*Call, *Env) (Kernel, error) { return k, nil }
}

// Unary is the kernel that gives f of its argument.
func Unary[A, R batch.Value](f func(A) R) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := ArgOf[A](args[0]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			to[i] = f(a.At(i))
		}
		return nil
	}
}

// UnaryErr is Unary for a function that may fail.
func UnaryErr[A, R batch.Value](f func(A) (R, error)) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
		a, to := ArgOf[A](args[0]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			if to[i], err = f(a.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

// UnaryOK is Unary for a function that gives null where it returns false.
func UnaryOK[A, R batch.Value](f func(A) (R, bool)) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, to := ArgOf[A](args[0]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			v, ok := f(a.At(i))
			if !ok {
				out.SetNull(int(i))
			}
			to[i] = v
		}
		return nil
	}
}

// Binary is the kernel that gives f of its two arguments.
func Binary[A, B, R batch.Value](f func(A, B) R) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, to := ArgOf[A](args[0]), ArgOf[B](args[1]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			to[i] = f(a.At(i), b.At(i))
		}
		return nil
	}
}

// BinaryErr is Binary for a function that may fail.
func BinaryErr[A, B, R batch.Value](f func(A, B) (R, error)) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
		a, b, to := ArgOf[A](args[0]), ArgOf[B](args[1]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			if to[i], err = f(a.At(i), b.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

// BinaryOK is Binary for a function that gives null where it returns false.
func BinaryOK[A, B, R batch.Value](f func(A, B) (R, bool)) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, to := ArgOf[A](args[0]), ArgOf[B](args[1]), batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			v, ok := f(a.At(i), b.At(i))
			if !ok {
				out.SetNull(int(i))
			}
			to[i] = v
		}
		return nil
	}
}

// Ternary is the kernel that gives f of its three arguments.
func Ternary[A, B, C, R batch.Value](f func(A, B, C) R) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		a, b, c := ArgOf[A](args[0]), ArgOf[B](args[1]), ArgOf[C](args[2])
		to := batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			to[i] = f(a.At(i), b.At(i), c.At(i))
		}
		return nil
	}
}

// TernaryErr is Ternary for a function that may fail.
func TernaryErr[A, B, C, R batch.Value](f func(A, B, C) (R, error)) Kernel {
	return func(out *batch.Column, args []*batch.Column, rows int, sel []int32) (err error) {
		a, b, c := ArgOf[A](args[0]), ArgOf[B](args[1]), ArgOf[C](args[2])
		to := batch.Values[R](out)
		for _, i := range Rows(rows, sel) {
			if to[i], err = f(a.At(i), b.At(i), c.At(i)); err != nil {
				return err
			}
		}
		return nil
	}
}
