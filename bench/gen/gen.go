package gen

import (
	"fmt"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/nexmark"
	"github.com/weirstream/weir/types"
)

// Generator makes records by number. It reuses its buffers and belongs to one
// goroutine; make another with the same seed for the next one.
type Generator interface {
	// Schema is what the records look like in columns.
	Schema() types.Schema
	// Fill gives the n records from number from on, at most 8,192. The batch is
	// good until the next Fill or Append and must not be written to.
	Fill(from int64, n int) *connector.Batch
	// Append adds them to dst as lines of text.
	Append(dst []byte, from int64, n int) []byte
}

// Names are those that [New] knows.
var Names = []string{"nexmark", "ysb", "lines"}

// New is the generator of a name with its usual options.
func New(name string, seed uint64) (Generator, error) {
	switch name {
	case "nexmark":
		return NewNexmark(nexmark.Options{Seed: seed}), nil
	case "ysb":
		return NewYSB(YSBOptions{Seed: seed}), nil
	case "lines":
		return NewLines(seed), nil
	}
	return nil, fmt.Errorf("gen: no data set %q; there are %v", name, Names)
}

func field(name string, k types.Kind) types.Field {
	return types.Field{Name: name, Type: types.Of(k), Nullable: true}
}
