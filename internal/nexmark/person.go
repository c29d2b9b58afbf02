package nexmark

import (
	"github.com/weirstream/weir/internal/batch"
)

const (
	personBytes = 200 - 8
	cardLength  = 4*4 + 3
	userLimit   = 7
	hostLimit   = 5
)

// person is the step that fills one field of the persons, nil if there is none of
// the name.
func (f *Filler) person(name string, c *batch.Column) func() {
	g := f.g
	if name == "id" {
		return numbers(c, func(values []int64) {
			f.slots(0, 0, func(epoch int64, row, _ int) { values[row] = epoch + firstID })
		})
	}
	text := func(most int, fill func(n int64) string) func() {
		return texts(c, func(values []string) {
			f.room((f.n/perEpoch + 2) * (most + 16))
			f.slots(0, 0, func(_ int64, row, _ int) { values[row] = fill(f.from + int64(row)) })
		})
	}
	switch name {
	case "name":
		return text(0, g.personName)
	case "emailAddress":
		return text(userLimit+hostLimit+5, func(n int64) string { return f.mail(g.hash(personMail, n)) })
	case "creditCard":
		return text(cardLength, func(n int64) string { return f.card(g.hash(personCard, n)) })
	case "city":
		return text(0, g.city)
	case "state":
		return text(0, func(n int64) string { return pick(g.states, g.hash(personState, n)) })
	case "extra":
		return text(personBytes*6/5, func(n int64) string {
			h := g.hash(personMail, n)
			used := len(g.personName(n)) + mailLength(h) + cardLength + len(g.city(n)) + 2
			return f.extra(g.hash(personExtra, n), personBytes-used)
		})
	}
	return nil
}

func pick(list []string, h uint64) string { return list[Below(h, int64(len(list)))] }

func (g *Generator) personName(n int64) string { return pick(g.names, g.hash(personName, n)) }

func (g *Generator) city(n int64) string { return pick(g.cities, g.hash(personCity, n)) }

// mail is user@host.com.
func (f *Filler) mail(h uint64) string {
	user, host := mailParts(h)
	start := len(f.text)
	f.text = append(appendLetters(f.text, h, user), '@')
	f.text = append(appendLetters(f.text, Draw(h, 1), host), ".com"...)
	return f.since(start)
}

func mailParts(h uint64) (user, host int) {
	return wordLength(h, userLimit), wordLength(h<<16, hostLimit)
}

func mailLength(h uint64) int {
	user, host := mailParts(h)
	return user + host + len("@.com")
}

// card is four groups of four digits.
func (f *Filler) card(h uint64) string {
	start := len(f.text)
	for group := range 4 {
		if group > 0 {
			f.text = append(f.text, ' ')
		}
		n := h >> (16 * group) & 0xffff * 10_000 >> 16
		f.text = append(f.text, byte('0'+n/1000), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
	}
	return f.since(start)
}
