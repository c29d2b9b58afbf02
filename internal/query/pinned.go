package query

import (
	"context"
	"encoding/json"
	"maps"
	"path"

	"github.com/weirstream/weir/internal/checkpoint"
	"github.com/weirstream/weir/internal/vfs"
)

// Pinned are the settings that change what a batch gives, such as the time zone. They are
// written with the plan of each batch (S152), so that one that was planned and not
// committed gives the same rows when it runs again in a session with others.
type Pinned struct {
	// Conf are the settings of the session, by Spark's names.
	Conf map[string]string
	// Under makes the query under other settings; nil: it runs under Conf alone.
	Under func(ctx context.Context, conf map[string]string) (Config, error)
	// Forget runs all batches under Conf: for one that can never run as it was planned.
	Forget bool
}

// among are the settings that a plan was made under, where they are others than now;
// nil where they are the same. A plan that does not say, as Spark's do not, has those of
// now.
func (k *Pinned) among(plan map[string]string) map[string]string {
	was := maps.Clone(k.Conf)
	for key := range was {
		if v, said := plan[key]; said {
			was[key] = v
		}
	}
	if k.Under == nil || k.Forget || maps.Equal(was, k.Conf) {
		return nil
	}
	return was
}

// under puts the query under the settings that a plan was made under.
func (c *Config) under(ctx context.Context, p *checkpoint.Plan) error {
	was := c.Pinned.among(p.Conf)
	if was == nil {
		return nil
	}
	other, err := c.Pinned.Under(ctx, was)
	if err != nil {
		return err
	}
	c.Plan, c.Env, c.OpenSink, c.OpenLate, c.Pinned.Conf = other.Plan, other.Env, other.OpenSink, other.OpenLate, was
	return nil
}

// finishes puts the query under the settings of the batch that must run again, if there
// is one. They stay until the query ends: its next start heeds the session's.
func (c *Config) finishes(ctx context.Context, state *checkpoint.State) error {
	n := len(state.Plans)
	if n == 0 || c.Pinned.Under == nil || state.Committed() == state.Plans[n-1].Batch {
		return nil
	}
	p := state.Plans[n-1]
	if again, there := c.readRerun(); there && again.Batch == p.Batch {
		if again.Conf == nil { // nobody has seen a row of it
			return c.writeRerun(rerun{p.Batch, c.Pinned.Conf})
		}
		p.Conf = again.Conf
	}
	if was := c.Pinned.among(p.Conf); was != nil {
		c.Warn.Warn("A batch that was planned under other settings runs again; they stay until the query ends, and its next start "+
			"takes those of the session.", "batch", p.Batch, "settings", was, "session", c.Pinned.Conf)
	}
	return c.under(ctx, &p)
}

// rerun says under which settings a batch runs again whose plan says others: it has
// failed before its sink was told to make the rows visible, so that a user can mend it by
// a setting. It lies in the checkpoint, and counts for the one batch.
type rerun struct {
	Batch int64 `json:"batch"`
	// Conf are the settings; nil before anybody has chosen: those of the next start.
	Conf map[string]string `json:"conf,omitempty"`
}

// rerunFile is its name in the checkpoint.
const rerunFile = "rerun.json"

// readRerun finds it; one that cannot be read counts as none, and the plan holds.
func (c *Config) readRerun() (again rerun, there bool) {
	text, err := c.Checkpoint.FS.ReadFile(path.Join(c.Checkpoint.Dir, rerunFile))
	return again, err == nil && json.Unmarshal(text, &again) == nil
}

func (c *Config) writeRerun(again rerun) error {
	text, err := json.Marshal(again)
	if err != nil {
		return err
	}
	return vfs.Replace(c.Checkpoint.FS, path.Join(c.Checkpoint.Dir, rerunFile), text)
}

// noteUnseen lets the next start choose the settings of a batch of which nobody has seen
// a row. Where that cannot be written the plan's hold.
func (q *Query) noteUnseen() {
	if q.unseen == nil || q.config.Pinned.Under == nil {
		return
	}
	if err := q.config.writeRerun(rerun{Batch: *q.unseen}); err != nil {
		q.config.Warn.Warn("The batch that failed will run again under the settings that it was planned under.", "err", err)
	}
}
