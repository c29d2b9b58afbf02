package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// cost is what a piece of work took of the whole process.
type cost struct {
	wall time.Duration
	cpu  time.Duration
	peak int64 // bytes resident at most, 0 where that is not known
}

// measure runs work on a heap without garbage.
func measure(work func() error) (cost, error) {
	runtime.GC()
	debug.FreeOSMemory()
	resetPeak()
	cpu, begin := processorTime(), time.Now()
	err := work()
	return cost{time.Since(begin), processorTime() - cpu, memoryOf("self", "VmHWM")}, err
}

// resetPeak makes the kernel forget the greatest resident size. Where it cannot,
// a later query's peak is that of the greatest before it.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// memoryOf is a size of a process in bytes, by its name in /proc: VmHWM is the
// peak, VmRSS is now. It is 0 where there is no /proc.
func memoryOf(process, name string) int64 {
	text, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return n << 10
		}
	}
	return 0
}
