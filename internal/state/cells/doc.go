// Package cells keeps the variables of user-defined state as rows of state tables.
//
// An operator has two tables. The cells are what the user sees and counts; the
// index is what it takes to find them:
//
//	cells  (key…, variable, sub)        a value            sub is empty
//	                                    an entry of a map   sub is its key
//	                                    a list              sub is empty: first, next
//	index  (key…, variable, time, sub)  an element of a list        sub is its number
//	                                    the n-th key of a map       sub is n
//	                                    how many keys a map has     sub is empty
//	                                    what expires, by time       sub is that of the cell
//	                                    a timer, by time            variable is $timers
//	                                    the timers of a key         variable is $timers, no time
//	                                    the timeout of a key        variable is $timeout
//
// So a commit writes what changed and nothing else: one row for an element that was
// appended to a long list. Timers, timeouts and TTL are found by the table's own
// index over the column time; nobody looks at what is not due.
//
// The keys of a map are numbered without gaps, so that they can be gone through;
// the last takes the number of one that is removed. A list counts on and may have
// gaps, where elements have expired.
//
// A value begins with a byte of flags and, where they say so, the time at which it
// expires; see docs/format/cells.md.
//
// [Catalog] knows which variables there are and what their values have looked like
// over time. It lies in the journal beside the manifest of the tables.
package cells
