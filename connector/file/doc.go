// Package file reads and writes files: text, JSON, CSV, Parquet, Avro, Arrow and whole
// files, as streams and as tables (Spark features S10 and S60).
//
// # Reading a stream
//
// A file is read once, whole, in one batch. Which files a batch reads is written
// to the source's own log before the batch is planned:
//
//	directory ─┐ lister              backlog           the log (connector.Log)
//	glob      ─┼───────▶ new files ─▶ by age or ─▶ admit ─▶ 0: a b ─▶ {"logOffset":0}
//	manifest  ─┘ (seenFiles)         newest first          1: c
//	                                                        │ Plan: cut into parts
//	                                                        ▼
//	                decoder (text, JSON, CSV, Parquet) ─▶ batches, directories as columns
//
// A file is known by its path. [seenFiles] holds the hash of each; neither the
// file's time nor its size is looked at again, so that files of equal time, with
// an old time or renamed into place are found once each. A directory that did
// not change is not read again, and of one that did only new names are looked
// at: see [lister].
//
// Text is read in chunks of whole lines ([lineChunks]); lines are views of the
// chunk until the next batch.
//
// # Writing
//
// The parts of a batch are staged where no reader looks, synced, and renamed into
// place by Commit; then the manifest _spark_metadata/N appears at once and makes
// them one batch. See [Sink] for what a crash at any point leaves, and who is
// fenced. A table is written in the same way without a manifest: see [intent]. Both
// share rows out among the directories of partition columns by the ids of their keys
// ([partWriter]).
//
// Names of files, directories, log lines and manifests are Spark's, so that Spark
// reads what weir wrote and goes on with it, and the other way round.
package file
