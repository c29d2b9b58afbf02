package weir

import (
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sparkplan"
)

// Plan is a logical plan that another package of this module has made, as a DataFrame
// of the session: what a client of Spark Connect sends. SQL text in it is read with the
// settings that the session has now.
func (s *Session) Plan(n plan.Node) *DataFrame {
	low, err := sparkplan.Lower(n, s.parser())
	return s.frame(low, err)
}
