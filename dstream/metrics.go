package dstream

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// gauge is one of Spark's metrics of a streaming context (D133).
type gauge struct {
	name, help string
	value      func(s *Statistics) float64
}

// inMillis is a moment in milliseconds since 1970, -1 if it has not come.
func inMillis(t time.Time) float64 {
	if t.IsZero() {
		return -1
	}
	return float64(t.UnixMilli())
}

// ofLast is a gauge of a batch, -1 as long as there is none.
func ofLast(which func(*Statistics) *Batch, of func(*Batch) float64) func(*Statistics) float64 {
	return func(s *Statistics) float64 {
		if b := which(s); b != nil {
			return of(b)
		}
		return -1
	}
}

func lastCompleted(s *Statistics) *Batch { return s.LastCompleted }
func lastReceived(s *Statistics) *Batch  { return s.LastReceived }

var gauges = []gauge{
	{"receivers", "Number of receivers", func(s *Statistics) float64 { return float64(s.NumReceivers) }},
	{"totalCompletedBatches", "Number of completed batches", func(s *Statistics) float64 { return float64(s.NumTotalCompletedBatches) }},
	{"totalReceivedRecords", "Number of rows that batches have begun with", func(s *Statistics) float64 { return float64(s.NumReceivedRecords) }},
	{"totalProcessedRecords", "Number of rows of completed batches", func(s *Statistics) float64 { return float64(s.NumProcessedRecords) }},
	{"unprocessedBatches", "Number of batches that wait or run", func(s *Statistics) float64 { return float64(s.NumActiveBatches) }},
	{"waitingBatches", "Number of batches that wait", func(s *Statistics) float64 { return float64(len(s.Waiting)) }},
	{"runningBatches", "Number of batches that run", func(s *Statistics) float64 { return float64(len(s.Running)) }},
	{"retainedCompletedBatches", "Number of completed batches that are remembered", func(s *Statistics) float64 { return float64(s.NumRetainedCompletedBatches) }},
	{"lastCompletedBatch_submissionTime", "Milliseconds since 1970", ofLast(lastCompleted, func(b *Batch) float64 { return inMillis(b.Submitted) })},
	{"lastCompletedBatch_processingStartTime", "Milliseconds since 1970", ofLast(lastCompleted, func(b *Batch) float64 { return inMillis(b.Started) })},
	{"lastCompletedBatch_processingEndTime", "Milliseconds since 1970", ofLast(lastCompleted, func(b *Batch) float64 { return inMillis(b.Ended) })},
	{"lastCompletedBatch_processingDelay", "Milliseconds", ofLast(lastCompleted, func(b *Batch) float64 { return float64(b.ProcessingDelay().Milliseconds()) })},
	{"lastCompletedBatch_schedulingDelay", "Milliseconds", ofLast(lastCompleted, func(b *Batch) float64 { return float64(b.SchedulingDelay().Milliseconds()) })},
	{"lastCompletedBatch_totalDelay", "Milliseconds", ofLast(lastCompleted, func(b *Batch) float64 { return float64(b.TotalDelay().Milliseconds()) })},
	{"lastReceivedBatch_submissionTime", "Milliseconds since 1970", ofLast(lastReceived, func(b *Batch) float64 { return inMillis(b.Submitted) })},
	{"lastReceivedBatch_processingStartTime", "Milliseconds since 1970", ofLast(lastReceived, func(b *Batch) float64 { return inMillis(b.Started) })},
	{"lastReceivedBatch_processingEndTime", "Milliseconds since 1970", ofLast(lastReceived, func(b *Batch) float64 { return inMillis(b.Ended) })},
	{"lastReceivedBatch_records", "Number of rows", func(s *Statistics) float64 {
		if s.LastReceived == nil {
			return 0
		}
		return float64(s.LastReceived.Records())
	}},
}

// collector gives Prometheus the statistics of a context.
type collector struct{ ssc *Context }

func (g gauge) desc() *prometheus.Desc {
	return prometheus.NewDesc("spark_streaming_"+g.name, g.help, nil, nil)
}

// Describe names the metrics.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, g := range gauges {
		out <- g.desc()
	}
}

// Collect reads them.
func (c collector) Collect(out chan<- prometheus.Metric) {
	s := c.ssc.Statistics()
	for _, g := range gauges {
		out <- prometheus.MustNewConstMetric(g.desc(), prometheus.GaugeValue, g.value(&s))
	}
}

// Collector gives Prometheus what Spark's source StreamingMetrics has, as
// spark_streaming_totalCompletedBatches and so on (D133). Times are milliseconds.
func (ssc *Context) Collector() prometheus.Collector { return collector{ssc} }

// MetricsHandler answers Prometheus with the metrics of [Context.Collector].
func (ssc *Context) MetricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(ssc.Collector())
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
