//go:build invariants

package invariant

// Enabled is true: this binary was built with the tag invariants.
const Enabled = true
