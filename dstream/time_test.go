package dstream

import (
	"slices"
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct{ at, zero, want Time }{
		{1250, 0, 1000}, {1000, 0, 1000}, {1250, 300, 800}, {-1, 0, -500}, {-500, 0, -500}, {299, 300, -200},
	} {
		if got := tt.at.Floor(500*ms, tt.zero); got != tt.want {
			t.Errorf("%v floored from %v is %v, want %v", tt.at, tt.zero, got, tt.want)
		}
	}
	if got := slices.Collect(Time(1).To(5, 2*ms)); !slices.Equal(got, []Time{1, 3, 5}) {
		t.Errorf("To yields %v", got)
	}
	if got := slices.Collect(Time(1).Until(5, 2*ms)); !slices.Equal(got, []Time{1, 3}) {
		t.Errorf("Until yields %v", got)
	}
	if at := TimeOf(noon.Add(1234567)); at.String() != "1893499200001 ms" || !at.Time().Equal(noon.Add(ms)) || at.Sub(TimeOf(noon)) != ms {
		t.Errorf("the time is %v", at)
	}
	if !Time(3000).IsMultipleOf(time.Second) || Time(3001).IsMultipleOf(time.Second) {
		t.Error("IsMultipleOf")
	}
	if i := (Interval{1000, 3000}).Shift(time.Second); i.String() != "[2000 ms, 4000 ms]" || i.Duration() != 2*time.Second {
		t.Errorf("the interval is %v", i)
	}
}
