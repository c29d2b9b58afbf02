package dstream

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirstream/weir/connector"
)

const confPrefix = "spark.streaming."

// confKeys are the settings by Spark's names, without the prefix (1.20).
var confKeys = map[string]func(c *Conf, v string) error{
	"concurrentJobs":                             number(func(c *Conf) *int { return &c.ConcurrentJobs }),
	"unpersist":                                  toggleNot(func(c *Conf) *bool { return &c.KeepRDDs }),
	"gracefulStopTimeout":                        span("ms", func(c *Conf) *time.Duration { return &c.GracefulStopTimeout }),
	"stopGracefullyOnShutdown":                   toggle(func(c *Conf) *bool { return &c.StopGracefullyOnShutdown }),
	"checkpoint.directory":                       func(c *Conf, v string) error { c.CheckpointDir = v; return nil },
	"fileStream.minRememberDuration":             span("s", func(c *Conf) *time.Duration { return &c.MinRememberDuration }),
	"minRememberDuration":                        span("s", func(c *Conf) *time.Duration { return &c.MinRememberDuration }),
	"ui.retainedBatches":                         number(func(c *Conf) *int { return &c.RetainedBatches }),
	"blockInterval":                              span("ms", func(c *Conf) *time.Duration { return &c.Receiver.BlockInterval }),
	"blockQueueSize":                             number(func(c *Conf) *int { return &c.Receiver.BlockQueueSize }),
	"receiver.maxRate":                           rate(func(c *Conf) *int64 { return &c.Receiver.MaxRate }),
	"receiver.blockStoreTimeout":                 span("s", func(c *Conf) *time.Duration { return &c.Receiver.BlockStoreTimeout }),
	"receiverRestartDelay":                       span("ms", func(c *Conf) *time.Duration { return &c.Receiver.RestartDelay }),
	"receiver.writeAheadLog.enable":              toggle(func(c *Conf) *bool { return &c.Receiver.Log.Enable }),
	"backpressure.enabled":                       toggle(func(c *Conf) *bool { return &c.Backpressure.Enable }),
	"backpressure.initialRate":                   rate(func(c *Conf) *int64 { return &c.Backpressure.InitialRate }),
	"backpressure.rateEstimator":                 estimator,
	"backpressure.pid.proportional":              weight(func(c *Conf) **float64 { return &c.Backpressure.Proportional }),
	"backpressure.pid.integral":                  weight(func(c *Conf) **float64 { return &c.Backpressure.Integral }),
	"backpressure.pid.derived":                   weight(func(c *Conf) **float64 { return &c.Backpressure.Derived }),
	"backpressure.pid.minRate":                   real(func(c *Conf) *float64 { return &c.Backpressure.MinRate }),
	"driver.writeAheadLog.allowBatching":         toggleNot(func(c *Conf) *bool { return &c.Receiver.TrackerLog.OneByOne }),
	"driver.writeAheadLog.batchingTimeout":       span("ms", func(c *Conf) *time.Duration { return &c.Receiver.TrackerLog.BatchingTimeout }),
	"receiver.writeAheadLog.rollingIntervalSecs": span("s", func(c *Conf) *time.Duration { return &c.Receiver.Log.Rolling }),
	"receiver.writeAheadLog.maxFailures":         number(func(c *Conf) *int { return &c.Receiver.Log.MaxFailures }),
	"receiver.writeAheadLog.closeFileAfterWrite": toggle(func(c *Conf) *bool { return &c.Receiver.Log.CloseAfterWrite }),
	"driver.writeAheadLog.rollingIntervalSecs":   span("s", func(c *Conf) *time.Duration { return &c.Receiver.TrackerLog.Rolling }),
	"driver.writeAheadLog.maxFailures":           number(func(c *Conf) *int { return &c.Receiver.TrackerLog.MaxFailures }),
	"driver.writeAheadLog.closeFileAfterWrite":   toggle(func(c *Conf) *bool { return &c.Receiver.TrackerLog.CloseAfterWrite }),
}

