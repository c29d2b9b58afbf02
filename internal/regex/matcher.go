package regex

import (
	"strings"
	"unicode/utf8"
)

// Matcher searches texts for a pattern. It keeps the captures of the last match
// and belongs to one goroutine.
type Matcher struct {
	pattern *Pattern
	s       string
	caps    []int // start and end of each group, -1 where it took no part
	from    int   // where Next goes on
	budget  int   // steps left for the program
	gave    bool  // the budget of this text is used up
	found   [][]int
}

// Matcher is a new matcher for the pattern.
func (p *Pattern) Matcher() *Matcher {
	return &Matcher{pattern: p, caps: make([]int, 2*(p.groups+1))}
}

// Match reports whether the pattern matches anywhere in s: RLIKE.
func (m *Matcher) Match(s string) bool {
	if f := &m.pattern.start; f.whole {
		return strings.Contains(s, f.literal)
	}
	return m.Find(s)
}

// Find searches the first match in s. The groups are then those of it.
func (m *Matcher) Find(s string) bool {
	m.Reset(s)
	return m.Next()
}

// Reset begins with another text; Next finds its first match.
func (m *Matcher) Reset(s string) {
	m.s, m.from, m.gave, m.found = s, 0, false, nil
	m.budget = min(64*len(s)+4096, 1<<20)
}

// Next finds the next match. Behind an empty match it goes on one character
// further.
func (m *Matcher) Next() bool {
	if m.from > len(m.s) || !m.search(m.from) {
		m.from = len(m.s) + 1
		return false
	}
	m.from = m.caps[1]
	if m.caps[0] == m.caps[1] {
		n := 1
		if m.from < len(m.s) {
			_, n = utf8.DecodeRuneInString(m.s[m.from:])
		}
		m.from += n
	}
	return true
}

// Group is what a group of the last match took, 0 being all of it; false where
// the group took no part. It is a view of the text.
func (m *Matcher) Group(i int) (string, bool) {
	start, end := m.caps[2*i], m.caps[2*i+1]
	if start < 0 {
		return "", false
	}
	return m.s[start:end], true
}

// Span is where a group of the last match lies; -1, -1 where it took no part.
func (m *Matcher) Span(i int) (start, end int) { return m.caps[2*i], m.caps[2*i+1] }

// search finds the first match that begins at or behind at.
func (m *Matcher) search(at int) bool {
	p := m.pattern
	if p.program == nil || m.gave {
		return m.linear(at)
	}
	for {
		next := p.start.candidate(m.s, at)
		if next < 0 {
			return false
		}
		if p.start.most >= unbounded {
			m.budget -= (len(m.s) - at) >> 6 // what looking for the literal has cost
		}
		m.clear()
		if m.run(p.program.start, next) {
			return true
		}
		if m.budget < 0 {
			m.gave = true
			return m.linear(at)
		}
		if lead := p.start.lead; lead != nil {
			// From within the run the same end would be reached, and failed from.
			if end, _ := span(lead, m.s, next); end > next {
				at = end
				continue
			}
		}
		at = next + 1
		if next < len(m.s) && m.s[next] >= utf8.RuneSelf {
			_, n := utf8.DecodeRuneInString(m.s[next:])
			at = next + n
		}
		if at > len(m.s) {
			return false
		}
	}
}

func (m *Matcher) clear() {
	for i := range m.caps {
		m.caps[i] = -1
	}
}

// run tries the program from a step on at a place. The captures are those of the
// match if there is one, else as before.
func (m *Matcher) run(at int32, i int) bool {
	s := m.s
	for {
		if m.budget--; m.budget < 0 {
			return false
		}
		step := &m.pattern.program.steps[at]
		switch step.op {
		case opMatch:
			return true
		case opText:
			if len(s)-i < len(step.text) || s[i:i+len(step.text)] != step.text {
				return false
			}
			i += len(step.text)
		case opSet:
			n := step.set.width(s, i)
			if n == 0 {
				return false
			}
			i += n
		case opOnly:
			end, count := span(step, s, i)
			if count < step.min {
				return false
			}
			m.budget -= (end - i) >> 3
			i = end
		case opRun:
			return m.runs(step, i)
		case opSave:
			old := m.caps[step.slot]
			m.caps[step.slot] = i
			if m.run(step.next, i) {
				return true
			}
			m.caps[step.slot] = old
			return false
		case opSplit:
			if m.run(step.next, i) {
				return true
			}
			at = step.other
			continue
		case opAnchor:
			if !holds(step, s, i) {
				return false
			}
		}
		at = step.next
	}
}

