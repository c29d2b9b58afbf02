package cells

import (
	"encoding/binary"

	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// NoTimeout stands for a timeout that is not set.
const NoTimeout = -1

// Group is the state of the key under a group function, nil for none, and its
// timeout in milliseconds. It is good until the next change.
func (s *Store) Group() (state []byte, timeout int64) {
	b, ok := s.get(s.at(stateName, ""))
	if !ok {
		return nil, NoTimeout
	}
	expiry, rest := open(b)
	timeout = NoTimeout
	if b[0]&expires != 0 {
		timeout = expiry
	}
	if b[0]&hasState == 0 {
		rest = nil
	}
	return rest, timeout
}

// SetGroup makes the state of the key what a call has left (S132): nothing is
// written if nothing changed.
func (s *Store) SetGroup(o stateful.Outcome) {
	state, timeout := s.Group()
	if o.Removed && o.TimeoutAt == NoTimeout {
		s.remove(s.at(stateName, ""))
		s.counts.Removed++ // also where there was nothing, as in Spark
	} else if o.Updated || o.Removed || o.TimeoutAt != timeout {
		if o.Updated {
			state = o.State
		} else if o.Removed {
			state = nil
		}
		s.putGroup(state, o.TimeoutAt)
	}
	if timeout != o.TimeoutAt {
		if timeout != NoTimeout {
			s.remove(s.timed(timeoutName, timeout, ""))
		}
		if o.TimeoutAt != NoTimeout {
			s.put(s.timed(timeoutName, o.TimeoutAt, ""))
		}
	}
}

func (s *Store) putGroup(state []byte, timeout int64) {
	s.scratch = append(s.scratch[:0], 0)
	if timeout != NoTimeout {
		s.scratch[0] |= expires
		s.scratch = binary.LittleEndian.AppendUint64(s.scratch, uint64(timeout))
	}
	if state != nil {
		s.scratch[0] |= hasState
		s.scratch = append(s.scratch, state...)
	}
	s.put(s.at(stateName, ""), s.scratch)
	s.counts.Updated++
}

// DeclareGroup makes the state of a group function known, whose type has this
// schema.
func (c *Catalog) DeclareGroup(state types.Schema) error {
	return c.declare(stateful.Variable{Name: stateName, Kind: stateful.ValueKind, Value: state})
}

// GroupSchemas are those that the state of a group function has had, the present
// one last.
func (s *Store) GroupSchemas() []types.Schema { return s.catalog.Schemas(stateName) }
