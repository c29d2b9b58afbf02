//go:build !invariants

package invariant

// Enabled is false: this binary was built without the tag invariants.
const Enabled = false
