// Package semi holds the functions of variants, values whose type is known at run
// time.
//
//	parse_json ──▶ bytes of package variant ──▶ variant_get, casts: a type again
//	to_variant_object ──▶        │
//	                             ▼ as a tree
//	      variant_insert, variant_set, variant_delete, …
//
// Reading goes over the bytes in place; who changes a variant goes over its tree.
package semi
