package time

import (
	"strings"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// zones finds the zones that rows name; equal ids that follow each other once.
type zones struct {
	id   string
	zone *datetime.Zone
}

func (z *zones) get(id string) (*datetime.Zone, error) {
	if z.zone != nil && z.id == id {
		return z.zone, nil
	}
	zone, err := datetime.LoadZone(strings.Clone(id))
	if err == nil {
		z.id, z.zone = strings.Clone(id), zone
	}
	return zone, err
}

// shiftZone is from_utc_timestamp(ts, zone), which moves an instant by what the
// zone's clock differs from UTC, and to_utc_timestamp, which moves it back.
func shiftZone(name string, move func(*datetime.Zone, int64) int64) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.Timestamp), instant, text),
		Kernel: func(*expr.Call, *expr.Env) (expr.Kernel, error) {
			var z zones
			return expr.BinaryErr(func(v int64, id string) (int64, error) {
				zone, err := z.get(id)
				if err != nil {
					return 0, err
				}
				return move(zone, v), nil
			}), nil
		},
	}
}

// convertTimezone is convert_timezone(from, to, time): what the clock of one zone
// shows when that of the other shows time. Without from it is the session's.
var convertTimezone = &expr.Function{
	Name: "convert_timezone",
	Resolve: func(r *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
		if len(args) == 2 {
			here := &expr.Call{Fn: currentTimezone, Typ: types.Of(types.String)}
			args = []expr.Expr{here, args[0], args[1]}
		}
		return takes("convert_timezone", types.Of(types.TimestampNTZ), text, text, wall)(r, args)
	},
	Kernel: expr.Static(func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error {
		var from, to zones
		a, b, v := expr.ArgOf[string](args[0]), expr.ArgOf[string](args[1]), expr.ArgOf[int64](args[2])
		result := batch.Values[int64](out)
		for _, i := range expr.Rows(rows, sel) {
			source, err := from.get(a.At(i))
			if err != nil {
				return err
			}
			target, err := to.get(b.At(i))
			if err != nil {
				return err
			}
			result[i] = target.ToLocal(source.ToUTC(v.At(i)))
		}
		return nil
	}),
}
