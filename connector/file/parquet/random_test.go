package parquet

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/weirstream/weir/connector"
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/types"
)

var seed = flag.Uint64("seed", rand.Uint64(), "of the random tests")

// randomBatch has numbers and strings of few and of many values, with nulls, in
// structs and lists.
func randomBatch(random *rand.Rand, rows int) *batch.Batch {
	inner := types.StructOf(field("few", long), field("many", text), types.Field{Name: "must", Type: whole})
	b := batch.New(types.NewSchema(field("b", types.Of(types.Boolean)), field("few", text), field("many", long),
		field("st", inner), field("li", types.ArrayOf(text))))
	b.Resize(rows)
	var arena batch.Arena
	nulls := func(c *batch.Column) {
		for i := range c.Len() {
			if random.IntN(9) == 0 {
				c.SetNull(i)
			}
		}
	}
	word := func(of int) string { return arena.Copy(fmt.Sprintf("%0*d", random.IntN(30), random.IntN(of))) }
	for i := range rows {
		batch.Values[bool](b.Columns[0])[i] = random.IntN(3) == 0
		batch.Values[string](b.Columns[1])[i] = word(4)
		batch.Values[int64](b.Columns[2])[i] = int64(random.Uint64())
		st := b.Columns[3]
		batch.Values[int64](st.Children[0])[i] = int64(random.IntN(300))
		batch.Values[string](st.Children[1])[i] = word(1 << 30)
		batch.Values[int32](st.Children[2])[i] = int32(i)
		b.Columns[4].Offsets[i+1] = b.Columns[4].Offsets[i] + int32(random.IntN(4))
	}
	elements := b.Columns[4].Children[0]
	elements.Resize(int(b.Columns[4].Offsets[rows]))
	for i := range elements.Len() {
		batch.Values[string](elements)[i] = word(50)
	}
	for _, c := range append(b.Columns, b.Columns[3].Children[0], b.Columns[3].Children[1], elements) {
		nulls(c)
	}
	return b
}

// What is written is read, over many pages and row groups, whatever the batches.
func TestRandomRowsComeBack(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 2))
	var want []string
	var out bytes.Buffer
	var w *Writer
	for range 3 {
		b := randomBatch(random, 1+random.IntN(20_000))
		if w == nil {
			var s types.Schema
			for i, name := range []string{"b", "few", "many", "st", "li"} {
				s.Fields = append(s.Fields, field(name, b.Columns[i].Type))
			}
			var err error
			if w, err = NewWriter(&out, s, "snappy"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
		if random.IntN(2) == 0 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		for row := range b.Rows {
			want = append(want, renderRow(b, row))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open("random", inMemory{bytes.NewReader(out.Bytes())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(f, connector.Scan{Schema: f.Schema()}, Span{})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for row := range b.Rows {
			if got := renderRow(b, row); got != want[at] {
				t.Fatalf("row %d is %s, want %s", at, got, want[at])
			}
			at++
		}
	}
	if at != len(want) {
		t.Errorf("%d rows, want %d", at, len(want))
	}
}

func renderRow(b *batch.Batch, row int) string {
	var out string
	for _, c := range b.Columns {
		out += render(c, row) + " "
	}
	return out
}

// A damaged file ends with an error or with other values, never otherwise.
func TestDamageDoesNotStopTheProcess(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	random := rand.New(rand.NewPCG(*seed, 3))
	for _, name := range []string{"types", "types-delta", "types-int96"} {
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			damaged := bytes.Clone(whole)
			damaged[random.IntN(len(damaged))] ^= 1 << random.IntN(8)
			f, err := Open(name, inMemory{bytes.NewReader(damaged)}, nil)
			if err != nil {
				continue
			}
			r, err := NewReader(f, connector.Scan{Schema: f.Schema()}, Span{})
			for err == nil {
				_, err = r.Next(context.Background())
			}
		}
	}
}
