// Package json is the theme of the functions that read and write JSON and CSV in
// a column (Spark's json_funcs and csv_funcs).
//
//	constants ──────────────┐ when a call is resolved: schema, options
//	                        ▼
//	texts ──▶ from_json ──▶ structs, arrays, maps ──▶ to_json ──▶ texts
//	      ──▶ from_csv  ──▶ structs               ──▶ to_csv  ──▶
//	      ──▶ get_json_object, json_tuple, json_array_length, json_object_keys
//	          (a text is taken apart, and a path followed)
//	      ──▶ schema_of_json, schema_of_csv: the DDL of what a text holds
//
// The rules of the formats are those of jsontext and csvtext. A call of from_json
// bears three arguments once it is resolved: the text, and as constants its
// options and the schema, so that two calls that look alike are alike.
package json
