package frames

import (
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
)

// CheckClusters refuses clusters beside partitions, and those that are no columns of a
// table that is made; nil columns: there is none (S04).
func CheckClusters(clusters, partitions, columns []string) error {
	if len(clusters) > 0 && len(partitions) > 0 {
		return fault.New(fault.ClusterByWithPartitions, "Cannot specify both CLUSTER BY and PARTITIONED BY.")
	}
	for _, name := range clusters {
		if columns != nil && !slices.ContainsFunc(columns, func(c string) bool { return strings.EqualFold(c, name) }) {
			return fault.New(fault.IllegalArgument, "Clustering column %s not found in existing columns (%s).", name, strings.Join(columns, ", "))
		}
	}
	return nil
}
