package dstream

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestParseConf(t *testing.T) {
	c, err := ParseConf(map[string]string{
		"spark.streaming.concurrentJobs": "3", "spark.streaming.unpersist": "false", "spark.streaming.blockInterval": "50ms",
		"spark.streaming.receiver.maxRate": "1000", "spark.streaming.backpressure.enabled": "true", "spark.streaming.backpressure.pid.integral": "0",
		"spark.streaming.gracefulStopTimeout": "5s", "spark.streaming.fileStream.minRememberDuration": "90",
		"spark.streaming.receiver.writeAheadLog.enable": "true", "spark.streaming.driver.writeAheadLog.allowBatching": "false", "spark.app.name": "x",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.ConcurrentJobs != 3 || !c.KeepRDDs || c.Receiver.BlockInterval != 50*time.Millisecond || c.Receiver.MaxRate != 1000 ||
		!c.Backpressure.Enable || *c.Backpressure.Integral != 0 || c.Backpressure.Proportional != nil || c.GracefulStopTimeout != 5*time.Second ||
		c.MinRememberDuration != 90*time.Second || !c.Receiver.Log.Enable || !c.Receiver.TrackerLog.OneByOne {
		t.Errorf("read %+v", c)
	}
	for key, want := range map[string]string{
		"concurrentJob": "did you mean spark.streaming.concurrentJobs?", "dynamicAllocation.enabled": "there are no executors",
		"clock": "set Conf.Clock", "receiver.writeAheadLog.class": "classes cannot be loaded", "kafka.maxRatePerPartition": "no direct stream of Kafka",
		"backpressure.rateEstimator": "Unknown rate estimator: 1x", "concurrentJobs": "a whole number above 0", "blockInterval": "a time such as 200ms",
		"unpersist": "true or false", "backpressure.pid.minRate": "a number above 0",
	} {
		if _, err := ParseConf(map[string]string{"spark.streaming." + key: "1x"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", key, err, want)
		}
	}
}

func TestMetrics(t *testing.T) {
	b := newBench(t, Conf{})
	watch(b.numbersIn([]int{1}))
	ask := func() string {
		w := httptest.NewRecorder()
		b.ssc.MetricsHandler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		return w.Body.String()
	}
	if text := ask(); !strings.Contains(text, "\nspark_streaming_lastCompletedBatch_totalDelay -1\n") {
		t.Error(text)
	}
	b.start()
	b.steps(2)
	text := ask()
	for _, want := range []string{"totalCompletedBatches 2", "retainedCompletedBatches 2", "unprocessedBatches 0", "receivers 0",
		"lastCompletedBatch_totalDelay 0", "lastReceivedBatch_submissionTime 1.893499202e+12", "lastReceivedBatch_records 0"} {
		if !strings.Contains(text, "\nspark_streaming_"+want+"\n") {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}
