// Package stateful is for functions that keep state of their own for each key of a
// stream.
//
// There are two kinds. A group function is called once a batch for each key that
// has rows, or whose timeout has come, with one state of one type:
//
//	func count(user string, rows iter.Seq[Click],
//		s *stateful.GroupState[Session], emit func(Visit)) error
//
//	weir.FlatMapGroupsWithState(clicks.GroupBy("user"), count,
//		weir.GroupOptions{Timeout: stateful.EventTimeTimeout})
//
// A [Processor] is an object with several variables, which it declares when it
// begins, and with timers:
//
//	type visits struct {
//		last  *stateful.ValueState[Click]
//		pages *stateful.MapState[string, int64]
//	}
//
//	func (v *visits) Init(h *stateful.Handle) error {
//		v.last = stateful.Value[Click](h, "last", stateful.TTL{})
//		v.pages = stateful.Map[string, int64](h, "pages", stateful.TTL{})
//		return nil
//	}
//
//	weir.TransformWithState(clicks.GroupBy("user"), newVisits,
//		weir.TransformOptions{TimeMode: stateful.EventTime})
//
// Both see the state of one key at a time:
//
//	rows of the batch ─▶ by key ─▶ function(key, rows, state) ─▶ rows out
//	                                     ▲  │
//	timeouts and timers that are due ────┘  └─▶ what changed goes with the commit
//
// State is saved with each batch: a batch that fails and runs again sees what the
// first attempt saw. A function must therefore keep nothing elsewhere that counts.
//
// # Types
//
// Keys, rows, results and state are Go types: structs whose fields are columns by
// their names or their tags `weir:"name"`, or one plain value. Pointers, slices and
// maps may be nil, for null.
//
// # Errors
//
// What Spark refuses with an exception, as a timeout of zero, is remembered and
// fails the batch as soon as the function has returned; so does an error that it
// returns, and a panic. The query ends, others go on.
//
// # Changes between runs
//
// A field may be added to the type of a state, which is zero for keys of old; one
// may be left out; and a number may become a wider one. Anything else is refused
// when the query starts (S149).
package stateful
