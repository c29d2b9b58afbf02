package sparkpb

import (
	"fmt"
	"reflect"
)

// Message is a message of Spark Connect: a pointer to a struct of this package.
type Message interface{ isMessage() }

// message makes a struct a Message.
type message struct{}

func (*message) isMessage() {}

// UnknownField is a field that no message here has: of a newer client, or of a part that
// is left out.
type UnknownField struct {
	// Message is the Go name of the message that held it.
	Message string
	Number  int32
}

// String is message.number.
func (u UnknownField) String() string { return fmt.Sprintf("%s.%d", u.Message, u.Number) }

const (
	// maxDepth bounds messages within each other. Spark stops at 1,024.
	maxDepth = 4096
	// maxMessages bounds the messages within one, and with them the memory that a
	// small hostile text can take.
	maxMessages = 4_000_000
	// maxUnknown bounds the unknown fields that are listed.
	maxUnknown = 100
)

// Marshal is m in the wire format: fields by number, maps by key, so that equal
// messages give equal bytes.
func Marshal(m Message) []byte { return Append(nil, m) }

// Append is Marshal behind b.
func Append(b []byte, m Message) []byte {
	v := reflect.ValueOf(m).Elem()
	return layoutOf(v.Type()).append(b, v)
}

// Unmarshal fills m, an empty message, with data. Texts and bytes of m lie in data,
// which belongs to m from then on. What is unknown is skipped and listed.
func Unmarshal(data []byte, m Message) ([]UnknownField, error) {
	v := reflect.ValueOf(m).Elem()
	d := decoder{data: data, left: maxMessages}
	d.fields(layoutOf(v.Type()), v)
	if d.err != nil {
		return nil, fmt.Errorf("sparkpb: %T: %w", m, d.err)
	}
	return d.unknown, nil
}
