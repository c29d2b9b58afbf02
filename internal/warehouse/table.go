package warehouse

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/datetime"
	"github.com/weirstream/weir/internal/plan"
	"github.com/weirstream/weir/internal/sql"
	"github.com/weirstream/weir/types"
)

// Table is what CREATE TABLE or CREATE VIEW said.
type Table struct {
	Name     string `json:"name"`
	Provider string `json:"provider,omitempty"` // the format; empty for a view
	Location string `json:"location,omitempty"`
	// Managed is set where DROP TABLE removes the files.
	Managed     bool              `json:"managed,omitempty"`
	Schema      *types.Type       `json:"schema,omitempty"`
	PartitionBy []string          `json:"partitionBy,omitempty"`
	Options     map[string]string `json:"options,omitempty"`
	Properties  map[string]string `json:"properties,omitempty"`
	Comment     string            `json:"comment,omitempty"`
	// View is the query of a view, nil for a table.
	View *View `json:"view,omitempty"`
}

// View is a query that is written out wherever its name is read.
type View struct {
	Text string `json:"text"`
	// Columns are the names given to its columns; nil for those of the query.
	Columns []string `json:"columns,omitempty"`
	// Zone is the time zone that the literals of the text are in.
	Zone string `json:"zone,omitempty"`
}

// Read is the relation of a table, or the query of a view.
func (t *Table) Read(o plan.Origin) (plan.Node, error) {
	if t.View != nil {
		return t.View.read(t.Name)
	}
	r := &plan.Read{Origin: o, Format: t.Provider, Options: t.Options, Paths: []string{t.Location}}
	if t.Schema != nil {
		schema := types.NewSchema(t.Schema.Fields...)
		r.Schema = &schema
	}
	return r, nil
}

func (v *View) read(name string) (plan.Node, error) {
	n, err := v.parse()
	if err != nil {
		return nil, err
	}
	qualify(n)
	if len(v.Columns) > 0 {
		n = &plan.SubqueryAlias{Input: n, Name: []string{name}, Columns: v.Columns}
	}
	return n, nil
}

// parse reads the text in its own time zone.
func (v *View) parse() (plan.Node, error) {
	zone, err := datetime.LoadZone(v.Zone)
	if err != nil {
		return nil, err
	}
	return sql.Parser{Zone: zone}.ParseQuery(v.Text)
}

// Kind is the type of a table in Spark's words.
func (t *Table) Kind() string {
	switch {
	case t.View != nil:
		return "VIEW"
	case t.Managed:
		return "MANAGED"
	}
	return "EXTERNAL"
}

// Text is the statement that would make the table or view.
func (t *Table) Text() string {
	var b strings.Builder
	if t.View != nil {
		fmt.Fprintf(&b, "CREATE VIEW default.%s (\n", t.Name)
	} else {
		fmt.Fprintf(&b, "CREATE TABLE spark_catalog.default.%s (\n", t.Name)
	}
	for i, f := range t.Schema.Fields {
		b.WriteString("  " + f.Name)
		if t.View == nil {
			b.WriteString(" " + f.Type.SQL())
		}
		if comment, _ := f.Metadata["comment"].(string); comment != "" {
			b.WriteString(" COMMENT " + quoted(comment))
		}
		b.WriteString(map[bool]string{true: ")\n", false: ",\n"}[i == len(t.Schema.Fields)-1])
	}
	if t.View == nil {
		b.WriteString("USING " + t.Provider + "\n")
	}
	writeMap(&b, "OPTIONS", t.Options)
	if len(t.PartitionBy) > 0 {
		b.WriteString("PARTITIONED BY (" + strings.Join(t.PartitionBy, ", ") + ")\n")
	}
	if t.Comment != "" {
		b.WriteString("COMMENT " + quoted(t.Comment) + "\n")
	}
	if t.View == nil && !t.Managed {
		b.WriteString("LOCATION " + quoted(t.Location) + "\n")
	}
	writeMap(&b, "TBLPROPERTIES", t.Properties)
	if t.View != nil {
		b.WriteString("WITH SCHEMA COMPENSATION\nAS " + t.View.Text + "\n")
	}
	return b.String()
}

func quoted(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
}

func writeMap(b *strings.Builder, clause string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, "  "+quoted(k)+" = "+quoted(m[k]))
	}
	b.WriteString(clause + " (\n" + strings.Join(parts, ",\n") + ")\n")
}

// Details are what DESCRIBE EXTENDED tells: pairs of a name and a value.
func (t *Table) Details() [][2]string {
	list := [][2]string{{"Catalog", "spark_catalog"}, {"Database", "default"}, {"Table", t.Name}, {"Type", t.Kind()}}
	add := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	add("Provider", t.Provider)
	add("Comment", t.Comment)
	if t.View != nil {
		add("View Text", t.View.Text)
	}
	add("Location", t.Location)
	if len(t.Properties) > 0 {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(t.Properties)) {
			parts = append(parts, k+"="+t.Properties[k])
		}
		add("Table Properties", "["+strings.Join(parts, ", ")+"]")
	}
	return list
}