// span is the end of the run of step's characters at i and how many they are,
// max at most.
func span(step *instruction, s string, i int) (end, count int) {
	c := step.set
	for i < len(s) && count < step.max {
		b := s[i]
		if b < utf8.RuneSelf {
			if !c.byteIn(b) {
				break
			}
			i++
		} else {
			n := c.width(s, i)
			if n == 0 {
				break
			}
			i += n
		}
		count++
	}
	return i, count
}

// runs tries the lengths that a run may have, in their order, with what comes
// after it.
func (m *Matcher) runs(step *instruction, i int) bool {
	s := m.s
	if step.lazy {
		for count := 0; ; count++ {
			if count >= step.min && m.run(step.next, i) {
				return true
			}
			n := step.set.width(s, i)
			if n == 0 || count == step.max || m.budget < 0 {
				return false
			}
			i += n
		}
	}
	end, count := span(step, s, i)
	m.budget -= (end - i) >> 3
	next := &m.pattern.program.steps[step.next]
	for ; count >= step.min && m.budget >= 0; count-- {
		// What must come next is looked for before it is tried.
		if next.op != opText || end < len(s) && s[end] == next.text[0] {
			if m.run(step.next, end) {
				return true
			}
		}
		if count == 0 {
			return false
		}
		_, n := utf8.DecodeLastRuneInString(s[i:end])
		end -= n
	}
	return false
}

// holds reports whether an anchor holds at i.
func holds(step *instruction, s string, i int) bool {
	switch step.anchor {
	case beginText:
		return i == 0
	case endText:
		return i == len(s)
	case endFinal:
		return i == len(s) || i+lineEnd(s, i, step.unix) == len(s) && !insideLineEnd(s, i, step.unix)
	case endLine:
		return i == len(s) || lineEnd(s, i, step.unix) > 0 && !insideLineEnd(s, i, step.unix)
	case beginLine:
		return i == 0 || i < len(s) && behindLineEnd(s, i, step.unix) && !insideLineEnd(s, i, step.unix)
	}
	before := i > 0 && wordByte(s[i-1])
	after := i < len(s) && wordByte(s[i])
	return (before != after) == (step.anchor == wordBoundary)
}

func wordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// lineEnd is the length of the line end at i, 0 for none.
func lineEnd(s string, i int, unix bool) int {
	switch rest := s[i:]; {
	case rest == "":
		return 0
	case rest[0] == '\n':
		return 1
	case unix:
		return 0
	case rest[0] == '\r':
		if len(rest) > 1 && rest[1] == '\n' {
			return 2
		}
		return 1
	case strings.HasPrefix(rest, "\u0085"):
		return 2
	case strings.HasPrefix(rest, "\u2028") || strings.HasPrefix(rest, "\u2029"):
		return 3
	}
	return 0
}

// insideLineEnd reports whether i lies between \r and \n.
func insideLineEnd(s string, i int, unix bool) bool {
	return !unix && i > 0 && i < len(s) && s[i-1] == '\r' && s[i] == '\n'
}

func behindLineEnd(s string, i int, unix bool) bool {
	r, n := utf8.DecodeLastRuneInString(s[:i])
	return n > 0 && (r == '\n' || !unix && (r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029))
}

// linear finds the first match at or behind at with Go's regexp, which looks at
// the text once.
func (m *Matcher) linear(at int) bool {
	re := m.pattern.linear()
	if re == nil {
		return false
	}
	if at == 0 {
		return m.take(re.FindStringSubmatchIndex(m.s))
	}
	// Anchors need what stands before at, so the matches are looked for from
	// the beginning.
	if m.found == nil {
		m.found = re.FindAllStringSubmatchIndex(m.s, -1)
	}
	for len(m.found) > 0 {
		found := m.found[0]
		m.found = m.found[1:]
		if found[0] >= at {
			return m.take(found)
		}
	}
	return false
}

func (m *Matcher) take(found []int) bool {
	if found == nil {
		return false
	}
	copy(m.caps, found)
	return true
}
