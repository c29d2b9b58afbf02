package checkpoint

import (
	"time"
)

// lazy are the records that wait to be made durable together; see [Options.Lazy].
type lazy struct {
	payload       []byte
	planned, done int64     // the newest batches among them
	since         time.Time // the last time that nothing waited
}

// reached is the newest batch that is planned and the newest that is committed,
// durable or not.
func (c *Checkpoint) reached() (planned, done int64) {
	if len(c.lazy.payload) > 0 {
		return c.lazy.planned, c.lazy.done
	}
	return c.live.planned, c.live.done
}

// enter makes records durable, or lets them wait for others. planned and done are
// what is reached with them. Records wait until a batch is committed: so a plan is
// never the last of what is durable, and nothing must run again as it was planned.
func (c *Checkpoint) enter(payload []byte, planned, done int64) error {
	if c.options.Lazy <= 0 {
		return c.append(payload)
	}
	if c.closed {
		return errClosed
	}
	if c.journal.err != nil {
		return c.journal.err
	}
	c.lazy.payload = append(c.lazy.payload, payload...)
	c.lazy.planned, c.lazy.done = planned, done
	if planned > done || c.now().Sub(c.lazy.since) < c.options.Lazy {
		return nil
	}
	return c.flushed()
}

// flush makes durable what waits.
func (c *Checkpoint) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lazy.payload) == 0 || c.closed {
		return nil
	}
	return c.flushed()
}

func (c *Checkpoint) flushed() error {
	payload := c.lazy.payload
	c.lazy.payload, c.lazy.since = nil, c.now()
	return c.append(payload)
}

func (c *Checkpoint) now() time.Time {
	if c.options.Now != nil {
		return c.options.Now()
	}
	return time.Now()
}

// Durable is the newest batch whose commit is durable, -1 for none.
func (c *Checkpoint) Durable() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live.done
}
