package state

import (
	"encoding/binary"
	"errors"
	"math"
)

// errFound ends a scan that has found what it was for.
var errFound = errors.New("found")

// earliest is the earliest time at which a key of the tier expires; false: none does.
// Shards that cannot have an earlier one than is known are not looked at.
func (r *resident) earliest() (time int64, found bool) {
	if r.tier.Err() != nil {
		return 0, false
	}
	time = math.MaxInt64
	for shard := int(r.shards.First); shard <= int(r.shards.Last); shard++ {
		if r.tier.counts[shard] == 0 || r.tier.earliest[shard] >= time {
			continue
		}
		at, ok, err := r.earliestOf(uint8(shard))
		if r.tier.fail(err) != nil {
			return 0, false
		}
		r.tier.earliest[shard] = at
		time, found = min(time, at), found || ok
	}
	return time + r.slots.spec.Width, found
}

// earliestOf is the time of a shard's first key with one that is not deleted; at is the
// end of time where there is none.
func (r *resident) earliestOf(shard uint8) (at int64, found bool, err error) {
	from, to := appendInstant([]byte{tierRows, shard}, math.MinInt64), []byte{tierRows, shard, tierTimeless}
	at = math.MaxInt64
	err = r.tier.cold.Scan(from, to, func(key, _ []byte) error {
		if _, gone := r.gone[string(key)]; gone {
			return nil
		}
		if len(key) < len(from) {
			return errors.New("a key on disk is too short for its time")
		}
		at, found = int64(binary.BigEndian.Uint64(key[3:])^1<<63), true
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return at, found, err
}
