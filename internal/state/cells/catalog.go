package cells

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/stateful"
	"github.com/weirstream/weir/types"
)

// Catalog says which variables an operator has, by all its runs, and what their
// values have looked like (S149). All partitions share it; after [Catalog.Check] it
// does not change.
type Catalog struct {
	// Operator is the operator's name, Number its place in the query.
	Operator string
	Number   int
	// Config is the time mode, or the kind of timeout.
	Config string

	declared map[string]stateful.Variable // by this run
	deleted  map[string]bool
	record   record
	changed  bool
}

// record is the catalog as it lies in the journal.
type record struct {
	Config    string              `json:"config"`
	Variables map[string]*history `json:"variables"`
}

// history is one variable.
type history struct {
	Kind string `json:"kind"`
	Key  string `json:"key,omitempty"`
	// Values are the schemas as Spark's JSON, by number.
	Values  []string `json:"values"`
	schemas []types.Schema
}

// maxEvolutions is how many schemas a variable may have, as in Spark.
const maxEvolutions = 16

// NewCatalog is the catalog of an operator that has declared nothing yet.
func NewCatalog(operator string, number int, config string) *Catalog {
	return &Catalog{Operator: operator, Number: number, Config: config,
		declared: map[string]stateful.Variable{}, deleted: map[string]bool{},
		record: record{Config: config, Variables: map[string]*history{}}}
}

// declare makes a variable known. Every partition declares the same.
func (c *Catalog) declare(v stateful.Variable) error {
	if other, ok := c.declared[v.Name]; ok {
		if other.Kind != v.Kind || !other.Key.Equal(v.Key) || !other.Value.Equal(v.Value) || other.TTL != v.TTL {
			return fault.New(fault.IllegalState, "the state variable %s is not the same in all partitions", v.Name)
		}
		return nil
	}
	c.declared[v.Name] = v
	c.record.Variables[v.Name] = newHistory(v)
	return nil
}

func newHistory(v stateful.Variable) *history {
	h := &history{Kind: v.Kind.String(), Values: []string{v.Value.JSON()}, schemas: []types.Schema{v.Value}}
	if v.Kind == stateful.MapKind {
		h.Key = v.Key.JSON()
	}
	return h
}

// forget notes that a variable of former runs is to go.
func (c *Catalog) forget(name string) { c.deleted[name] = true }

// forgotten says which variables of former runs are to go; nil: none.
func (c *Catalog) forgotten() func(name string) bool {
	if len(c.deleted) == 0 {
		return nil
	}
	return func(name string) bool { return c.deleted[name] }
}

// Schemas are those that the values of a variable have had, by number, the present
// one last.
func (c *Catalog) Schemas(name string) []types.Schema {
	if h := c.record.Variables[name]; h != nil {
		return h.schemas
	}
	return nil
}

// note is the name of an operator's catalog among the notes of the journal.
func (c *Catalog) note() string { return "variables/" + strconv.Itoa(c.Number) }

// Note is what the journal is to know, and under which name; nil where it knows it
// already.
func (c *Catalog) Note() (name string, text []byte) {
	if !c.changed {
		return c.note(), nil
	}
	c.changed = false
	text, err := json.Marshal(c.record)
	if err != nil {
		panic("cells: a catalog without JSON: " + err.Error()) // a programmer's error
	}
	return c.note(), text
}

// Check compares what this run has declared with what the notes of a checkpoint
// know. fresh: no batch has been committed, and they do not count.
func (c *Catalog) Check(notes map[string][]byte, fresh bool) error {
	text := notes[c.note()]
	if fresh || len(text) == 0 {
		c.changed = true
		return nil
	}
	var old record
	if err := json.Unmarshal(text, &old); err != nil {
		return fault.New(fault.StateLoad, "the list of state variables of operator %d (%s) cannot be read", c.Number, c.Operator).Wrap(err)
	}
	if old.Config != c.Config {
		name := "timeMode"
		if c.Operator != TransformName {
			name = "timeoutConf"
		}
		return fault.New(fault.StateConfigChange, "operator %d (%s) has the %s %s, but its checkpoint was made with %s. "+
			"Run the query as it was, or give the changed query a new checkpoint location", c.Number, c.Operator, name, c.Config, old.Config).
			With("configName", name).With("oldConfig", old.Config).With("newConfig", c.Config)
	}
	for _, name := range slices.Sorted(maps.Keys(old.Variables)) {
		h := old.Variables[name]
		if err := h.parse(); err != nil {
			return fault.New(fault.StateLoad, "the state variable %s of operator %d (%s) cannot be read", name, c.Number, c.Operator).Wrap(err)
		}
		if err := c.evolve(name, h); err != nil {
			return err
		}
	}
	c.changed = c.changed || len(c.record.Variables) != len(old.Variables)
	return nil
}

func (h *history) parse() error {
	for _, text := range h.Values {
		s, err := types.ParseSchemaJSON(text)
		if err != nil {
			return err
		}
		h.schemas = append(h.schemas, s)
	}
	return nil
}

// evolve brings what a variable was and what it is now together.
func (c *Catalog) evolve(name string, h *history) error {
	v, declared := c.declared[name]
	if !declared {
		if c.deleted[name] {
			c.changed = true
		} else {
			c.record.Variables[name] = h // kept, in case it comes back
		}
		return nil
	}
	fresh := newHistory(v)
	const remedy = "Run the query as it was, or give the changed query a new checkpoint location"
	switch {
	case fresh.Kind != h.Kind:
		return fault.New(fault.StateVariableType, "the state variable %s of operator %d (%s) is now a %s; its checkpoint has it as a %s. %s",
			name, c.Number, c.Operator, fresh.Kind, h.Kind, remedy).
			With("stateVarName", name).With("newType", fresh.Kind).With("oldType", h.Kind)
	case fresh.Key != h.Key:
		return fault.New(fault.StateKeySchema, "the keys of the state variable %s of operator %d (%s) are now %s; its checkpoint has %s. %s",
			name, c.Number, c.Operator, fresh.Key, h.Key, remedy).With("storedKeySchema", h.Key).With("newKeySchema", fresh.Key)
	case fresh.Values[0] == h.Values[len(h.Values)-1]:
		c.record.Variables[name] = h
		return nil
	case len(h.Values) >= maxEvolutions:
		return fault.New(fault.TooManyEvolutions, "the state variable %s of operator %d (%s) has had %d types already, which is the most. %s",
			name, c.Number, c.Operator, len(h.Values), remedy).
			With("numSchemaEvolutions", strconv.Itoa(len(h.Values))).With("maxSchemaEvolutions", strconv.Itoa(maxEvolutions)).
			With("colFamilyName", name)
	}
	for _, old := range h.schemas {
		if problem := evolves(old.AsStruct(), v.Value.AsStruct(), ""); problem != "" {
			return fault.New(fault.StateValueEvolution, "the type of the state variable %s of operator %d (%s) cannot become %s from %s: %s. %s",
				name, c.Number, c.Operator, v.Value.AsStruct(), old.AsStruct(), problem, remedy).
				With("oldValueSchema", old.AsStruct().String()).With("newValueSchema", v.Value.AsStruct().String())
		}
	}
	h.Values, h.schemas = append(h.Values, fresh.Values[0]), append(h.schemas, v.Value)
	c.record.Variables[name] = h
	c.changed = true
	return nil
}

// TransformName and GroupName are Spark's names of the operators (S193b).
const (
	TransformName = "transformWithStateExec"
	GroupName     = "flatMapGroupsWithState"
)
