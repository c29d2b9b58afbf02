// Package batch holds rows the way the engine works on them: by column.
//
// A [Batch] is a set of columns over the same rows and a selection of the rows
// that count. A [Column] has values of one Go type, one per row, and a validity
// bitmap:
//
//	Batch ── Columns[0] ── values [v0 v1 v2 … ]   one Go type, by the Type's kind
//	  │                    validity 1101…         nil: nothing is null
//	  ├──── Columns[1] ──  strings are views: the bytes lie in somebody's buffer
//	  ├──── Rows = 8192
//	  └──── Sel  = [0 2 5 …]                      nil: all rows, in order
//
// # Ownership
//
// A batch belongs to whoever gave it, an operator or a source's reader, and is
// good until that one's next Next, Open or Close. Whoever keeps rows copies
// them, strings with their bytes ([Column.Append] with an [Arena]). So there
// are no reference counts, and all buffers are reused. In builds with the tag
// invariants a batch is overwritten when its time is over ([Batch.Poison]).
//
// # Nulls
//
// What stands in the value of a null row is not specified: a kernel may read
// it, must not fail on it, and must not let it show.
//
// # Constants
//
// A column with [Column.Const] holds one value that stands for all rows.
// [Column.Flat] makes a full column of it where a kernel has no use for that.
//
// # Arrow
//
// [FromArrow] shows an Arrow record as a batch and [ToArrow] makes one, without
// copying what both hold alike. A column that shows somebody else's memory
// ([Wrap], [Reset], [Column.Share], FromArrow) keeps its own buffers beside it
// and goes back to them at its next Resize: it never writes to what it shares.
package batch
