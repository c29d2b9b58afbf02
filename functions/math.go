package functions

// When is value where the condition is true; add cases with [Column.When] and
// the rest with [Column.Otherwise].
func When(condition, value any) Column { return Call("when", Lit(condition), Lit(value)) }

// Abs is the absolute value.
func Abs(c any) Column { return Call("abs", c) }

// Ceil is the least whole number that is not less.
func Ceil(c any) Column { return Call("ceil", c) }

// Floor is the greatest whole number that is not greater.
func Floor(c any) Column { return Call("floor", c) }

// Round rounds half up to scale digits.
func Round(c any, scale int) Column { return Call("round", c, scale) }

// Sqrt is the square root.
func Sqrt(c any) Column { return Call("sqrt", c) }

// Pow is base to the power of exponent.
func Pow(base, exponent any) Column { return Call("pow", base, exponent) }

// Coalesce is the first value that is not null.
func Coalesce(columns ...any) Column { return Call("coalesce", columns...) }

// Greatest is the greatest value, nulls left out.
func Greatest(columns ...any) Column { return Call("greatest", columns...) }

// Least is the least value, nulls left out.
func Least(columns ...any) Column { return Call("least", columns...) }

// NullIf is null where a equals b, else a.
func NullIf(a, b any) Column { return Call("nullif", a, b) }

// If is then where the condition is true, else otherwise.
func If(condition, then, otherwise any) Column { return Call("if", condition, then, otherwise) }

// Hash is a 32-bit hash of the values.
func Hash(columns ...any) Column { return Call("hash", columns...) }
