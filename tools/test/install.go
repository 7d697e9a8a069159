package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
)

// machine is a program that some tests need and a Debian package that has it.
type machine struct {
	program, debian, what string
}

var machines = []machine{
	{"node", "nodejs", "the WebAssembly tests"},
	{"chromium", "chromium", "the tests of the page in a browser"},
}

// ensureMachines installs what is missing where that is possible, and returns
// a sentence for each program that is still missing.
func ensureMachines(out io.Writer) (missing []string) {
	updated := false
	for _, m := range machines {
		if _, err := exec.LookPath(m.program); err == nil {
			continue
		}
		if reason := cannotInstall(); reason != "" {
			missing = append(missing, fmt.Sprintf("no %s: %s did not run (%s)", m.program, m.what, reason))
			continue
		}
		fmt.Fprintf(out, "installing Debian's %s for %s\n", m.debian, m.what)
		if !updated {
			updated = true
			// A stale list still installs most of the time: the install below decides.
			_ = aptGet(out, "update")
		}
		if err := aptGet(out, "install", "-y", "--no-install-recommends", m.debian); err != nil {
			missing = append(missing, fmt.Sprintf("no %s: %s did not run (apt-get install %s: %v)", m.program, m.what, m.debian, err))
		}
	}
	return missing
}

func cannotInstall() string {
	if os.Geteuid() != 0 {
		return "not root, so it cannot be installed here"
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "no apt-get to install it with"
	}
	return ""
}

func aptGet(out io.Writer, args ...string) error {
	cmd := exec.Command("apt-get", append([]string{"-q"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stderr = out
	return cmd.Run()
}
