package invariant

import "fmt"

// Check panics with the message if ok is false and [Enabled] is true. Its
// arguments are evaluated in every build, so in a hot loop guard the call with
// Enabled.
func Check(ok bool, format string, args ...any) {
	if Enabled && !ok {
		// Only a programmer can break an invariant, and only a test build looks.
		panic(fmt.Sprintf("invariant: "+format, args...))
	}
}

// Poison overwrites b with 0xCC if [Enabled] is true, so that whoever kept it
// too long reads nonsense instead of yesterday's right answer.
func Poison(b []byte) {
	if !Enabled {
		return
	}
	for i := range b {
		b[i] = 0xCC
	}
}
