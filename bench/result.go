package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Result is what one engine did with one query over one input. Its JSON is an
// element of the array that weir bench --json writes.
type Result struct {
	// Suite, Query and Input say what was measured: nexmark, q0, parquet.
	Suite string `json:"suite"`
	Query string `json:"query"`
	Input string `json:"input"`
	// Engine is weir or the name of a peer.
	Engine string `json:"engine"`
	// Events is how many records were processed, each counted once.
	Events int64 `json:"events"`
	// Seconds is the time from the start of the query to its end.
	Seconds float64 `json:"seconds"`
	// EventsPerSecond is the rate of the last half of the batches.
	EventsPerSecond float64 `json:"events_per_second"`
	// CPUSeconds is the processor time that Seconds took, over all cores.
	CPUSeconds float64 `json:"cpu_seconds"`
	// PeakRSSBytes is the most memory that the process had at a time, 0 where
	// that is not known.
	PeakRSSBytes int64 `json:"peak_rss_bytes"`
	// Checksum is the same for equal results whatever the order of their rows:
	// empty unless it was asked for.
	Checksum string `json:"checksum"`
	// Rows is how many rows came out, -1 where that is not known.
	Rows int64 `json:"rows"`
	// P50 and P99 are the seconds that the middle and the slowest hundredth
	// part took, for what is measured one by one.
	P50 float64 `json:"p50_seconds,omitempty"`
	P99 float64 `json:"p99_seconds,omitempty"`
	// GBPerCore is the rate in 10⁹ bytes a second and core, for lines of text.
	GBPerCore float64 `json:"gb_per_second_per_core,omitempty"`
	// Failed is why there are no figures.
	Failed string `json:"failed,omitempty"`
}

// WriteJSON writes results as one array.
func WriteJSON(w io.Writer, list []Result) error {
	if list == nil {
		list = []Result{}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// median is the result with the middle rate of several rounds; the rounds that
// failed do not count unless all did.
func median(rounds []Result) Result {
	good := slices.DeleteFunc(slices.Clone(rounds), func(r Result) bool { return r.Failed != "" })
	if len(good) == 0 {
		return rounds[0]
	}
	slices.SortFunc(good, func(a, b Result) int { return cmp.Compare(a.EventsPerSecond, b.EventsPerSecond) })
	return good[(len(good)-1)/2]
}

// WriteTable writes results for people, with the ratio of weir's rate to each
// peer's.
func WriteTable(w io.Writer, list []Result) error {
	rates := make(map[string]float64) // by query, input and engine
	for _, r := range list {
		rates[r.Query+" "+r.Input+" "+r.Engine] = r.EventsPerSecond
	}
	var peers []string
	for _, r := range list {
		if r.Engine != "weir" && rates[r.Query+" "+r.Input+" weir"] > 0 && !slices.Contains(peers, r.Engine) {
			peers = append(peers, r.Engine)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "query\tinput\tengine\tevents/s\tseconds\tCPU s/M\tpeak MB\t")
	for _, p := range peers {
		fmt.Fprintf(t, "x %s\t", p)
	}
	fmt.Fprintln(t)
	ratios := make(map[string][]float64)
	for _, r := range list {
		if r.Failed != "" || r.EventsPerSecond == 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.2f\t%.3f\t%s\t", r.Query, r.Input, r.Engine, rate(r.EventsPerSecond), r.Seconds,
			r.CPUSeconds/max(float64(r.Events)/1e6, 1e-9), megabytes(r.PeakRSSBytes))
		for _, p := range peers {
			other := rates[r.Query+" "+r.Input+" "+p]
			if r.Engine != "weir" || other == 0 {
				fmt.Fprint(t, "\t")
				continue
			}
			ratio := r.EventsPerSecond / other
			ratios[p] = append(ratios[p], ratio)
			fmt.Fprintf(t, "%s\t", factor(ratio))
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return writeNotes(w, list, peers, ratios)
}

// writeNotes writes what has no column.
func writeNotes(w io.Writer, list []Result, peers []string, ratios map[string][]float64) error {
	var b strings.Builder
	for _, p := range peers {
		if n := len(ratios[p]); n > 0 {
			fmt.Fprintf(&b, "geometric mean of %d ratios to %s: %s\n", n, p, factor(geometricMean(ratios[p])))
		}
	}
	disk := 0.0
	for _, r := range list {
		what := r.Query + ", " + r.Input + ", " + r.Engine
		if r.GBPerCore > 0 {
			fmt.Fprintf(&b, "%s: %.3f GB/s a core\n", what, r.GBPerCore)
		}
		switch {
		case r.Failed != "":
			fmt.Fprintf(&b, "%s: not measured: %s\n", what, r.Failed)
		case r.P50 > 0:
			fmt.Fprintf(&b, "%s: p50 %v, p99 %v", what, seconds(r.P50), seconds(r.P99))
			if r.Engine == diskEngine {
				disk = r.P50
			} else if disk > 0 {
				fmt.Fprintf(&b, "; p50 is %.1f x the disk's", r.P50/disk)
			}
			b.WriteByte('\n')
		case r.Events == 0:
			fmt.Fprintf(&b, "%s: %s MB\n", what, megabytes(r.PeakRSSBytes))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func seconds(s float64) time.Duration {
	return time.Duration(s * 1e9).Round(time.Microsecond)
}

func geometricMean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(list)))
}

func rate(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.2f M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.1f K", v/1e3)
	default:
		return fmt.Sprintf("%.1f", v)
	}
}

func factor(v float64) string {
	if v < 0.1 {
		return fmt.Sprintf("%.3f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func megabytes(n int64) string {
	if n <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", float64(n)/1e6)
}
