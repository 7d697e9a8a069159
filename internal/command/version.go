package command

import (
	"runtime"
	"runtime/debug"
)

// version says what the program was built from: the module's version, the commit if the build knew it, Go and the
// platform.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown) " + runtime.Version()
	}
	version := info.Main.Version
	if version == "" {
		version = "(devel)"
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if commit != "" {
		version += ", commit " + commit + changed
	}
	return info.Main.Path + " " + version + ", " + info.GoVersion + ", " + runtime.GOOS + "/" + runtime.GOARCH
}
