//go:build !wasm

package kernel

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// leafMayCall are the functions outside this package that a part may call.
// Those that panic are there for checks that never fail.
var leafMayCall = regexp.MustCompile(`^(runtime\.(morestack(_noctxt)?|goPanic\w+|panic\w+|gopanic|sigpanic|memmove|memclrNoHeapPointers|wasmDiv|wasmTrunc[SU])|simd/internal/bridge\..*|math\.\w+)$`)

// helperStack is half of what a helper has in the browser (wasm/threads).
const helperStack = 32 << 10

// compiled is what the compiler's listing says of one function.
type compiled struct {
	calls    []string
	indirect bool // calls through a pointer too
	frame    int  // bytes of stack
}

// listing compiles this package for the browser and reads the listing.
func listing(t *testing.T, flags ...string) map[string]*compiled {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	build := exec.Command(goTool, append(append([]string{"build"}, flags...), "-gcflags=tintype/core/kernel=-S", "tintype/core/kernel")...)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	out, err := build.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	header := regexp.MustCompile(`^(\S.*?) STEXT .*args=0x([0-9a-f]+) locals=0x([0-9a-f]+)`)
	all := map[string]*compiled{}
	var f *compiled
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		if m := header.FindStringSubmatch(line); m != nil {
			locals, _ := strconv.ParseInt(m[3], 16, 64)
			f = &compiled{frame: int(locals) + 8} // and the return address
			all[m[1]] = f
		}
		if _, callee, ok := strings.Cut(line, "\tCall\t"); ok {
			f.calls = append(f.calls, strings.TrimSuffix(callee, "(SB)"))
		}
		if strings.HasSuffix(line, "\tCallIndirect") {
			f.indirect = true
		}
	}
	return all
}

// TestPartsAreLeaves follows the calls from every job's share and from Part.
func TestPartsAreLeaves(t *testing.T) {
	for _, flags := range [][]string{nil, {"-tags", "purego"}} {
		all := listing(t, flags...)
		jobs := 0
		var depth func(name, path string) int
		depth = func(name, path string) int {
			f := all[name]
			if f == nil {
				if !leafMayCall.MatchString(name) {
					t.Errorf("%v: a part calls %s: %s", flags, name, path)
				}
				return 0
			}
			if strings.Contains(path, name+" < ") {
				t.Errorf("%v: a part calls itself: %s", flags, path)
				return 0
			}
			dispatch := name == "tintype/core/kernel.Part" || strings.Contains(name, "kernel.(*slot[") || name == "tintype/core/kernel.sharer.share"
			if f.indirect && !dispatch {
				t.Errorf("%v: %s calls through a pointer: %s", flags, name, path)
			}
			deepest := 0
			for _, callee := range f.calls {
				deepest = max(deepest, depth(callee, name+" < "+path))
			}
			return f.frame + deepest
		}
		for name := range all {
			if name != "tintype/core/kernel.Part" && !strings.HasSuffix(name, ".share") {
				continue
			}
			jobs++
			if n := depth(name, ""); n > helperStack/4 { // Part, slot, wrapper and job follow each other
				t.Errorf("%v: %s needs %d bytes of stack", flags, name, n)
			}
		}
		if jobs < 10 {
			t.Errorf("%v: only %d jobs found in the compiler's listing", flags, jobs)
		}
	}
}
