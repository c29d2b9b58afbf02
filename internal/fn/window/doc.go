// Package window holds the time windows: window, which gives each row the window
// its time falls into, its sliding form, session_window and window_time.
//
//	window(time, width 10 s)                 slide 10 s: one window a row
//	  ├─────────┼─────────┼─────────┤          a struct of start and end
//	  0    3    10      18 20
//
//	window(time, width 10 s, slide 5 s)      several windows a row: a generator,
//	  ├─────────┤                              the latest first
//	       ├─────────┤
//	            ├─────────┤
//
// A window holds its start and not its end. Windows are counted from the start
// argument, which moves them all, so that negative times fall into windows as
// positive ones do (S101).
//
// Resolved, a call has four arguments: the time, and width, slide and start as
// literals of microseconds. The analyzer turns sliding windows into the generator
// of the same name and the same arguments.
package window
