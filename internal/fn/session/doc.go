// Package session holds the functions that ask where they run: who asks, in which
// catalog, in which task; and those that draw lots as Spark does.
//
//	seed ─▶ hashed twice by Murmur3 ─▶ xorshift ─▶ uniform, randstr
package session
