package fault

import (
	"strings"
	"testing"
)

// The values of secrets do not stand in an error, and its caret stays where it was.
func TestSecretsInPositions(t *testing.T) {
	for line, want := range map[string]string{
		`OPTIONS (password 'canary', path '/x')`:               `OPTIONS (password '******', path '/x')`,
		`SET "api.Token" = 'canary'`:                           `SET "api.Token" = '******'`,
		`SET a.secret.key='it''s canary' -- x`:                 `SET a.secret.key='************' -- x`,
		"OPTIONS (`kafka.sasl.jaas.config` \"canary\", a 'b')": "OPTIONS (`kafka.sasl.jaas.config` \"******\", a 'b')",
		`SELECT password FROM t WHERE name = 'x'`:              `SELECT password FROM t WHERE name = 'x'`,
		`OPTIONS (accessKey 'größe', path 'ü')`:                `OPTIONS (accessKey '*****', path 'ü')`,
	} {
		if got := hidden(line); got != want {
			t.Errorf("%s\nis shown as %s\nwant        %s", line, got, want)
		}
	}
	text := "SELECT 1;\nCREATE x OPTIONS (password 'canary', pth 'y')"
	err := New(IllegalArgument, "there is no option pth").Locate(Position{Text: text, Start: strings.Index(text, "pth"), Stop: len(text)})
	if strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "line 2, column 38") {
		t.Error(err)
	}
}
