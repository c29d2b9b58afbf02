package invariant

import "testing"

func TestCheckLooksOnlyInInvariantBuilds(t *testing.T) {
	panicked := func() (yes bool) {
		defer func() { yes = recover() != nil }()
		Check(1+1 == 3, "%d is not three", 2)
		return false
	}()
	if panicked != Enabled {
		t.Errorf("Enabled is %t, but a broken invariant panicked: %t", Enabled, panicked)
	}
	Check(true, "this holds")
}

func TestPoisonWritesOnlyInInvariantBuilds(t *testing.T) {
	b := []byte{1, 2}
	Poison(b)
	if poisoned := b[0] == 0xCC && b[1] == 0xCC; poisoned != Enabled {
		t.Errorf("Enabled is %t, but the bytes are %v", Enabled, b)
	}
}
