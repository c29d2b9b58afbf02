// Package rowcodec writes the rows of a batch as bytes and reads them back.
//
// It knows two forms. A key sorts: comparing the bytes of two keys compares
// their rows as Spark's ORDER BY does, and keys that are equal as GROUP BY sees
// them have equal bytes. A value is short and does not sort.
//
//	columns ─┐                      ┌─▶ Keys.Encode ───▶ Rows   01 80 00 00 07 01 61 00 01
//	 rows,   ├─ one row after the ──┤                           │  7            │ "a"
//	 sel    ─┘  other, no alloc     └─▶ Values.Encode ─▶ Rows   00 0e 01 61
//	                                                            │  7  1 "a"
//	columns ◀── Decode, strings as views of the rows ◀── Rows   nulls
//
// The bytes do not say what they are: who reads them knows the types. They are
// on disk, in state stores and in spilled exchanges, and never change; byte by
// byte they stand in docs/format/row-codec.md. Whether they are whole is the
// matter of the file's checksum, yet bytes that no Encode wrote give an error
// and never a crash.
package rowcodec
