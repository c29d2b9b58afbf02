// Package lsmstore keeps the rows of keyed state that do not fit in memory: a
// sorted map of bytes on disk, made with Pebble (S172).
//
//	state.Slots ─▶ state.Tier ─▶ DB ─▶ Pebble ─▶ fileSystem ─▶ vfs.FS
//	 rows in        layout of           tables,     a file that
//	 memory         keys, versions      no log      fails ends all
//
// It is not where the truth lies: that is the journal with its deltas and the
// snapshots, as for state in memory. So there is no write-ahead log, and a
// commit waits for no disk. A write is atomic, and after a crash the map is what
// some prefix of the writes made of it; the tier above writes with each the
// version that it leads to, and brings a map that is behind up with the deltas.
// One that is damaged or missing is made anew.
//
// # When the disk fails
//
// Pebble ends the process where it cannot write its own catalogue. The file
// system beneath it therefore never fails: after the first error nothing more
// reaches the disk, as if the machine had died at that moment, everything is
// answered with success, and every operation of the [DB] gives the error.
package lsmstore
