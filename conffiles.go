package weir

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// fileConf are the settings about files.
type fileConf struct {
	// options stand in for those not given: see connector.Env.
	options map[string]string
	// format is that of reads and writes which name none; empty for Parquet.
	format string
}

// fileKeys are the settings about files by Spark's names. Each stands for an option of
// formats, of one only where its name begins with the format's.
var fileKeys = map[string]confKey{
	"spark.sql.files.ignoreCorruptFiles":                     optionKey("false", isBool, "ignoreCorruptFiles"),
	"spark.sql.files.ignoreMissingFiles":                     optionKey("false", isBool, "ignoreMissingFiles"),
	"spark.sql.files.maxRecordsPerFile":                      optionKey("0", isNumber, "maxRecordsPerFile"),
	"spark.sql.sources.partitionOverwriteMode":               optionKey("STATIC", isOneOf("STATIC", "DYNAMIC"), "partitionOverwriteMode"),
	"spark.sql.sources.partitionColumnTypeInference.enabled": optionKey("true", isBool, "partitionColumnTypeInference"),
	"spark.sql.parquet.mergeSchema":                          optionKey("false", isBool, "parquet.mergeSchema"),
	"spark.sql.parquet.compression.codec":                    optionKey("snappy", isWord, "parquet.compression"),
	"spark.sql.avro.compression.codec":                       optionKey("snappy", isWord, "avro.compression"),
	"spark.sql.columnNameOfCorruptRecord":                    optionKey("_corrupt_record", isWord, "json.columnNameOfCorruptRecord", "csv.columnNameOfCorruptRecord"),
	"spark.sql.sources.default": {
		get: func(c *conf) string { return c.defaultFormat() },
		set: func(c *conf, v string) error { c.files.format = strings.ToLower(v); return isWord(v) },
	},
}

// optionKey is a setting that stands for options.
func optionKey(fallback string, check func(string) error, options ...string) confKey {
	return confKey{
		get: func(c *conf) string {
			if v, ok := c.files.options[options[0]]; ok {
				return v
			}
			return fallback
		},
		set: func(c *conf, v string) error {
			if err := check(v); err != nil {
				return err
			}
			all := maps.Clone(c.files.options) // queries that run keep theirs
			if all == nil {
				all = make(map[string]string)
			}
			for _, o := range options {
				all[o] = v
			}
			c.files.options = all
			return nil
		},
	}
}

func isBool(v string) error {
	if !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false") {
		return fmt.Errorf("it must be true or false")
	}
	return nil
}

func isNumber(v string) error {
	if _, err := strconv.ParseInt(v, 10, 64); err != nil {
		return fmt.Errorf("it must be a whole number")
	}
	return nil
}

func isWord(v string) error {
	if v == "" {
		return fmt.Errorf("it must not be empty")
	}
	return nil
}

func isOneOf(words ...string) func(string) error {
	return func(v string) error {
		for _, w := range words {
			if strings.EqualFold(w, v) {
				return nil
			}
		}
		return fmt.Errorf("it must be one of %s", strings.Join(words, ", "))
	}
}

// defaultFormat is that of reads and writes which name none.
func (c *conf) defaultFormat() string {
	if c.files.format == "" {
		return "parquet"
	}
	return c.files.format
}

func (s *Session) defaultFormat() string {
	c := s.settings()
	return c.defaultFormat()
}
