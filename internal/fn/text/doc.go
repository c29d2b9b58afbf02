// Package text holds the functions of strings and bytes.
//
//	substring, trim, left, split, split_part … ─▶ views: the result's bytes lie in the argument
//	upper, lower                               ─▶ a view where nothing changes
//	concat, replace, lpad, format_string …     ─▶ one buffer a kernel, texts one behind the other
//	length(replace(s, 'x', ''))                ─▶ counts, no text is made
//	split(s, ',')[k]                           ─▶ finds one piece, no array is made
//
// Positions and lengths are characters (code points) of UTF-8; texts that are
// pure ASCII take shorter ways. Binary values are counted in bytes. Hash
// functions give Spark's numbers: Murmur3 and XXH64 with seed 42, so that rows
// are spread as Spark spreads them.
package text
