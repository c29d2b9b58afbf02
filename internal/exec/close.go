package exec

import "errors"

// closeAll closes every operator and returns their errors.
func closeAll(list []Operator) error {
	errs := make([]error, len(list))
	for i, op := range list {
		errs[i] = op.Close()
	}
	return errors.Join(errs...)
}
