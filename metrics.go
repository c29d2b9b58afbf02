package weir

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/weirstream/weir/internal/progress"
)

// MetricsHandler answers Prometheus with the newest progress of every running
// query, under the names of Spark's metrics (S197), and with what the Go runtime
// says of memory and collections. A query that has run no batch yet is not there.
func (s *Session) MetricsHandler() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(progress.NewCollector(s.newest), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// newest is the newest progress of each running query.
func (s *Session) newest() []*Progress {
	var list []*Progress
	for _, q := range s.queries.Active() {
		if p := q.LastProgress(); p != nil {
			list = append(list, p)
		}
	}
	return list
}
