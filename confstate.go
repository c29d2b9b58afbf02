package weir

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/query"
)

// The settings of keyed state. The session's memory is weir's own; the others are
// Spark's (S171-S173).
const (
	storeProvider = streaming + "stateStore.providerClass"
	rocksMemory   = streaming + "stateStore.rocksdb.maxMemoryUsageMB"
	memoryLimit   = "spark.weir.memory"
)

// Spark's classes of stores, without their package.
const (
	hdfsProvider  = "HDFSBackedStateStoreProvider"
	rocksProvider = "RocksDBStateStoreProvider"
	providers     = "org.apache.spark.sql.execution.streaming.state."
)

// stateConf are the settings of keyed state.
type stateConf struct {
	disk    bool  // rows live on disk, whatever memory there is
	rocksMB int64 // how much memory they take then, if memory does not say
	memory  int64 // bytes; 0: no limit
}

// settings are those that a query starts with. Of the memory keyed state may
// take half; batches on their way take the rest.
func (s *stateConf) settings() query.StateSettings {
	out := query.StateSettings{Disk: s.disk, Memory: s.memory / 2}
	if s.disk && s.memory == 0 {
		out.Memory = s.rocksMB << 20
	}
	return out
}

func getProvider(c *conf) string {
	if c.state.disk {
		return providers + rocksProvider
	}
	return providers + hdfsProvider
}

// setProvider takes the name of a class of Spark's, in whatever package, or mem
// or lsm. Classes of users' own cannot be loaded (S178).
func setProvider(c *conf, v string) error {
	switch v[strings.LastIndexByte(v, '.')+1:] {
	case hdfsProvider, "mem":
		c.state.disk = false
	case rocksProvider, "lsm":
		c.state.disk = true
	default:
		return fmt.Errorf("it must be %s, which keeps state in memory and what is too much on disk, or %s, which keeps it on disk; "+
			"mem and lsm are short for them", providers+hdfsProvider, providers+rocksProvider)
	}
	return nil
}

// sizes are the units of a size, by their last letters in lower case.
var sizes = []struct {
	suffix string
	bytes  int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40}, {"kb", 1 << 10}, {"mb", 1 << 20}, {"gb", 1 << 30},
	{"tb", 1 << 40}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// leastMemory is the least limit that makes sense, in bytes.
const leastMemory = 1 << 10

func getMemory(c *conf) string { return strconv.FormatInt(c.state.memory, 10) }

func setMemory(c *conf, v string) error {
	text := strings.ToLower(strings.TrimSpace(v))
	for _, unit := range sizes {
		number, ok := strings.CutSuffix(text, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/unit.bytes || n > 0 && n*unit.bytes < leastMemory {
			break
		}
		c.state.memory = n * unit.bytes
		return nil
	}
	return fmt.Errorf("it must be 0 for no limit, or a size of 1KiB or more such as 512MiB or 1GiB")
}

// runConf are the settings of when a query runs what.
type runConf struct {
	noData  bool  // batches without data run where the watermark asks for one
	retries int64 // of a batch that failed
	restart bool  // a start stops the running query on its checkpoint
	replan  bool  // batches run under the settings of now, whatever they were planned under

	stopTimeout time.Duration // how long Stop waits; 0: for ever
}

func getStopTimeout(c *conf) string { return strconv.FormatInt(c.runs.stopTimeout.Milliseconds(), 10) }

func setStopTimeout(c *conf, v string) error {
	n, err := strconv.ParseInt(strings.TrimSuffix(v, "ms"), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/int64(time.Millisecond) {
		return fmt.Errorf("it must be a number of milliseconds; 0 is for ever")
	}
	c.runs.stopTimeout = time.Duration(n) * time.Millisecond
	return nil
}

// batchRetries is weir's own (S94): how often a batch that failed runs again.
const batchRetries = "spark.weir.batchRetries"

func getRetries(c *conf) string { return strconv.FormatInt(c.runs.retries, 10) }

func setRetries(c *conf, v string) error {
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 0 {
		return fmt.Errorf("it must be a whole number from 0 on: how often a batch that failed is run again")
	}
	c.runs.retries = n
	return nil
}
