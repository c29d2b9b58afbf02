// Package statesource reads the state of a query as tables: the rows of a version,
// what batches changed, the variables of processors, and which operators there are
// (S180-S184).
//
//	journal ─▶ checkpoint.Read ─▶ manifest, deltas ─▶ memstore.Read ─▶ rows ─▶ pile
//
//	statestore       key, value, partition_id
//	  stateVarName   key, value | list_element | user_map_key, user_map_value, partition_id
//	  timers         key, expiration_timestamp_ms, partition_id
//	  change feed    batch_id, change_type, key, value, partition_id
//	state-metadata   operatorId, operatorName, stateStoreName, numPartitions, …
//
// A checkpoint is read as it is at this moment, beside the query that runs on it;
// nothing is locked or changed. A table is read whole when it is opened.
package statesource
