// Package rowstruct turns rows of columns into Go structs and back.
//
// A Go type is looked at once, when a query is put together; what comes of it is
// a list of small functions, one a field, that know their offset in the struct
// and the type of their column:
//
//	type Visit struct {
//	    User string    `weir:"user"`          user  STRING      ─▶ offset 0
//	    At   time.Time                        at    TIMESTAMP   ─▶ offset 16
//	    Cost *float64  `weir:"cost"`          cost  DOUBLE      ─▶ offset 40, nil for null
//	}
//	         NewReader(Visit, columns) ─▶ Read(columns, row, &visit)
//	         NewWriter(Visit)          ─▶ Append(columns, &visit)
//
// Fields find their columns by name, without regard to case: the name in the tag,
// else the Go name. A tag "-" leaves a field out, and behind a comma a tag may name
// the SQL type, as `weir:"price,DECIMAL(10,2)"`. Fields that are not exported do
// not count; the fields of an embedded struct stand for themselves. A type that is
// no struct is a row of one column, whose name is value.
//
// # Nulls
//
// Pointers, slices and maps are nil for null. A null that meets a field which
// cannot hold one is an error that names the field, as in Spark's encoders.
package rowstruct
