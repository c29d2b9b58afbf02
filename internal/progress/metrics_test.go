package progress

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestCollectorGivesSparksGauges(t *testing.T) {
	registry := prometheus.NewRegistry()
	if err := registry.Register(NewCollector(func() []*Progress { return []*Progress{data(), rateSource()} })); err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := ""
			for _, l := range m.GetLabel() {
				if l.GetName() == "name" {
					name = l.GetValue()
				}
			}
			got = append(got, f.GetName()+" "+name+" "+javaDouble(m.GetGauge().GetValue()))
		}
	}
	want := `spark_streaming_eventTime_watermark  0.0
spark_streaming_eventTime_watermark t 0.0
spark_streaming_inputRate_total  10.3
spark_streaming_inputRate_total t 0.0
spark_streaming_latency  161.0
spark_streaming_latency t 3631.0
spark_streaming_processingRate_total  61.7
spark_streaming_processingRate_total t 8.3
spark_streaming_states_rowsTotal  0.0
spark_streaming_states_rowsTotal t 6.0
spark_streaming_states_usedBytes  0.0
spark_streaming_states_usedBytes t 1736.0`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}
