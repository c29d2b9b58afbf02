package shuffle

import (
	"iter"
	"slices"
)

// Sort yields rows in the order of compare; equal rows in the order in which they
// came. What does not fit memory is sorted in runs, which are merged from disk.
func Sort[T any](s *Space, c Codec[T], rows iter.Seq[T], compare func(a, b T) int, yield func(T) bool) error {
	g := grant{memory: s.Memory}
	defer g.empty()
	var m Meter[T]
	var run []T
	var runs *buffers[T]
	var err error
	flush := func() error {
		slices.SortStableFunc(run, compare)
		if runs == nil {
			runs = newBuffers(s, c, 0)
		}
		runs.rows = append(runs.rows, run)
		runs.out.parts = append(runs.out.parts, nil)
		err := runs.spill()
		runs.rows[len(runs.rows)-1] = nil
		run = run[:0]
		g.empty()
		return err
	}
	for v := range rows {
		run = append(run, v)
		if !g.add(m.Size(&v)) {
			if err = flush(); err != nil {
				break
			}
		}
	}
	if err == nil && runs == nil {
		slices.SortStableFunc(run, compare)
		for _, v := range run {
			if !yield(v) {
				break
			}
		}
		return nil
	}
	if err == nil && len(run) > 0 {
		err = flush()
	}
	var out *Output[T]
	if err == nil {
		out, err = runs.finish()
	}
	if err != nil {
		if runs != nil {
			runs.out.Free()
		}
		return err
	}
	defer out.Free()
	return mergeParts(out, func(a, b *T) bool { return compare(*a, *b) < 0 }, yield)
}
