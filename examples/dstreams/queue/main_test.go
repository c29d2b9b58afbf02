package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirstream/weir/dstream"
)

func TestQueue(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), 20*time.Millisecond, dstream.Conf{Out: &out}); err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(out.String(), "\n\n")
	if len(blocks) < rounds {
		t.Fatalf("%d batches in\n%s", len(blocks), out.String())
	}
	for i, block := range blocks {
		_, rows, _ := strings.Cut(block, " ms\n-------------------------------------------\n")
		for digit := range 10 {
			has := strings.Contains("\n"+rows+"\n", fmt.Sprintf("\n(%d,100)\n", digit))
			if has != (i < rounds) {
				t.Errorf("batch %d has digit %d: %v\n%s", i, digit, has, block)
			}
		}
	}
}
