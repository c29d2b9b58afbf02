// Package invariant says whether expensive self-checks are compiled in.
//
// A build with the tag invariants checks what must always hold and pays for
// it; every other build checks nothing and pays nothing, because [Enabled] is a
// constant and the compiler drops what it guards:
//
//	if invariant.Enabled {
//		b.Poison() // whoever kept rows past Next reads 0xCC
//	}
//
//	go test                     Enabled == false, the check is not in the binary
//	go test -tags invariants    Enabled == true
//
// Cheap checks that protect a user's data (a checksum, an epoch) are not
// invariants: they are always on and return errors.
package invariant
