package query

import (
	"testing"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/watermark"
)

// The policy of the checkpoint wins over the session's (S152).
func TestPolicyOfTheCheckpoint(t *testing.T) {
	c := &Config{Settings: Settings{Policy: watermark.Min}}
	for _, tt := range []struct {
		name  string
		plans []checkpoint.Plan
		want  watermark.Policy
		fails bool
	}{
		{"no batch", nil, watermark.Min, false},
		{"not said", []checkpoint.Plan{{}}, watermark.Min, false},
		{"another", []checkpoint.Plan{{}, {Batch: 1, Conf: map[string]string{policyConf: "max"}}}, watermark.Max, false},
		{"unknown", []checkpoint.Plan{{Conf: map[string]string{policyConf: "mean"}}}, watermark.Min, true},
	} {
		got, err := policyOf(c, &checkpoint.State{Plans: tt.plans})
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("%s: %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
}
