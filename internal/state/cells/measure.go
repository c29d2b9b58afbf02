package cells

import (
	"time"

	"github.com/weirstream/weir/stateful"
)

// Fired counts a timer that was handled in so much time. Taking it away is a
// deletion of its own, as in Spark.
func (s *Store) Fired(spent time.Duration) {
	s.counts.Expired++
	s.counts.Timing += spent
}

// Measure tells how many variables there are of which kind, by Spark's names
// (S193c). A group function has none.
func (c *Catalog) Measure(add func(name string, n int64)) {
	if len(c.declared) == 1 && c.declared[stateName].Name == stateName {
		return
	}
	var kinds, expiring [3]int64
	for _, v := range c.declared {
		if v.TTL > 0 {
			expiring[v.Kind]++
		} else {
			kinds[v.Kind]++
		}
	}
	for kind := stateful.ValueKind; kind <= stateful.MapKind; kind++ {
		add("num"+kind.String()+"Vars", kinds[kind])
		add("num"+kind.String()+"WithTTLVars", expiring[kind])
	}
	add("numDeletedStateVars", int64(len(c.deleted)))
}
