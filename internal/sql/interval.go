package sql

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// intervalUnit is a unit of an interval: months, or microseconds.
type intervalUnit struct {
	name   string // in the singular
	field  types.IntervalField
	months int64
	micros int64
}

// intervalUnits are the units that a number may have behind it.
var intervalUnits = []intervalUnit{
	{"YEAR", types.YearField, 12, 0}, {"MONTH", types.MonthField, 1, 0},
	{"WEEK", types.DayField, 0, 7 * 86_400_000_000}, {"DAY", types.DayField, 0, 86_400_000_000},
	{"HOUR", types.HourField, 0, 3_600_000_000}, {"MINUTE", types.MinuteField, 0, 60_000_000},
	{"SECOND", types.SecondField, 0, 1_000_000}, {"MILLISECOND", types.SecondField, 0, 1000},
	{"MICROSECOND", types.SecondField, 0, 1},
}

// unitOf finds a unit by its name, in the singular or the plural.
func unitOf(word string) (intervalUnit, bool) {
	word = strings.ToUpper(word)
	for _, u := range intervalUnits {
		if word == u.name || len(word) == len(u.name)+1 && strings.HasPrefix(word, u.name) && word[len(u.name)] == 'S' {
			return u, true
		}
	}
	return intervalUnit{}, false
}

// intervalAhead reports whether an interval literal, rather than a column of this
// name, stands at the token: a text follows, or a number and a unit.
func (p *parser) intervalAhead() bool {
	i := 1
	if p.ahead(i).isSymbol("-") || p.ahead(i).isSymbol("+") {
		i++
	}
	switch p.ahead(i).kind {
	case textToken:
		return true
	case integerToken, decimalToken:
		return p.ahead(i+1).kind == wordToken
	}
	return false
}

// interval reads INTERVAL and what follows: numbers with units, a text with a unit
// or with two (TO), or a text that holds all of it.
func (p *parser) interval(start int) *expr.Literal {
	l, _ := p.intervalText(start)
	return l
}

// intervalText is interval, and also the text as a watermark's delay is written:
// "10 seconds".
func (p *parser) intervalText(start int) (*expr.Literal, string) {
	p.expectWords("INTERVAL")
	s := newIntervalSum(p, start)
	var words []string
	for {
		number, quoted := p.intervalNumber()
		if p.err != nil {
			break
		}
		t := p.token()
		unit, ok := unitOf(t.text)
		if ok = ok && t.kind == wordToken; !ok {
			if quoted && len(words) == 0 {
				return s.text(number), intervalWords(number)
			}
			p.unexpected("a unit such as SECONDS, MINUTES, HOURS or DAYS", unitNames()...)
			break
		}
		p.advance()
		if p.atWord("TO") && quoted && len(words) == 0 {
			p.advance()
			l := s.span(number, unit)
			return l, s.spanText()
		}
		s.add(number, unit)
		words = append(words, number, strings.ToLower(t.text))
		if !p.intervalGoesOn() {
			break
		}
	}
	return s.literal(), strings.Join(words, " ")
}

// intervalGoesOn reports whether another number with a unit follows.
func (p *parser) intervalGoesOn() bool {
	i := 0
	if p.at("-") || p.at("+") {
		i++
	}
	t := p.ahead(i)
	if t.kind != integerToken && t.kind != decimalToken && (t.kind != textToken || i > 0) {
		return false
	}
	_, ok := unitOf(p.ahead(i + 1).text)
	return ok && p.ahead(i+1).kind == wordToken
}

// intervalNumber takes a number or a text with its sign, and reports whether it
// was a text.
func (p *parser) intervalNumber() (number string, quoted bool) {
	sign := ""
	if p.at("-") || p.at("+") {
		if p.at("-") {
			sign = "-"
		}
		p.advance()
	}
	t := p.token()
	switch t.kind {
	case textToken, integerToken, decimalToken:
		p.advance()
		text := t.text
		if t.kind == textToken {
			text = strings.TrimSpace(text)
		}
		if sign == "-" && strings.HasPrefix(text, "-") {
			return text[1:], t.kind == textToken
		}
		return sign + text, t.kind == textToken
	}
	p.unexpected("a number or a text in quotes")
	return "", false
}

// intervalWords is the text of an interval without the word INTERVAL.
func intervalWords(text string) string {
	if len(text) > 8 && sameWord(text[:8], "INTERVAL") {
		return strings.TrimSpace(text[8:])
	}
	return text
}

func unitNames() []string {
	var names []string
	for _, u := range intervalUnits {
		names = append(names, u.name+"S")
	}
	return names
}

// intervalSum adds up what an interval literal says, and keeps the greatest and
// the least unit, which make its type.
type intervalSum struct {
	p              *parser
	start          int
	months, micros int64
	first, last    types.IntervalField
	yearMonth      bool // a year or a month was there
	dayTime        bool // another unit was there
	overflow       bool
}

func newIntervalSum(p *parser, start int) *intervalSum {
	return &intervalSum{p: p, start: start, first: types.SecondField, last: types.YearField}
}

// add adds a number of a unit. Seconds may have a fraction.
func (s *intervalSum) add(number string, u intervalUnit) {
	whole, fraction, point := strings.Cut(number, ".")
	v, err := strconv.ParseInt(strings.TrimPrefix(whole, "+"), 10, 64)
	if whole == "" || whole == "-" || whole == "+" {
		v, err = 0, nil
	}
	if err != nil || point && (u.name != "SECOND" || !allDigits(fraction) || len(fraction) > 9) || number == "." {
		s.invalid("'" + number + "' is no number of " + strings.ToLower(u.name) + "s")
		return
	}
	s.first, s.last = min(s.first, u.field), max(s.last, u.field)
	if u.months > 0 {
		s.yearMonth = true
		s.months = s.sum(s.months, v, u.months)
		return
	}
	s.dayTime = true
	s.micros = s.sum(s.micros, v, u.micros)
	if fraction != "" {
		part, _ := strconv.ParseInt((fraction + "000000")[:6], 10, 64)
		if strings.HasPrefix(number, "-") {
			part = -part
		}
		s.micros = s.sum(s.micros, part, 1)
	}
}

