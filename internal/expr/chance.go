package expr

// Chance is what functions of chance draw from where the query names no seed. It
// gives a task of a batch the same series however often the batch runs, also after a
// restart, and every other task and function another.
type Chance struct {
	// Salt is the query's: a stream has the same for as long as its checkpoint lives.
	Salt uint64
	// Batch and Task say whose rows are computed.
	Batch int64
	Task  int

	turn  uint64 // grows with each task that begins
	calls uint64 // functions that were compiled; each has a series of its own
}

// Begin begins a task: the functions begin their series.
func (c *Chance) Begin(batch int64, task int) {
	c.Batch, c.Task = batch, task
	c.turn++
}

// Lot is the series of one function.
type Lot struct {
	env  *Env
	call uint64
	turn uint64 // the one that has begun, plus one; 0: none has
}

// NewLot gives the function that is being compiled a series.
func (e *Env) NewLot() *Lot {
	e.Chance.calls++
	return &Lot{env: e, call: e.Chance.calls}
}

// Begins reports, once for each task, that the series begins.
func (l *Lot) Begins() bool {
	if l.turn == l.env.Chance.turn+1 {
		return false
	}
	l.turn = l.env.Chance.turn + 1
	return true
}

// Task is the task's number in its stage.
func (l *Lot) Task() int { return l.env.Chance.Task }

// Seed is that of the series that has begun.
func (l *Lot) Seed() uint64 {
	c := &l.env.Chance
	h := c.Salt
	for _, part := range [...]uint64{l.call, uint64(c.Batch), uint64(c.Task)} {
		h = mixed(h + 0x9e3779b97f4a7c15*(part+1))
	}
	return h
}

// mixed spreads the bits of a number (the last step of splitmix64).
func mixed(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
