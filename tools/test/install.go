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
	onlyCI                bool // large for what a newcomer gets from it: never installed at home
}

var machines = []machine{
	{program: "node", debian: "nodejs", what: "the WebAssembly tests"},
	{program: "chromium", debian: "chromium", what: "the tests of the page in a browser"},
	{program: "firefox-esr", debian: "firefox-esr", what: "the pictures in Firefox", onlyCI: true},
	{program: "WebKitWebDriver", debian: "webkit2gtk-driver", what: "the pictures in WebKit", onlyCI: true},
	{program: "Xvfb", debian: "xvfb", what: "the pictures in WebKit", onlyCI: true},
	{program: qemu, debian: "qemu-user", what: "the pictures on arm64", onlyCI: true},
}

// ensureMachines installs what is missing where that is possible, and returns
// a sentence for each program that is still missing.
func ensureMachines(out io.Writer, ci bool) (missing []string) {
	updated := false
	for _, m := range machines {
		if _, err := exec.LookPath(m.program); err == nil {
			continue
		}
		if reason := m.cannotInstall(ci); reason != "" {
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

func (m machine) cannotInstall(ci bool) string {
	if m.onlyCI && !ci {
		return "it runs where Debian's " + m.debian + " is installed"
	}
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
