package weir

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/query"
	"github.com/weirstream/weir/internal/watermark"
)

// conf are the settings of a session, typed. The table confKeys is the only place
// where their names stand.
type conf struct {
	ansi        bool
	zone        string
	location    *time.Location
	workers     int
	mostWorkers int // as many as the session may have
	checkpoint  string
	warehouse   string // where the tables of the catalog lie
	policy      watermark.Policy
	forget      bool
	retain      int64
	snapshots   int64
	recent      int64
	idle        time.Duration
	inferred    bool
	runs        runConf
	state       stateConf
	files       fileConf
	unsupported bool // what a stream may not do is refused
	correctness bool // plans whose rows the one watermark could drop are refused
	// other are settings that weir takes and has no use for.
	other map[string]string
}

func defaultConf() conf {
	return conf{ansi: true, warehouse: "spark-warehouse", zone: "UTC", location: time.UTC, retain: 100, snapshots: 10, recent: 100,
		idle: 10 * time.Second, state: stateConf{rocksMB: 500}, unsupported: true, correctness: true, runs: runConf{noData: true, restart: true}}
}

// env is what compiled expressions know of the settings.
func (c *conf) env() expr.Env {
	return expr.Env{ANSI: c.ansi, Location: c.location, Memory: c.state.memory}
}

// querySettings are the settings that a query starts with.
func (c *conf) querySettings() query.Settings {
	return query.Settings{Workers: c.workers, NoDataBatches: c.runs.noData, Policy: c.policy, ForgetInputs: c.forget, Retain: int(c.retain),
		SnapshotEvery: int(c.snapshots), Retries: int(c.runs.retries), RecentProgress: int(c.recent), IdleAfter: c.idle, State: c.state.settings()}
}

// confKey says how a setting is read and written.
type confKey struct {
	get func(*conf) string
	set func(*conf, string) error
}

// The settings that texts are read under.
const (
	ansiKey = "spark.sql.ansi.enabled"
	zoneKey = "spark.sql.session.timeZone"
)

const streaming = "spark.sql.streaming."

// confKeys are the settings by Spark's names.
var confKeys = map[string]confKey{
	ansiKey:                                                 boolKey(func(c *conf) *bool { return &c.ansi }),
	zoneKey:                                                 {getZone, setZone},
	"spark.sql.shuffle.partitions":                          {getWorkers, setWorkers},
	"spark.sql.warehouse.dir":                               textKey(func(c *conf) *string { return &c.warehouse }),
	streaming + "checkpointLocation":                        textKey(func(c *conf) *string { return &c.checkpoint }),
	streaming + "noDataMicroBatches.enabled":                boolKey(func(c *conf) *bool { return &c.runs.noData }),
	streaming + "multipleWatermarkPolicy":                   {getPolicy, setPolicy},
	"weir.sql.streaming.forgetInputWatermarks":              boolKey(func(c *conf) *bool { return &c.forget }),
	"weir.sql.streaming.forgetBatchSettings":                boolKey(func(c *conf) *bool { return &c.runs.replan }),
	streaming + "minBatchesToRetain":                        numberKey(func(c *conf) *int64 { return &c.retain }),
	streaming + "stateStore.minDeltasForSnapshot":           numberKey(func(c *conf) *int64 { return &c.snapshots }),
	storeProvider:                                           {getProvider, setProvider},
	rocksMemory:                                             numberKey(func(c *conf) *int64 { return &c.state.rocksMB }),
	memoryLimit:                                             {getMemory, setMemory},
	batchRetries:                                            {getRetries, setRetries},
	streaming + "numRecentProgressUpdates":                  numberKey(func(c *conf) *int64 { return &c.recent }),
	streaming + "noDataProgressEventInterval":               {getIdle, setIdle},
	streaming + "schemaInference":                           boolKey(func(c *conf) *bool { return &c.inferred }),
	streaming + "stopTimeout":                               {getStopTimeout, setStopTimeout},
	streaming + "stopActiveRunOnRestart":                    boolKey(func(c *conf) *bool { return &c.runs.restart }),
	streaming + "unsupportedOperationCheck":                 boolKey(func(c *conf) *bool { return &c.unsupported }),
	streaming + "statefulOperator.checkCorrectness.enabled": boolKey(func(c *conf) *bool { return &c.correctness }),
}

