package nexmark

import "github.com/weirstream/weir/types"

// The kinds of events, as in the column event_type.
const (
	PersonKind  = 0
	AuctionKind = 1
	BidKind     = 2
)

// Schema is the stream's: the kind, one struct for each kind, of which all but
// one are null, and the event's time as an instant. The times inside are wall
// clock times, of UTC.
func Schema() types.Schema {
	long, text, wall := types.Of(types.Long), types.Of(types.String), types.Of(types.TimestampNTZ)
	return types.NewSchema(
		field("event_type", types.Of(types.Int)),
		field("person", types.StructOf(field("id", long), field("name", text), field("emailAddress", text),
			field("creditCard", text), field("city", text), field("state", text), field("dateTime", wall),
			field("extra", text))),
		field("auction", types.StructOf(field("id", long), field("itemName", text), field("description", text),
			field("initialBid", long), field("reserve", long), field("dateTime", wall), field("expires", wall),
			field("seller", long), field("category", long), field("extra", text))),
		field("bid", types.StructOf(field("auction", long), field("bidder", long), field("price", long),
			field("channel", text), field("url", text), field("dateTime", wall), field("extra", text))),
		field("dateTime", types.Of(types.Timestamp)),
	)
}

func field(name string, t types.Type) types.Field {
	return types.Field{Name: name, Type: t, Nullable: true}
}
