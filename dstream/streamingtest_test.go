package dstream

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/weirstream/weir/rdd"
)

// samplesIn is a queue of batches of samples, "c1.5 e2" being one of the control group and
// one of the experiment.
func (b *bench) samplesIn(batches ...string) *Stream[BinarySample] {
	q := new(Queue[BinarySample])
	for _, text := range batches {
		var rows []BinarySample
		for word := range strings.FieldsSeq(text) {
			rows = append(rows, BinarySample{Experiment: word[0] == 'e', Value: parsed(word[1:])})
		}
		q.Push(rdd.Parallelize(b.c, rows, 2))
	}
	return QueueStream(b.ssc, q, QueueConf[BinarySample]{})
}

// The numbers are those of Spark 4.3's mllib.stat.test.StreamingTest.
func TestStreamingTestEqualsSpark(t *testing.T) {
	batches := []string{"c1.5 c2 c3.25 e2.5 e4", "e3.5 e5.25 c2.75", "", "c1 e6.5 e2 c4.5 c0.5", "c2 e2.25", "e7 c3.5 c1.25 e3", "", ""}
	for name, tt := range map[string]struct {
		conf StreamingTestConf
		want [][3]float64 // p, degrees of freedom, t
	}{
		"student": {StreamingTestConf{Method: Student}, [][3]float64{
			{0.23569376760918148, 3, -1.47896645403197}, {0.0532092302639671, 6, -2.4011804544706505}, {0.0532092302639671, 6, -2.4011804544706505},
			{0.047885811339397, 11, -2.225695297566042}, {0.051253935009274366, 13, -2.1468104245093858}, {0.01810239194081164, 17, -2.615176758658632},
			{0.01810239194081164, 17, -2.615176758658632}}},
		"student, window": {StreamingTestConf{Method: Student, WindowSize: 2}, [][3]float64{
			{0.23569376760918148, 3, -1.47896645403197}, {0.0532092302639671, 6, -2.4011804544706505}, {},
			{0.29531933852779546, 3, -1.2646219745734455}, {0.29411962450593954, 5, -1.1716644426760856}, {0.237010335716063, 4, -1.389550669759756},
			{0.24711352364882147, 2, -1.6177795531198251}, {}}},
		"welch": {StreamingTestConf{}, [][3]float64{
			{0.26636245854398755, 2.1984719465128624, -1.4715344147639178}, {0.058821322379106825, 4.225594204894821, -2.4011804544706505},
			{0.058821322379106825, 4.225594204894821, -2.4011804544706505}, {0.05365099939227992, 8.725908948375498, -2.191963964190714},
			{0.05800681177136335, 9.600249876273207, -2.109008408850885}, {0.02261804992045391, 11.060086842267799, -2.5625912611489747},
			{0.02261804992045391, 11.060086842267799, -2.5625912611489747}}},
		"welch, window": {StreamingTestConf{Method: Welch, WindowSize: 2}, [][3]float64{
			{0.26636245854398755, 2.1984719465128624, -1.4715344147639178}, {0.058821322379106825, 4.225594204894821, -2.4011804544706505}, {},
			{0.36522659850305805, 1.5374278187816046, -1.1880332653971533}, {0.33353018783445465, 2.933170192151832, -1.1153979464646684},
			{0.26570831998643174, 2.161785724113007, -1.389550669759756}, {0.2787993971482221, 1.198238961107534, -1.6177795531198251}, {}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Conf{CheckpointDir: t.TempDir()})
			got := watch(StreamingTest(b.samplesIn(batches...), tt.conf))
			b.start()
			for i, batch := range b.steps(len(tt.want)) {
				rows, want := got.rows[batch.Time], tt.want[i]
				if want == [3]float64{} {
					// A group of one member fails, none of any gives nothing.
					short := "insufficient data for t statistic, needs at least 2, got 1"
					if len(rows) > 0 || i == 2 && !strings.Contains(batch.Outputs[0].Failure, short) {
						t.Errorf("batch %d: %v, %s", i+1, rows, batch.Outputs[0].Failure)
					}
					continue
				}
				if len(rows) != 1 || !almost(rows[0].PValue, want[0]) || !almost(rows[0].DegreesOfFreedom, want[1]) || !almost(rows[0].Statistic, want[2]) {
					t.Errorf("batch %d: %+v, want %v", i+1, rows, want)
				}
			}
		})
	}
}

func almost(a, b float64) bool { return math.Abs(a-b) < 1e-12*max(1, math.Abs(b)) }

func TestStreamingTestConf(t *testing.T) {
	b := newBench(t, Conf{CheckpointDir: t.TempDir()})
	got := watch(StreamingTest(b.samplesIn("c1 e9", "c100 e100", "c1.5 c2 c3.25", "e2.5 e4", ""), StreamingTestConf{PeacePeriod: 2}))
	b.start()
	b.steps(5)
	first := TimeOf(noon)
	if got.at(first+1000) != "[]" || got.at(first+2000) != "[]" || got.at(first+3000) != "[]" {
		t.Errorf("before both groups have members there is %v", got.text())
	}
	// As Spark prints it.
	if rows := got.rows[first+4000]; len(rows) != 1 || !almost(rows[0].PValue, 0.26636245854398755) {
		t.Fatalf("the first result is %v", rows)
	}
	r := got.rows[first+4000][0]
	r.PValue = 0.26636245854398755
	expect(t, r.String(), "Streaming test summary:\nmethod: Welch's 2-sample t-test\ndegrees of freedom = 2.1984719465128624 \n"+
		"statistic = -1.4715344147639178 \npValue = 0.26636245854398755 \nNo presumption against null hypothesis: Both groups have same mean.")
	for p, want := range map[float64]string{0.01: "Very strong", 0.05: "Strong", 0.1: "Low", 0.11: "No"} {
		if text := (TestResult{PValue: p}).String(); !strings.Contains(text, "\n"+want+" presumption") {
			t.Errorf("p = %v: %s", p, text)
		}
	}
	for want, conf := range map[string]StreamingTestConf{
		"Unrecognized method name. Supported streaming test methods: welch, student": {Method: "x"},
		"peacePeriod must be >= 0": {PeacePeriod: -1},
		"windowSize must be >= 0":  {WindowSize: -1},
	} {
		ssc := NewContext(b.c, second, Conf{Log: quiet()})
		StreamingTest(ConstantInput(ssc, rdd.Empty[BinarySample](b.c)), conf)
		if err := ssc.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v gives %v", conf, err)
		}
	}
}

func parsed(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}