// ignoredPrefixes begin the names of settings that Spark programs set and that
// have no meaning without a JVM or a cluster. They are kept and have no effect.
var ignoredPrefixes = []string{"spark.app.", "spark.driver.", "spark.executor.", "spark.ui.", "spark.master", "spark.submit.",
	"spark.sql.adaptive.", "spark.sql.execution.arrow.", "spark.sql.codegen.", "spark.serializer", "spark.eventLog.",
	"spark.sql.streaming.stateStore.", "spark.sql.streaming.metricsEnabled", "spark.sql.streaming.ui.", "spark.default.",
	"spark.cores.", "spark.memory.", "spark.network.", "spark.sql.files.", "spark.sql.timeType.", "spark.jars", "weir.job."}

func (c *conf) set(key, value string) error {
	k, ok := confKeys[key]
	if !ok {
		k, ok = fileKeys[key]
	}
	if ok {
		if err := k.set(c, value); err != nil {
			return fault.New(fault.IllegalArgument, "%s = %q: %v", key, value, err).With("confName", key)
		}
		return nil
	}
	for _, p := range ignoredPrefixes {
		if strings.HasPrefix(key, p) {
			other := maps.Clone(c.other)
			if other == nil {
				other = make(map[string]string)
			}
			other[key] = value
			c.other = other
			return nil
		}
	}
	e := fault.New(fault.IllegalArgument, "there is no setting %s", key).With("confName", key)
	if near := connector.Nearest(key, slices.Sorted(maps.Keys(confKeys))); near != "" {
		e.Message += "; did you mean " + near + "?"
	}
	return e
}

func (c *conf) get(key string) (string, bool) {
	if k, ok := confKeys[key]; ok {
		return k.get(c), true
	}
	if k, ok := fileKeys[key]; ok {
		return k.get(c), true
	}
	v, ok := c.other[key]
	return v, ok
}

func boolKey(field func(*conf) *bool) confKey {
	return confKey{
		get: func(c *conf) string { return strconv.FormatBool(*field(c)) },
		set: func(c *conf, v string) error {
			b, err := strconv.ParseBool(strings.ToLower(v))
			if err != nil {
				return fmt.Errorf("it must be true or false")
			}
			*field(c) = b
			return nil
		},
	}
}

func textKey(field func(*conf) *string) confKey {
	return confKey{
		get: func(c *conf) string { return *field(c) },
		set: func(c *conf, v string) error { *field(c) = v; return nil },
	}
}

func numberKey(field func(*conf) *int64) confKey {
	return confKey{
		get: func(c *conf) string { return strconv.FormatInt(*field(c), 10) },
		set: func(c *conf, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < 1 {
				return fmt.Errorf("it must be a whole number from 1 on")
			}
			*field(c) = n
			return nil
		},
	}
}

func getZone(c *conf) string { return c.zone }

func setZone(c *conf, v string) error {
	l, err := datetime.LoadZone(v)
	if err != nil {
		return err
	}
	c.zone, c.location = v, l.Location()
	return nil
}

func getWorkers(c *conf) string { return strconv.Itoa(c.workers) }

// setWorkers takes Spark's number of shuffle partitions for what it says of
// parallelism: state does not depend on it, so more than one a processor has no
// use (see DIFFERENCES.md).
func setWorkers(c *conf, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return fmt.Errorf("it must be a whole number from 1 on")
	}
	c.workers = min(n, max(c.mostWorkers, 1))
	return nil
}

func getPolicy(c *conf) string { return c.policy.String() }

func setPolicy(c *conf, v string) (err error) {
	c.policy, err = watermark.ParsePolicy(v)
	return err
}

func getIdle(c *conf) string { return strconv.FormatInt(c.idle.Milliseconds(), 10) }

func setIdle(c *conf, v string) error {
	n, err := strconv.ParseInt(strings.TrimSuffix(v, "ms"), 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("it must be a number of milliseconds")
	}
	c.idle = time.Duration(n) * time.Millisecond
	return nil
}
