package fault

import "regexp"

// secretName matches what the names of secrets have in common, as Spark's redaction
// does (spark.redaction.regex).
var secretName = regexp.MustCompile(`(?i)secret|password|passwd|token|credential|access[._]?key|sasl\.jaas`)

// secretValue matches a text in quotes behind such a name: password 'x', "api.token" = 'x'.
var secretValue = regexp.MustCompile(`(?i)(?:secret|password|passwd|token|credential|access[._]?key|sasl\.jaas)[\w.]*['"` + "`" +
	`]?\s*[=,]?\s*('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")`)

// Secret reports whether something of this name, an option or a setting, is not to be
// shown.
func Secret(name string) bool { return secretName.MatchString(name) }

// hidden is a line of SQL with asterisks where the values of secrets stand, each
// character one.
func hidden(line string) string {
	runes := []rune(line)
	for _, at := range secretValue.FindAllStringSubmatchIndex(line, -1) {
		first := len([]rune(line[:at[2]])) + 1
		for i := range len([]rune(line[at[2]:at[3]])) - 2 {
			runes[first+i] = '*'
		}
	}
	return string(runes)
}
