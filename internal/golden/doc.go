// Package golden runs tests whose commands and expected answers are text.
//
// A golden file is a list of cases. A case is a command line, the lines of its
// input, a line of four dashes, and the answer, which ends at the first empty
// line:
//
//	# A comment stands before a case.          trigger available=5   command, arguments
//	trigger available=5                        more input            input, any number of lines
//	----                                       ----                  the border
//	offsets/0 <- 5                             offsets/0 <- 5        the answer
//	run batch 0 over [0,5)
//	                                           an empty line ends the case
//
// An answer that itself holds an empty line stands between two double borders:
//
//	show
//	----
//	----
//	first paragraph
//
//	second paragraph
//	----
//	----
//
// The test gives a function from a [Case] to its answer; [Run] compares. With
// the flag -update the file is written anew with the answers that came, and is
// then reviewed as a diff: a golden file is blessed by reading, not by
// running. Comments and the order of the cases stay as they are.
//
// The package is used by tests only.
package golden
