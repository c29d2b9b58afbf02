package weir

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/weirstream/weir/functions"
	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/types"
)

// show runs SHOW TABLES, VIEWS, FUNCTIONS and COLUMNS; the others are [Session.showMore].
func (s *Session) show(ctx context.Context, c *plan.Show) (*DataFrame, error) {
	matches := pattern(c.Pattern)
	var list []Row
	switch c.What {
	case "tables", "views":
		return s.showRelations(c, matches)
	case "functions":
		known := s.library.Known()
		for _, name := range known.Names() {
			if matches(name) && (!c.User || known.Own(name)) {
				list = append(list, Row{name})
			}
		}
		return s.CreateDataFrame(list, "function STRING"), nil
	case "columns":
	default:
		return s.showMore(ctx, c)
	}
	schema, err := s.frame(&plan.Read{Origin: c.Origin, Table: c.Name}, nil).Schema(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range schema.Fields {
		list = append(list, Row{f.Name})
	}
	return s.CreateDataFrame(list, "col_name STRING"), nil
}

// pattern is the test of LIKE in SHOW: names with * for anything and | between
// alternatives, without regard to case.
func pattern(text string) func(name string) bool {
	if text == "" {
		return func(string) bool { return true }
	}
	parts := strings.Split(text, "|")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(p)), `\*`, ".*")
	}
	re := regexp.MustCompile("(?is)^(" + strings.Join(parts, "|") + ")$")
	return re.MatchString
}

// describe runs DESCRIBE of a table, a query or a function.
func (s *Session) describe(ctx context.Context, c *plan.Describe) (*DataFrame, error) {
	switch c.What {
	case "function":
		return s.describeFunction(c)
	case "database":
		return s.describeDatabase(c)
	}
	n := c.Query
	if n == nil {
		n = &plan.Read{Origin: c.Origin, Table: c.Name}
	}
	schema, err := s.frame(n, nil).Schema(ctx)
	if err != nil {
		return nil, err
	}
	if len(c.Column) > 0 {
		return s.describeColumn(c, schema)
	}
	var list, partitions []Row
	d, err := s.tables.Find(c.Name)
	if err != nil {
		return nil, err
	}
	if d != nil && d.View != nil {
		schema = types.NewSchema(d.Schema.Fields...) // with the comments of CREATE VIEW
	}
	for _, f := range schema.Fields {
		comment, _ := f.Metadata["comment"].(string)
		row := Row{f.Name, f.Type.String(), nil}
		if comment != "" {
			row[2] = comment
		}
		list = append(list, row)
		if d != nil && slices.ContainsFunc(d.PartitionBy, func(p string) bool { return strings.EqualFold(p, f.Name) }) {
			partitions = append(partitions, row)
		}
	}
	if len(partitions) > 0 {
		list = append(list, Row{"# Partition Information", "", ""}, Row{"# col_name", "data_type", "comment"})
		list = append(list, partitions...)
	}
	if c.Extended && d != nil {
		list = append(list, Row{"", "", ""}, Row{"# Detailed Table Information", "", ""})
		for _, pair := range d.Details() {
			list = append(list, Row{pair[0], pair[1], ""})
		}
	}
	return s.CreateDataFrame(list, "col_name STRING, data_type STRING, comment STRING"), nil
}

// describeFunction tells of what kind a function is.
func (s *Session) describeFunction(c *plan.Describe) (*DataFrame, error) {
	name := strings.ToLower(c.Name[len(c.Name)-1])
	r, kind := s.library.Known(), ""
	switch {
	case r.Aggregate(name) != nil:
		kind = "aggregate function"
	case r.Window(name) != nil:
		kind = "window function"
	case r.Scalar(name) != nil:
		kind = "scalar function"
	case r.Generator(name) != nil:
		kind = "generator"
	default:
		return nil, fault.New(fault.UnresolvedRoutine, "there is no function `%s`", name).With("routineName", "`"+name+"`").Locate(c.At)
	}
	usage, example := functions.Help(name)
	if usage == "" {
		usage = name + "(…)"
	}
	list := []Row{{"Function: " + name}, {"Class: " + kind}, {"Usage: " + usage}}
	if example != "" {
		list = append(list, Row{"Example: " + example})
	}
	return s.CreateDataFrame(list, "function_desc STRING"), nil
}

// explain runs EXPLAIN: the plan that runs, or, EXTENDED, the plan at each step.
func (s *Session) explain(ctx context.Context, c *plan.Explain) (*DataFrame, error) {
	n := c.Statement.Query
	switch inner := c.Statement.Command.(type) {
	case *plan.CreateStreamingTable:
		n = inner.Query
	case *plan.InsertInto:
		n = inner.Query
	case *plan.CreateTable:
		n = inner.Query
	}
	if n == nil {
		return nil, fault.New(fault.UnsupportedFeature, "EXPLAIN explains queries").Locate(c.At)
	}
	mode := ExplainSimple
	if c.Mode != "" {
		mode = ExplainMode(c.Mode)
	}
	text, err := s.frame(n, nil).Explain(ctx, mode)
	if err != nil {
		return nil, err
	}
	return s.CreateDataFrame([]Row{{text}}, "plan STRING"), nil
}
