package connect

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/weirstream/weir/internal/fault"
	"github.com/weirstream/weir/internal/sparkpb"
)

// defaults are the settings that clients ask for and weir has no use of, with Spark's
// defaults. Plans are taken as they are: a threshold below zero keeps clients from
// packing them.
var defaults = map[string]string{
	"spark.connect.session.planCompression.threshold":                 "-1",
	"spark.connect.session.planCompression.defaultAlgorithm":          "NONE",
	"spark.python.sql.dataFrameDebugging.enabled":                     "true",
	"spark.sql.timestampType":                                         "TIMESTAMP_LTZ",
	"spark.sql.session.localRelationCacheThreshold":                   "1048576",
	"spark.sql.session.localRelationSizeLimit":                        "3221225472",
	"spark.sql.session.localRelationChunkSizeRows":                    "10000",
	"spark.sql.session.localRelationChunkSizeBytes":                   "16777216",
	"spark.sql.session.localRelationBatchOfChunksSizeBytes":           "1073741824",
	"spark.sql.execution.arrow.maxRecordsPerBatch":                    "10000",
	"spark.sql.execution.arrow.pyspark.selfDestruct.enabled":          "false",
	"spark.sql.execution.arrow.useLargeVarTypes":                      "false",
	"spark.sql.execution.pandas.convertToArrowArraySafely":            "false",
	"spark.sql.execution.pandas.inferPandasDictAsMap":                 "false",
	"spark.sql.execution.pandas.structHandlingMode":                   "legacy",
	"spark.sql.execution.pyspark.binaryAsBytes":                       "true",
	"spark.sql.pyspark.inferNestedDictAsStruct.enabled":               "false",
	"spark.sql.pyspark.jvmStacktrace.enabled":                         "false",
	"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled": "false",
	"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled":      "false",
	"spark.sql.connect.serverStacktrace.enabled":                      "true",
	"spark.sql.repl.eagerEval.enabled":                                "false",
	"spark.sql.repl.eagerEval.maxNumRows":                             "20",
	"spark.sql.repl.eagerEval.truncate":                               "20",
	"spark.sql.caseSensitive":                                         "false",
	"spark.sql.artifact.isolation.enabled":                            "true",
}

// get is a setting: weir's, one that the client set, or a default.
func (c *session) get(key string) (string, bool) {
	if v, ok := c.weir.Get(key); ok {
		return v, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.conf[key]; ok {
		return v, true
	}
	v, ok := defaults[key]
	return v, ok
}

func (c *session) set(key, value string) error {
	if _, ok := c.weir.Get(key); ok {
		return c.weir.Set(key, value)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conf[key] = value
	return nil
}

// config asks for settings or changes them.
func (s *Server) config(_ context.Context, q *sparkpb.ConfigRequest) (*sparkpb.ConfigResponse, error) {
	c, err := s.session(q.SessionID)
	if err != nil {
		return nil, c.fail(err)
	}
	a := &sparkpb.ConfigResponse{SessionID: c.id, ServerSideSessionID: c.server}
	if q.Operation == nil {
		return nil, c.fail(fault.New(fault.UnsupportedFeature, "a request for settings says nothing"))
	}
	a.Pairs, err = c.configure(q.Operation)
	return a, c.fail(err)
}

func (c *session) configure(op *sparkpb.ConfigOperation) ([]*sparkpb.KeyValue, error) {
	var out []*sparkpb.KeyValue
	add := func(key, value string, there bool) {
		pair := &sparkpb.KeyValue{Key: key}
		if there {
			pair.Value = &value
		}
		out = append(out, pair)
	}
	switch {
	case op.Set != nil:
		for _, p := range op.Set.Pairs {
			if p.Value == nil {
				continue
			}
			silent := op.Set.Silent != nil && *op.Set.Silent
			if err := c.set(p.Key, *p.Value); err != nil && !silent {
				return nil, err
			}
		}
	case op.Get != nil:
		for _, key := range op.Get.Keys {
			v, ok := c.get(key)
			if !ok {
				return nil, fault.New(fault.ConfNotFound, "there is no setting %s", key).With("sqlConf", `"`+key+`"`)
			}
			add(key, v, true)
		}
	case op.GetWithDefault != nil:
		for _, p := range op.GetWithDefault.Pairs {
			v, ok := c.get(p.Key)
			if !ok && p.Value != nil {
				v, ok = *p.Value, true
			}
			add(p.Key, v, ok)
		}
	case op.GetOption != nil:
		for _, key := range op.GetOption.Keys {
			v, ok := c.get(key)
			add(key, v, ok)
		}
	case op.GetAll != nil:
		prefix := ""
		if op.GetAll.Prefix != nil {
			prefix = *op.GetAll.Prefix
		}
		for _, key := range c.keys() {
			if rest, ok := strings.CutPrefix(key, prefix); ok {
				v, there := c.get(key)
				add(rest, v, there)
			}
		}
	case op.Unset != nil:
		c.mu.Lock()
		for _, key := range op.Unset.Keys {
			delete(c.conf, key)
		}
		c.mu.Unlock()
	case op.IsModifiable != nil:
		for _, key := range op.IsModifiable.Keys {
			modifiable := "false"
			if strings.HasPrefix(key, "spark.sql.") {
				modifiable = "true"
			}
			add(key, modifiable, true)
		}
	}
	return out, nil
}

func (c *session) keys() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := maps.Clone(defaults)
	maps.Copy(all, c.conf)
	return slices.Sorted(maps.Keys(all))
}
