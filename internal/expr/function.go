package expr

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirstream/weir/internal/batch"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/types"
)

// Function is a scalar function: a row of a theme's table. Exactly one of
// Kernel and Compile is set.
type Function struct {
	// Name is the name in lower case, as users write it, or an operator.
	Name string
	// Resolve checks the arguments, casts them to what the kernel takes, and
	// says what comes out.
	Resolve func(r *Resolver, args []Expr) (Resolution, error)
	// Kernel makes the loop for resolved arguments.
	Kernel func(c *Call, env *Env) (Kernel, error)
	// Compile makes the evaluation where arguments must be evaluated by need,
	// as in CASE.
	Compile func(c *Call, args []Eval, env *Env) (Eval, error)
	// Together, if not nil, compiles several calls over the same first argument
	// whose work can be shared; it gives nil where it cannot. The first Eval is
	// evaluated before the others, and all of them over the same rows.
	Together func(calls []*Call, first Eval, env *Env) []Eval
	// NullSafe marks a function that looks at null arguments itself. All others
	// give null where an argument is null, and their kernel is not shown such
	// rows, unless it is Total.
	NullSafe bool
	// Total marks a kernel that cannot fail, so that it may run over null rows
	// and rows that nobody selected, densely.
	Total bool
	// Lambda, if not nil, marks a higher-order function: it gives the parameters
	// of the lambda function that is argument k, of which the arguments before it
	// and those that are no lambda functions are resolved; nil stands for others.
	Lambda func(r *Resolver, args []Expr, k int) ([]types.Field, error)
	// Volatile marks a function whose value is not fixed by its arguments. It
	// is not folded.
	Volatile bool
	// Present marks a volatile function whose value is the batch's: its calls with
	// equal arguments are equal.
	Present bool
}

// Resolution is what Resolve has found.
type Resolution struct {
	// Args are the arguments, with casts where needed.
	Args     []Expr
	Type     types.Type
	Nullable bool
	// Text is the column's name; empty for name(args).
	Text string
}

// Kernel computes out from args for the rows that sel lists, nil meaning rows 0
// to rows-1. out has been resized to rows; its nulls are already set where the
// function is not NullSafe. Arguments may be constants ([batch.Column.Const]).
type Kernel func(out *batch.Column, args []*batch.Column, rows int, sel []int32) error

// Aggregate is an aggregate function: a row of a theme's table.
type Aggregate struct {
	Name string
	// Resolve is as for a Function.
	Resolve func(r *Resolver, args []Expr) (Resolution, error)
	// Partial are the types of the columns that hold a group's state.
	Partial func(c *AggregateCall) []types.Type
	// New makes an accumulator.
	New func(c *AggregateCall, env *Env) (Accumulator, error)
	// Ordered says that it takes WITHIN GROUP (ORDER BY …); the keys stand behind
	// its arguments, as SortOrders.
	Ordered bool
	// ZeroIfEmpty says that a group without rows has a value (count: 0).
	ZeroIfEmpty bool
}

// Accumulator holds the states of all groups of one aggregate function.
// Groups are numbered from 0. It belongs to one goroutine. It keeps nothing of
// the batches it is given: strings are copied.
type Accumulator interface {
	// Reset makes the groups from ≤ g < to empty; groups up to to exist
	// afterwards.
	Reset(from, to int)
	// Update adds rows: groups[k] is the group of the k-th selected row, which
	// is row sel[k] of args, or row k where sel is nil. Arguments may be
	// constants.
	Update(groups []int32, args []*batch.Column, sel []int32) error
	// Merge adds states that Save gave: as Update, with state columns.
	Merge(groups []int32, partial []*batch.Column, sel []int32) error
	// Save appends the states of these groups to columns of the types that
	// Partial gives. Strings in them are views, good until the next Update,
	// Merge or Reset.
	Save(groups []int32, partial []*batch.Column) error
	// Result appends the values of these groups to out, likewise.
	Result(groups []int32, out *batch.Column) error
}

// LoneSaver is an ability of an [Accumulator] whose state of a single row is known without
// keeping it: SaveRows appends what Save gives of new groups with one of the rows each, in
// which strings are views of args.
type LoneSaver interface {
	SaveRows(args []*batch.Column, rows []int32, partial []*batch.Column) error
}

// Sized is an ability of an [Accumulator] whose groups' states differ in what they take:
// Bytes is the memory of all of them, without arrays of as many elements as there are groups.
type Sized interface{ Bytes() int }

// Generator is a function that gives several rows for one.
type Generator struct {
	Name string
	// Resolve checks and casts the arguments and gives the columns that come
	// out.
	Resolve func(r *Resolver, args []Expr) ([]Expr, []types.Field, error)
	// New makes the loop.
	New func(c *GeneratorCall, env *Env) (Generate, error)
}

