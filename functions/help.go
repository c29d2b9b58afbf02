package functions

import (
	_ "embed" // the table of functions
	"strings"
)

//go:embed gen/table.txt
var table string

// Help is how a function, by its SQL name, is called, with what it is, and an example
// with its answer; empty where the table of functions does not say.
func Help(name string) (usage, example string) {
	for line := range strings.Lines(table) {
		cells := strings.SplitN(strings.TrimSpace(line), "|", 4)
		own, _, _ := strings.Cut(strings.TrimSpace(cells[0]), "=")
		if len(cells) < 3 || !strings.EqualFold(own, name) {
			continue
		}
		var params []string
		for p := range strings.SplitSeq(cells[1], ",") {
			text, many := strings.CutSuffix(strings.TrimSpace(p), "...")
			text, optional := strings.CutSuffix(text, "?")
			text, _, _ = strings.Cut(text, ":")
			switch {
			case many:
				text += ", …"
			case optional:
				text = "[" + text + "]"
			}
			if text != "" {
				params = append(params, text)
			}
		}
		usage = own + "(" + strings.Join(params, ", ") + ") " + strings.TrimSpace(cells[2])
		if len(cells) == 4 {
			example = strings.TrimSpace(cells[3])
		}
		return usage, example
	}
	return "", ""
}
