package rdd

import (
	"fmt"
	"regexp"
	"strings"
)

// Dependencies are the ids of the parents, and whether rows come from them by a
// shuffle.
func (n *node) Dependencies() map[int]bool {
	list := make(map[int]bool)
	for _, d := range n.dependencies() {
		list[d.on.id] = d.shuffle != nil
	}
	return list
}

// ToDebugString draws the lineage as Spark does: one line for each RDD, the number of
// partitions where a stage begins, indented at shuffles (R14).
func (n *node) ToDebugString() string {
	count := fmt.Sprintf("(%d)", n.parts)
	below := bar(count)
	lines := make([]string, 0, 8)
	for i, line := range n.describe() {
		if i == 0 {
			lines = append(lines, count+" "+line)
		} else {
			lines = append(lines, below+" "+line)
		}
	}
	return strings.Join(n.drawParents(lines, below), "\n")
}

// bar is what stands before the lines below one with a number of partitions: a bar
// under the middle of the number.
func bar(count string) string {
	left := (len(count) - 1) / 2
	return strings.Repeat(" ", left) + "|" + strings.Repeat(" ", len(count)-left)
}

var lastBar = regexp.MustCompile(`\|\s+$`)

// describe is the RDD's own line, and one more if some of it is persisted.
func (n *node) describe() []string {
	level := n.StorageLevel()
	if level == StorageNone {
		return []string{n.String() + " []"}
	}
	lines := []string{fmt.Sprintf("%v [%v]", n, level)}
	if u := n.c.blocks.UsageOf(n.id); u.Blocks > 0 {
		lines = append(lines, fmt.Sprintf("    CachedPartitions: %d; MemorySize: %s; DiskSize: %s", u.Blocks, inUnits(u.Memory), inUnits(u.Disk)))
	}
	return lines
}

// drawParents adds the lines of all that is below n.
func (n *node) drawParents(lines []string, prefix string) []string {
	deps := n.dependencies()
	for i, d := range deps {
		if d.shuffle == nil {
			for _, line := range d.on.describe() {
				lines = append(lines, prefix+line)
			}
			lines = d.on.drawParents(lines, prefix)
			continue
		}
		count := fmt.Sprintf("(%d)", d.on.parts)
		here := lastBar.ReplaceAllString(prefix, "")
		lead := "| "
		if i == len(deps)-1 {
			lead = "  "
		}
		below := here + lead + bar(count)
		for j, line := range d.on.describe() {
			if j == 0 {
				lines = append(lines, here+"+-"+count+" "+line)
			} else {
				lines = append(lines, below+line)
			}
		}
		lines = d.on.drawParents(lines, below)
	}
	return lines
}

// inUnits writes a size as Spark does: "1024.0 B", "1.5 KiB".
func inUnits(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	v, i := float64(n), 0
	for v >= 2*1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
