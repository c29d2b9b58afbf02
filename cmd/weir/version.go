package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is what the build recorded: the module's version or the revision, and
// Go's.
func version() string {
	v := "development"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			v = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 && v == "development" {
				v += " " + s.Value[:12]
			}
		}
	}
	return fmt.Sprintf("weir %s %s %s/%s", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