// refusedKeys are Spark's settings that mean nothing here, by the beginnings of their
// names, and why.
var refusedKeys = map[string]string{
	"dynamicAllocation.":                "there are no executors to ask for or to give back: all cores of the machine are there from the start",
	"driver.writeAheadLog.class":        "classes cannot be loaded by name; the log is weir's own",
	"receiver.writeAheadLog.class":      "classes cannot be loaded by name; the log is weir's own",
	"extraListeners":                    "classes cannot be loaded by name; call Context.Listen",
	"stopSparkContextByDefault":         "Context.Stop is told whether to close the session",
	"sessionByKey.deltaChainThreshold":  "states are not kept as chains of changes; see MapWithState",
	"clock":                             "set Conf.Clock",
	"manualClock.jump":                  "set Conf.Clock",
	"kafka.":                            "there is no direct stream of Kafka yet",
	"kinesis.":                          "there is no stream of Kinesis yet",
	"receiver.writeAheadLog.batching":   "received blocks are written one by one",
	"receiver.writeAheadLog.allowBatch": "received blocks are written one by one",
}

// ParseConf reads settings by Spark's names, spark.streaming.*. Settings of other parts
// of Spark are left alone; one that is not known, or that means nothing here, is an
// error that says so.
func ParseConf(settings map[string]string) (Conf, error) {
	var c Conf
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		key, ok := strings.CutPrefix(name, confPrefix)
		if !ok {
			continue
		}
		if err := c.set(key, strings.TrimSpace(settings[name])); err != nil {
			errs = append(errs, illegalArgument("%s = %q: %v", name, settings[name], err))
		}
	}
	return c, errors.Join(errs...)
}

func (c *Conf) set(key, value string) error {
	if set, ok := confKeys[key]; ok {
		return set(c, value)
	}
	for prefix, why := range refusedKeys {
		if strings.HasPrefix(key, prefix) {
			return errors.New(why)
		}
	}
	if near := connector.Nearest(key, slices.Sorted(maps.Keys(confKeys))); near != "" {
		return fmt.Errorf("there is no such setting; did you mean %s%s?", confPrefix, near)
	}
	return errors.New("there is no such setting")
}

func number(field func(*Conf) *int) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil || n <= 0 {
			return errors.New("it must be a whole number above 0")
		}
		*field(c) = n
		return nil
	}
}

// rate is a number of rows a second; 0 and below mean no limit.
func rate(field func(*Conf) *int64) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return errors.New("it must be a whole number of rows a second")
		}
		*field(c) = max(n, 0)
		return nil
	}
}

func real(field func(*Conf) *float64) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || !(x > 0) {
			return errors.New("it must be a number above 0")
		}
		*field(c) = x
		return nil
	}
}

func weight(field func(*Conf) **float64) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || !(x >= 0) {
			return errors.New("it must be a number, 0 or above")
		}
		*field(c) = &x
		return nil
	}
}

func toggle(field func(*Conf) *bool) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		b, err := strconv.ParseBool(strings.ToLower(v))
		if err != nil {
			return errors.New("it must be true or false")
		}
		*field(c) = b
		return nil
	}
}

// toggleNot is a toggle whose field says the contrary.
func toggleNot(field func(*Conf) *bool) func(*Conf, string) error {
	set := toggle(field)
	return func(c *Conf, v string) error {
		if err := set(c, v); err != nil {
			return err
		}
		*field(c) = !*field(c)
		return nil
	}
}

func estimator(_ *Conf, v string) error {
	if v != "pid" {
		return fmt.Errorf("Unknown rate estimator: %s", v)
	}
	return nil
}

// units are those of Spark's spans of time.
var units = map[string]time.Duration{"us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "min": time.Minute,
	"h": time.Hour, "d": 24 * time.Hour}

// span is a time such as "200ms" or "5s"; a number alone has the unit given.
func span(unit string, field func(*Conf) *time.Duration) func(*Conf, string) error {
	return func(c *Conf, v string) error {
		digits := strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz")
		of := cmp.Or(v[len(digits):], unit)
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if d, ok := units[of]; ok && err == nil && n > 0 {
			*field(c) = time.Duration(n) * d
			return nil
		}
		return errors.New("it must be a time such as 200ms or 5s, above 0")
	}
}
