package vfs

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
)

// ErrCrashed is what every operation of a [Crash] returns once its machine has
// died.
var ErrCrashed = errors.New("the machine has crashed")

// Crash is a [Memory] whose machine can die. It remembers what was synced, and
// numbers the operations that change something (create, write, truncate, sync,
// rename, link, remove, mkdir, syncdir) from 1.
//
//	crash := vfs.NewCrash()
//	crash.StopAt(17)                 // operation 17 is under way when it dies
//	work(crash)                      // ends with ErrCrashed
//	work(crash.Image(vfs.OnlySynced)) // the machine has started again
type Crash struct{ Memory }

// What [Crash.Image] keeps of that which was not synced. Every other number is
// the seed of a random choice.
const (
	OnlySynced uint64 = 0 // nothing
	Everything uint64 = 1 // all of it, as when only the process died
)

// tear is the unit in which a disk writes: of each such piece of a file either
// the old bytes or the new ones survive.
const tear = 512

// NewCrash returns an empty file system whose machine is alive.
func NewCrash() *Crash {
	c := new(Crash)
	c.crash = new(recorder)
	c.root()
	return c
}

// StopAt lets the machine die in operation k. That operation and all later ones
// fail with [ErrCrashed]; what it was to change is as lost, or kept, as
// anything else that was not synced. Zero, the default: never.
func (c *Crash) StopAt(k int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.crash.stop = k
}

// Ops names the operations that were begun, such as "sync journal/3".
// Operation k stands at k-1.
func (c *Crash) Ops() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.crash.ops)
}

// Image is the file system that is found after the machine has started again:
// [OnlySynced], [Everything], or a random choice with this seed among the
// unsynced pieces of files and changes of names. Locks are gone. The machine of
// c may still be alive; then the image is what a crash at this moment leaves.
func (c *Crash) Image(seed uint64) *Crash {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := &developer{seed: seed, random: rand.New(rand.NewPCG(seed, 0x77656972)), done: map[*node]*node{}}
	image := NewCrash()
	image.Now = c.Now
	image.top = d.develop(c.root())
	return image
}

// fileChange is one write, or, with no data, a change of size to off.
type fileChange struct {
	off  int64
	data []byte
}

func (c fileChange) clone() fileChange {
	return fileChange{off: c.off, data: slices.Clone(c.data)}
}

// apply returns the content after the change.
func (c fileChange) apply(content []byte) []byte {
	if len(c.data) == 0 {
		return resize(content, c.off)
	}
	if end := c.off + int64(len(c.data)); end > int64(len(content)) {
		content = resize(content, end)
	}
	copy(content[c.off:], c.data)
	return content
}

// resize cuts content or extends it with zeros.
func resize(content []byte, size int64) []byte {
	if grow := size - int64(len(content)); grow > 0 {
		return append(content, make([]byte, grow)...)
	}
	return content[:size]
}

// nameChange is an atomic change of names in one directory; nil removes.
type nameChange map[string]*node

func (c nameChange) apply(names map[string]*node) {
	for name, n := range c {
		if n == nil {
			delete(names, name)
		} else {
			names[name] = n
		}
	}
}

// recorder counts operations and knows when to die. Guarded by Memory.mu. A nil
// recorder, that of a plain Memory, remembers nothing.
type recorder struct {
	ops  []string
	stop int
	dead bool
}

func (r *recorder) alive() error {
	if r.dead {
		return ErrCrashed
	}
	return nil
}

// step runs one operation that changes something.
func (r *recorder) step(op, name string, apply func() error) error {
	if r.dead {
		return ErrCrashed
	}
	r.ops = append(r.ops, op+" "+name)
	r.dead = len(r.ops) == r.stop
	err := apply()
	if r.dead {
		return ErrCrashed
	}
	return err
}

// syncData makes the content of a file durable, unless the machine dies at it.
func (r *recorder) syncData(n *node) {
	if r == nil || r.dead {
		return
	}
	for _, c := range n.writes {
		n.syncedData = c.apply(n.syncedData)
	}
	n.writes = nil
}

// syncNames makes the names of a directory durable, unless the machine dies at
// it.
func (r *recorder) syncNames(dir *node) {
	if r == nil || r.dead {
		return
	}
	dir.syncedNames, dir.renames = maps.Clone(dir.names), nil
}

// settle makes one name durable that was the last change of its directory.
func (r *recorder) settle(dir *node, name string, n *node) {
	if r == nil || r.dead {
		return
	}
	dir.syncedNames[name] = n
	dir.renames = dir.renames[:len(dir.renames)-1]
	for _, c := range dir.renames {
		delete(c, name) // what was done to the name before is over
	}
}

// developer makes the image of a crash.
type developer struct {
	seed   uint64
	random *rand.Rand
	done   map[*node]*node // a file with two names stays one file
}

// develop returns the node as it is after the crash.
func (d *developer) develop(n *node) *node {
	if made := d.done[n]; made != nil {
		return made
	}
	made := &node{modTime: n.modTime}
	d.done[n] = made
	keep := d.keeper()
	if n.names == nil {
		made.data = slices.Clone(n.syncedData)
		for _, c := range n.writes {
			made.data = keep.write(made.data, c)
		}
		made.syncedData = slices.Clone(made.data)
		return made
	}
	made.names = maps.Clone(n.syncedNames)
	for _, c := range n.renames {
		if keep() {
			c.apply(made.names)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(made.names)) {
		made.names[name] = d.develop(made.names[name])
	}
	made.syncedNames = maps.Clone(made.names)
	return made
}

// keeper decides, piece by piece, what of one node survives.
type keeper func() bool

// keeper draws first how much is to survive, so that "nearly all" and "nearly
// nothing" are as likely as "half".
func (d *developer) keeper() keeper {
	switch d.seed {
	case OnlySynced:
		return func() bool { return false }
	case Everything:
		return func() bool { return true }
	}
	quarters := d.random.IntN(5)
	return func() bool { return d.random.IntN(4) < quarters }
}

// write applies those pieces of a write that survive. A piece that does not,
// before one that does, reads as zeros where the file was shorter.
func (keep keeper) write(content []byte, c fileChange) []byte {
	if len(c.data) == 0 {
		if keep() {
			content = c.apply(content)
		}
		return content
	}
	end := c.off + int64(len(c.data))
	if int64(len(content)) < end && keep() && keep() { // the size came to the disk before the bytes
		content = resize(content, end)
	}
	for at := c.off; at < end; {
		next := min(at-at%tear+tear, end)
		if keep() {
			content = fileChange{off: at, data: c.data[at-c.off : next-c.off]}.apply(content)
		}
		at = next
	}
	return content
}

// Dump lists the files with their sizes, one a line, for messages of tests.
func (m *Memory) Dump() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return dump("", m.root())
}

func dump(name string, n *node) (text string) {
	if n.names == nil {
		return fmt.Sprintf("%s %d\n", name, len(n.data))
	}
	for _, base := range slices.Sorted(maps.Keys(n.names)) {
		text += dump(path.Join(name, base), n.names[base])
	}
	return text
}
