package state

// Measured is the ability to tell numbers for a batch's progress, by Spark's names
// (S193c). A [Cold] may have it.
type Measured interface {
	Measure(add func(name string, n int64))
}

// Measure tells of the map, if it can tell of itself.
func (t *Tier) Measure(add func(name string, n int64)) {
	if m, ok := t.cold.(Measured); ok {
		m.Measure(add)
	}
}
