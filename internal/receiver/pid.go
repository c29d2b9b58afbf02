package receiver

import (
	"fmt"
	"time"
)

// PID are the constants of back-pressure, spark.streaming.backpressure.pid.* (D104).
// A nil constant has Spark's default.
type PID struct {
	// Proportional weighs how far the rate is from what was worked off; nil: 1.
	Proportional *float64
	// Integral weighs what has piled up; nil: 0.2.
	Integral *float64
	// Derived weighs how the error changes; nil: 0.
	Derived *float64
	// MinRate is the least rate, in rows a second; nil: 100.
	MinRate *float64
}

// check reports a constant that makes no sense.
func (p PID) check() error {
	for _, term := range []struct {
		name  string
		value float64
	}{
		{"Proportional", or(p.Proportional, 1)}, {"Integral", or(p.Integral, 0.2)}, {"Derivative", or(p.Derived, 0)},
	} {
		if !(term.value >= 0) {
			return fmt.Errorf("%s term %v in PIDRateEstimator should be >= 0.", term.name, term.value)
		}
	}
	if rate := or(p.MinRate, 100); !(rate > 0) {
		return fmt.Errorf("Minimum rate in PIDRateEstimator should be > 0, not %v", rate)
	}
	return nil
}

func or(value *float64, otherwise float64) float64 {
	if value == nil {
		return otherwise
	}
	return *value
}

// Estimator says how many rows a second a stream should take in, by what its batches
// worked off: a proportional, integral and derivative controller. It belongs to
// one goroutine.
//
//	rate        = rows / processing delay
//	error       = latest rate − rate
//	historical  = scheduling delay · rate / batch interval
//	new rate    = latest rate − Kp·error − Ki·historical − Kd·(change of error a second)
type Estimator struct {
	interval   time.Duration
	kp, ki, kd float64
	minRate    float64
	first      bool
	time       time.Time // of the latest batch that counted
	rate       float64
	error      float64
}

// NewEstimator makes the estimator of that name (spark.streaming.backpressure
// .rateEstimator); the only one is "pid", also meant by an empty name.
func NewEstimator(name string, p PID, batch time.Duration) (*Estimator, error) {
	if name != "" && name != "pid" {
		return nil, fmt.Errorf("Unknown rate estimator: %s", name)
	}
	if batch <= 0 {
		return nil, fmt.Errorf("Specified batch interval %d in PIDRateEstimator is invalid.", batch.Milliseconds())
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	return &Estimator{
		interval: batch, first: true, minRate: or(p.MinRate, 100),
		kp: or(p.Proportional, 1), ki: or(p.Integral, 0.2), kd: or(p.Derived, 0),
	}, nil
}

// Completed takes in a batch: when it ended, how many rows it had, how long it ran
// and how long it had waited. It gives the new rate in rows a second; false for no
// change, which is after the first batch, one without rows, and one that is not
// later than the last. Delays count in whole milliseconds.
func (e *Estimator) Completed(ended time.Time, rows int64, processing, scheduling time.Duration) (float64, bool) {
	ended = ended.Truncate(time.Millisecond)
	worked := float64(processing.Milliseconds())
	if rows <= 0 || worked <= 0 || !e.first && !ended.After(e.time) {
		return 0, false
	}
	rate := float64(rows) / worked * 1000
	if e.first {
		e.first, e.time, e.rate, e.error = false, ended, rate, 0
		return 0, false
	}
	since := ended.Sub(e.time).Seconds()
	err := e.rate - rate
	historical := float64(scheduling.Milliseconds()) * rate / float64(e.interval.Milliseconds())
	change := (err - e.error) / since
	e.time, e.error = ended, err
	e.rate = max(e.rate-e.kp*err-e.ki*historical-e.kd*change, e.minRate)
	return e.rate, true
}
