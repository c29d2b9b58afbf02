package jsontext

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weirstream/weir/types"
)

// nexmarkLines makes lines like those of the Nexmark benchmark: 2 % persons, 6 %
// auctions, 92 % bids, 333 bytes on average.
func nexmarkLines(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := range n {
		micros := int64(i) * 10
		at := fmt.Sprintf("2026-03-01T12:%02d:%02d.%03dZ", 10+micros/60e6, micros/1e6%60, micros/1e3%1e3)
		switch slot := i % 50; {
		case slot == 0:
			fmt.Fprintf(&b, `{"event_type":0,"person":{"id":%d,"name":"%s","emailAddress":"%s@%s.com","creditCard":"%s","city":"%s",`+
				`"state":"OR","dateTime":"%s","extra":"%s"},"auction":null,"bid":null,"dateTime":"%s"}`, 1000+i/50, word(r, 12), word(r, 7),
				word(r, 7), "1234 5678 9012 3456", word(r, 9), at, word(r, 100), at)
		case slot < 4:
			fmt.Fprintf(&b, `{"event_type":1,"person":null,"auction":{"id":%d,"itemName":"%s","description":"%s","initialBid":%d,"reserve":%d,`+
				`"dateTime":"%s","expires":"%s","seller":%d,"category":%d,"extra":"%s"},"bid":null,"dateTime":"%s"}`, 1000+i/17,
				word(r, 15), word(r, 60), r.IntN(1e6), r.IntN(1e8), at, at, 1000+r.IntN(i+1), 10+r.IntN(5), word(r, 280), at)
		default:
			channel, url := "Google", "https://www.nexmark.com/googl/item.htm?query=1"
			if r.IntN(2) == 0 {
				channel = fmt.Sprintf("channel-%d", r.IntN(10000))
				url = fmt.Sprintf("https://www.nexmark.com/%s/%s/%s/item.htm?query=1&channel_id=%d", word(r, 5), word(r, 5), word(r, 5), r.IntN(1<<30))
			}
			fmt.Fprintf(&b, `{"event_type":2,"person":null,"auction":null,"bid":{"auction":%d,"bidder":%d,"price":%d,"channel":"%s","url":"%s",`+
				`"dateTime":"%s","extra":"%s"},"dateTime":"%s"}`, 1000+r.IntN(i+1), 2000+r.IntN(i+1), 100+r.IntN(1e7)/(1+r.IntN(1e4)), channel, url, at,
				word(r, 20+r.IntN(60)), at)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

func word(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

func field(name string, t types.Type) types.Field {
	return types.Field{Name: name, Type: t, Nullable: true}
}

// nexmarkSchema is the whole schema of those lines.
func nexmarkSchema() types.Schema {
	long, text, at := types.Of(types.Long), types.Of(types.String), types.Of(types.Timestamp)
	fields := func(pairs ...any) types.Type {
		var f []types.Field
		for i := 0; i < len(pairs); i += 2 {
			f = append(f, field(pairs[i].(string), pairs[i+1].(types.Type)))
		}
		return types.StructOf(f...)
	}
	return types.NewSchema(
		field("event_type", types.Of(types.Int)),
		field("person", fields("id", long, "name", text, "emailAddress", text, "creditCard", text, "city", text, "state", text, "dateTime", at, "extra", text)),
		field("auction", fields("id", long, "itemName", text, "description", text, "initialBid", long, "reserve", long, "dateTime", at,
			"expires", at, "seller", long, "category", long, "extra", text)),
		field("bid", fields("auction", long, "bidder", long, "price", long, "channel", text, "url", text, "dateTime", at, "extra", text)),
		field("dateTime", at))
}

// prune keeps the named columns, and of structs the fields named with a point.
func prune(s types.Schema, paths ...string) types.Schema {
	var out types.Schema
	for _, f := range s.Fields {
		var inner []types.Field
		whole := false
		for _, p := range paths {
			if p == f.Name {
				whole = true
			}
			for _, g := range f.Type.Fields {
				if p == f.Name+"."+g.Name {
					inner = append(inner, g)
				}
			}
		}
		if inner != nil {
			f.Type = types.StructOf(inner...)
			whole = true
		}
		if whole {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}
