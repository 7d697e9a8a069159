package main

import (
	"fmt"
	"io"
	"os/exec"
	"time"

	"tintype/tools/debian"
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
	{program: "npm", debian: "npm", what: "axe-core, which looks at every state of the page", onlyCI: true},
	{program: "WebKitWebDriver", debian: "webkit2gtk-driver", what: "the pictures in WebKit", onlyCI: true},
	{program: "Xvfb", debian: "xvfb", what: "the pictures in WebKit", onlyCI: true},
	{program: qemu, debian: "qemu-user", what: "the pictures on arm64", onlyCI: true},
}

// ensureMachines installs what is missing where that is possible, and returns
// a sentence for each program that is still missing.
func ensureMachines(out io.Writer, ci bool) (missing []string) {
	for _, m := range machines {
		if _, err := exec.LookPath(m.program); err == nil {
			continue
		}
		if err := m.install(out, ci); err != nil {
			missing = append(missing, fmt.Sprintf("no %s: %s did not run (%v)", m.program, m.what, err))
		}
	}
	return missing
}

func (m machine) install(out io.Writer, ci bool) error {
	if m.onlyCI && !ci {
		return fmt.Errorf("it runs where Debian's %s is installed", m.debian)
	}
	fmt.Fprintf(out, "installing Debian's %s for %s\n", m.debian, m.what)
	return debian.Install(out, m.debian)
}

// fetchModules downloads what go.mod names, with two more tries if a proxy is
// busy. Whether anything is missing is for go test to say.
func fetchModules(out io.Writer) {
	for try := 1; try <= 3; try++ {
		printed, err := exec.Command("go", "mod", "download").CombinedOutput()
		if err == nil {
			return
		}
		fmt.Fprintf(out, "go mod download, try %d of 3: %v: %s", try, err, printed)
		time.Sleep(time.Duration(try) * time.Second)
	}
}
