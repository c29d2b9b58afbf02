package progress

import "github.com/prometheus/client_golang/prometheus"

// Collector gives Prometheus the newest progress of each running query, under
// the names of Spark's Dropwizard gauges (S197): what Spark calls
// spark.streaming.NAME.inputRate-total is spark_streaming_inputRate_total with
// the labels name, id and runId, since a name of a metric holds neither dots nor
// dashes and should not hold the name of a query.
//
// Nothing is counted between two scrapes: a query pays nothing for being
// watched.
type Collector struct {
	active func() []*Progress
	gauges []gauge
}

// gauge is one number of a progress.
type gauge struct {
	desc  *prometheus.Desc
	value func(*Progress) float64
}

// NewCollector returns a collector that asks active for the newest progress of
// each running query, at each scrape and from any goroutine.
func NewCollector(active func() []*Progress) *Collector {
	define := func(name, help string, value func(*Progress) float64) gauge {
		labels := []string{"name", "id", "runId"}
		return gauge{prometheus.NewDesc("spark_streaming_"+name, help, labels, nil), value}
	}
	return &Collector{active: active, gauges: []gauge{
		define("inputRate_total", "Rows per second that arrived.", (*Progress).InputRate),
		define("processingRate_total", "Rows per second that were processed.", (*Progress).ProcessedRate),
		define("latency", "Milliseconds that the last trigger took.", func(p *Progress) float64 {
			return float64(p.Durations.Get(TriggerExecution).Nanoseconds()) / 1e6
		}),
		define("eventTime_watermark", "Watermark in milliseconds since 1970, 0 without one.", (*Progress).watermark),
		define("states_rowsTotal", "Rows in the state of all operators.", func(p *Progress) float64 {
			return p.sum(func(s *StateOperator) int64 { return s.RowsTotal })
		}),
		define("states_usedBytes", "Bytes of memory used by the state of all operators.", func(p *Progress) float64 {
			return p.sum(func(s *StateOperator) int64 { return s.MemoryBytes })
		}),
	}}
}

// Describe sends the descriptions of all gauges.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	for _, g := range c.gauges {
		to <- g.desc
	}
}

// Collect sends the gauges of every running query.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	for _, p := range c.active() {
		for _, g := range c.gauges {
			to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, g.value(p), p.Name, p.ID, p.RunID)
		}
	}
}

func (p *Progress) watermark() float64 {
	if p.EventTime == nil {
		return 0
	}
	return float64(p.EventTime.Watermark.UnixMilli())
}

func (p *Progress) sum(of func(*StateOperator) int64) float64 {
	var n int64
	for i := range p.StateOperators {
		n += of(&p.StateOperators[i])
	}
	return float64(n)
}