// Generate appends to out the rows that come of the rows that sel lists (nil:
// all), and to parents, for each of them, the physical row it came of. With
// outer a row that gives nothing gives one row of nulls. It returns parents.
type Generate func(out []*batch.Column, args []*batch.Column, rows int, sel []int32, outer bool,
	parents []int32) ([]int32, error)

// Resolver is what functions may know when they are resolved.
type Resolver struct {
	// ANSI says that overflow, division by zero and bad casts are errors.
	ANSI bool
	// Location is the session's time zone; nil is UTC.
	Location *time.Location
	// apart says that texts have no type in common with others.
	apart bool
}

// Env is what a compiled expression knows of the batch that runs. The query
// sets Now before each batch.
type Env struct {
	// ANSI is the session's mode.
	ANSI bool
	// Location is the session's time zone; nil is UTC.
	Location *time.Location
	// Now is the batch's time in microseconds since the epoch: the value of
	// current_timestamp (S29: fixed within a batch).
	Now int64
	// User is the name for current_user.
	User string
	// Chance is what functions of chance draw from.
	Chance Chance
	// Memory is how many bytes the session may use; 0 is no limit.
	Memory int64
}

// room is what one call may make of one batch where the session has no limit: as much
// as offsets of 32 bits reach over with any element.
const room = 1 << 30

// Room is how many bytes a call may make of one batch of rows: what one row asks for,
// as repeat('x', 2000000000) does, must not take all memory from the others.
func (e *Env) Room() int64 {
	if e == nil || e.Memory <= 0 {
		return room
	}
	return min(room, e.Memory)
}

// TooLarge is the error for a call that would make more than there is room for.
func TooLarge(name string, bytes, most int64) error {
	return fault.New(fault.TooLarge, "%s would make %d bytes of one batch of rows; %d is the most: "+
		"ask for less, or raise spark.weir.memory where that is set", name, bytes, most).With("functionName", "`"+name+"`")
}

// Zone is the time zone, never nil.
func (e *Env) Zone() *time.Location {
	if e.Location == nil {
		return time.UTC
	}
	return e.Location
}

// Registry finds functions by name. It is made once and not changed afterwards.
type Registry struct {
	scalars    map[string]*Function
	aggregates map[string]*Aggregate
	generators map[string]*Generator
	windows    map[string]*WindowFunction
	own        map[string]bool // the names of the user's, see [Registry.With]
}

// NewRegistry is an empty registry.
func NewRegistry() *Registry {
	return &Registry{
		scalars:    make(map[string]*Function),
		aggregates: make(map[string]*Aggregate),
		generators: make(map[string]*Generator),
		windows:    make(map[string]*WindowFunction),
	}
}

// Add adds a theme's scalar functions. A name that is there already is a
// programmer's error.
func (r *Registry) Add(fns ...*Function) {
	for _, f := range fns {
		if r.scalars[f.Name] != nil {
			panic("expr: function " + f.Name + " stands in two tables") // a programmer's error
		}
		r.scalars[f.Name] = f
	}
}

// AddAggregates adds aggregate functions.
func (r *Registry) AddAggregates(fns ...*Aggregate) {
	for _, f := range fns {
		r.aggregates[f.Name] = f
	}
}

// AddGenerators adds generators.
func (r *Registry) AddGenerators(fns ...*Generator) {
	for _, f := range fns {
		r.generators[f.Name] = f
	}
}

// Alias makes further names for functions that are there.
func (r *Registry) Alias(name string, aliases ...string) {
	for _, a := range aliases {
		if f := r.scalars[name]; f != nil {
			r.scalars[a] = f
		}
		if f := r.aggregates[name]; f != nil {
			r.aggregates[a] = f
		}
		if f := r.generators[name]; f != nil {
			r.generators[a] = f
		}
	}
}

// Scalar is the scalar function of that name, without regard to case, or nil.
func (r *Registry) Scalar(name string) *Function { return r.scalars[strings.ToLower(name)] }

// Aggregate is the aggregate function of that name, or nil.
func (r *Registry) Aggregate(name string) *Aggregate { return r.aggregates[strings.ToLower(name)] }

// Generator is the generator of that name, or nil.
func (r *Registry) Generator(name string) *Generator { return r.generators[strings.ToLower(name)] }

// Names are all names, sorted.
func (r *Registry) Names() []string {
	names := slices.Collect(maps.Keys(r.scalars))
	names = slices.AppendSeq(names, maps.Keys(r.aggregates))
	names = slices.AppendSeq(names, maps.Keys(r.generators))
	names = slices.AppendSeq(names, maps.Keys(r.windows))
	slices.Sort(names)
	return slices.Compact(names)
}
