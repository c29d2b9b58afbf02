package datetime

// Texts writes many times with one pattern. Times that look the same under the
// pattern and follow each other are written once: the result holds the same
// string for them. Its zero value is not usable; see [Pattern.Texts].
type Texts struct {
	pattern *Pattern
	zone    *Zone
	local   bool // the times are wall-clock times
	buf     []byte
	start   int64 // times from start to before end look like last
	end     int64
	last    string
	alloc   func(n int) []byte
}

// Texts makes a writer of instants in a zone. alloc gives memory for the texts,
// such as that of an arena.
func (p *Pattern) Texts(zone *Zone, alloc func(n int) []byte) *Texts {
	return &Texts{pattern: p, zone: zone, alloc: alloc}
}

// LocalTexts makes a writer of wall-clock times.
func (p *Pattern) LocalTexts(alloc func(n int) []byte) *Texts {
	return &Texts{pattern: p, local: true, zone: UTC, alloc: alloc}
}

// Reset forgets the remembered text: the memory it lies in is about to be
// reused.
func (w *Texts) Reset() { w.start, w.end, w.last = 0, 0, "" }

// Over sets to[i] to the text of micros[i].
func (w *Texts) Over(to []string, micros []int64) {
	to = to[:len(micros)]
	for i, v := range micros {
		if v < w.start || v >= w.end {
			w.move(v)
		}
		to[i] = w.last
	}
}

// Text is the text of one time.
func (w *Texts) Text(micros int64) string {
	if micros < w.start || micros >= w.end {
		w.move(micros)
	}
	return w.last
}

// move writes the text of v and finds for how long it holds.
func (w *Texts) move(v int64) {
	offset, from, to := w.zone.Span(v)
	local := v + offset
	w.buf = w.pattern.append(w.buf[:0], local, offset, w.zone)
	text := w.alloc(len(w.buf))
	copy(text, w.buf)
	w.last = view(text)
	w.start, w.end = v, v+1
	if g := w.pattern.grain; g > 0 {
		begin := local - floorMod(local, g) - offset
		w.start, w.end = max(from, begin), min(to, begin+g)
	}
}
