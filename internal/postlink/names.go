package postlink

import (
	"bytes"
	"strings"
)

// shortenNames leaves those names of functions that are read: in a trace those of the program's own, as it shows them,
// without type arguments; and those that Go's runtime looks at, which are kept as they are. Like the rest of what is
// dropped they become zeros where they stand, and a function without a name is left out of traces.
func (t table) shortenNames(kept map[uint32]bool) {
	names := t.image[t.names:t.units]
	for at := 0; at < len(names); {
		end := bytes.IndexByte(names[at:], 0)
		if end < 0 {
			return
		}
		if name := names[at:][:end]; !kept[uint32(at)] {
			n := copy(name, t.shownName(string(name)))
			clear(name[n:])
		}
		at += end + 1
	}
}

// shownName is what is left of a function's name.
func (l *layout) shownName(name string) string {
	for _, read := range l.readNames {
		if name == read {
			return name
		}
	}
	if !strings.HasPrefix(name, "main.") && !strings.HasPrefix(name, "tintype/") {
		return ""
	}
	// As the runtime shortens it (traceback.go, funcNameForPrint): the last bracket may be far behind the first.
	from, to := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if from < 0 || to-from < len("...") {
		return name
	}
	return name[:from] + "[...]" + name[to+1:]
}
