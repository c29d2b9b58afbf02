package query

import (
	"bytes"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/jsontext"
)

// observed are the metrics of the batch that has run, as JSON objects by their names.
// What cannot be computed is left out with a warning: a report must not end a query.
func (q *Query) observed() map[string][]byte {
	var all map[string][]byte
	for _, o := range q.program.Observations {
		row, err := o.Row()
		if err != nil {
			q.config.Warn.Warn("the metrics of an observation cannot be computed", "name", o.Node.Name, "err", err)
			continue
		}
		if all == nil {
			all = make(map[string][]byte)
		}
		e := jsontext.NewEncoder(o.Schema(), jsontext.Options{Zone: datetime.NewZone(q.config.Env.Zone()), KeepNulls: true})
		all[o.Node.Name] = bytes.TrimSpace(e.AppendBatch(nil, row))
	}
	return all
}
