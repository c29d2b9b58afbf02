package keytable

// View is a table with the same keys, for [Table.Lookup] alone. Several goroutines may
// look up at once, each in a view of its own, as long as nobody changes t.
func (t *Table) View() *Table {
	v := *t
	v.scratch, v.flat, v.hasher = new(scratch), flattener{}, Hasher{}
	if t.codec != nil {
		v.codec = newRowCodec(t.codec.leaves)
	}
	if t.fold != nil {
		v.fold = t.fold.view()
	}
	return &v
}
