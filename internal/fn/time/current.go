package time

import (
	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/expr"
	"github.com/weirstream/weir/types"
)

// current is a function without arguments whose value is fixed within a batch
// and not beyond: it is volatile, so that nobody folds it. shown is the name of
// its column.
func current(name, shown string, t types.Type, value func(now int64, zone *datetime.Zone) any) *expr.Function {
	return &expr.Function{
		Name: name,
		Resolve: func(_ *expr.Resolver, args []expr.Expr) (expr.Resolution, error) {
			if len(args) != 0 {
				return expr.Resolution{}, expr.WrongCount(name, "0", len(args))
			}
			return expr.Resolution{Type: t, Text: shown}, nil
		},
		Compile: func(_ *expr.Call, _ []expr.Eval, env *expr.Env) (expr.Eval, error) {
			return &present{env: env, zone: zoneOf(env), value: value, out: batch.NewColumn(t, 1)}, nil
		},
		Volatile: true,
		Present:  true,
	}
}

// present is the value of a function of the batch's time: a constant, another
// one for each batch.
type present struct {
	env   *expr.Env
	zone  *datetime.Zone
	value func(now int64, zone *datetime.Zone) any
	out   *batch.Column
}

func (p *present) Eval(*batch.Batch, []int32) (*batch.Column, error) {
	p.out.Resize(0)
	expr.AppendValue(p.out, p.value(p.env.Now, p.zone))
	p.out.Const = true
	return p.out, nil
}

// The functions of the present.
var (
	currentTimestamp = current("current_timestamp", "current_timestamp()", types.Of(types.Timestamp), nowMicros)
	currentTimezone  = timezone("current_timezone")
)

func nowMicros(now int64, _ *datetime.Zone) any { return now }

func today(now int64, zone *datetime.Zone) any {
	days, _ := datetime.SplitDay(zone.ToLocal(now))
	return int32(days)
}

func localNow(now int64, zone *datetime.Zone) any { return zone.ToLocal(now) }

func timeNow(now int64, zone *datetime.Zone) any {
	_, of := datetime.SplitDay(zone.ToLocal(now))
	return of * 1000
}

// timezone is current_timezone(): the id of the session's zone.
func timezone(name string) *expr.Function {
	return &expr.Function{
		Name:    name,
		Resolve: takes(name, types.Of(types.String)),
		Kernel: func(_ *expr.Call, env *expr.Env) (expr.Kernel, error) {
			id := zoneOf(env).String()
			return func(out *batch.Column, _ []*batch.Column, rows int, sel []int32) error {
				to := batch.Values[string](out)
				for _, i := range expr.Rows(rows, sel) {
					to[i] = id
				}
				return nil
			}, nil
		},
	}
}
