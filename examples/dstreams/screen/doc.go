// Package screen stands for the terminal of a program that runs for ever: tests of the
// examples let one print to it until a text has come.
//
//	program ──▶ Screen ──▶ Came is closed when the text is there ──▶ the test stops the program
package screen