// sum is a + v*by; where it does not fit, overflow is set.
func (s *intervalSum) sum(a, v, by int64) int64 {
	product := v * by
	total := a + product
	if v != 0 && (product/v != by || v == -1 && by == math.MinInt64) || (a > 0) == (product > 0) && (total > 0) != (a > 0) && a != 0 {
		s.overflow = true
	}
	return total
}

func allDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func (s *intervalSum) invalid(why string) {
	s.p.failAt(s.start, fault.InvalidInterval, "%s", why)
}

// literal is the value.
func (s *intervalSum) literal() *expr.Literal {
	switch {
	case s.p.err != nil:
	case s.yearMonth && s.dayTime:
		s.p.failAt(s.start, fault.MixedInterval, "years and months cannot be mixed with days and times in one interval; "+
			"write two, or make_interval(…)")
	case s.overflow || s.months > math.MaxInt32 || s.months < math.MinInt32:
		s.invalid("the interval is too long")
	case s.yearMonth:
		return &expr.Literal{Value: int32(s.months), Typ: types.Type{Kind: types.YearMonthInterval, First: s.first, Last: s.last}}
	case s.dayTime:
		return &expr.Literal{Value: s.micros, Typ: types.Type{Kind: types.DayTimeInterval, First: s.first, Last: s.last}}
	default:
		s.invalid("the interval is empty; write it as INTERVAL '1' DAY")
	}
	return &expr.Literal{}
}

// text reads an interval that stands in one text: "1 day 2 hours".
func (s *intervalSum) text(text string) *expr.Literal {
	words := strings.Fields(intervalWords(text))
	sign := ""
	for i := 0; i < len(words) && s.p.err == nil; i++ {
		word := words[i]
		if (word == "-" || word == "+") && sign == "" {
			sign = word
			continue
		}
		number, name := word, ""
		if i+1 < len(words) {
			i++
			name = words[i]
		}
		unit, ok := unitOf(name)
		if !ok {
			s.invalid("'" + short(text) + "' is no interval such as '1 day 2 hours'")
			break
		}
		if sign == "-" {
			number, sign = flip(number), ""
		}
		s.add(number, unit)
	}
	return s.literal()
}

func flip(number string) string {
	if strings.HasPrefix(number, "-") {
		return number[1:]
	}
	return "-" + strings.TrimPrefix(number, "+")
}

// span reads '1-2' YEAR TO MONTH and '1 02:03:04.5' DAY TO SECOND and what lies
// between, the last unit at the token.
func (s *intervalSum) span(text string, from intervalUnit) *expr.Literal {
	p := s.p
	to, ok := unitOf(p.token().text)
	if !ok || to.field <= from.field || (from.months > 0) != (to.months > 0) {
		p.unexpected("a unit less than " + from.name)
		return &expr.Literal{}
	}
	p.advance()
	negative := strings.HasPrefix(text, "-")
	parts, ok := spanParts(strings.TrimLeft(text, "+-"), from.field)
	if !ok || len(parts) != int(to.field-from.field)+1 {
		s.invalid("'" + short(text) + "' does not fit " + from.name + " TO " + to.name + "; write '" +
			spanExample(from.field, to.field) + "'")
		return &expr.Literal{}
	}
	for i, part := range parts {
		field := from.field + types.IntervalField(i)
		u, _ := unitOf(field.String())
		if i > 0 && beyond(part, field) || field != types.SecondField && strings.Contains(part, ".") {
			s.invalid("'" + short(text) + "': " + part + " is no number of " + field.String() + "s")
			return &expr.Literal{}
		}
		if negative {
			part = "-" + part
		}
		s.add(part, u)
	}
	return s.literal()
}

// spanParts cuts the text of a span: at - for years, at a blank behind days, at
// colons.
func spanParts(text string, from types.IntervalField) ([]string, bool) {
	var parts []string
	switch from {
	case types.YearField:
		parts = strings.Split(text, "-")
	case types.DayField:
		days, clock, _ := strings.Cut(text, " ")
		parts = append([]string{days}, strings.Split(clock, ":")...)
	default:
		parts = strings.Split(text, ":")
	}
	return parts, !slices.ContainsFunc(parts, func(part string) bool { return part == "" || !isDigit(part[0]) })
}

// beyond reports whether a number is too large for a unit behind a greater one.
func beyond(part string, field types.IntervalField) bool {
	most := map[types.IntervalField]int64{types.MonthField: 11, types.HourField: 23, types.MinuteField: 59, types.SecondField: 59}
	whole, _, _ := strings.Cut(part, ".")
	v, err := strconv.ParseInt(whole, 10, 64)
	return err != nil || v > most[field]
}

// spanExample is how a span from one unit to another is written.
func spanExample(from, to types.IntervalField) string {
	if from == types.YearField {
		return "1-2"
	}
	parts := []string{"1 ", "02", ":03", ":04"}
	return strings.TrimLeft(strings.Join(parts[from-types.DayField:to-types.DayField+1], ""), ":0")
}

// spanText is the sum as a watermark's delay.
func (s *intervalSum) spanText() string {
	if s.yearMonth {
		return strconv.FormatInt(s.months, 10) + " months"
	}
	return strconv.FormatInt(s.micros, 10) + " microseconds"
}
