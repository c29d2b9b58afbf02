package analyze

import (
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/types"
)

// parseInterval reads '10 minutes', 'interval 1 day 2 hours'.
func parseInterval(text string) (types.Interval, error) { return datetime.ParseInterval(text) }
