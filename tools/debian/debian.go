// Package debian installs Debian packages that only tests use, where that is
// possible: as root, with apt-get.
package debian

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// A mirror may be busy for a moment: every package gets so many tries, each
// after a pause and with new lists.
const (
	tries = 3
	pause = 5 * time.Second
)

// Install has apt-get install packages, and tells out when it tries again.
func Install(out io.Writer, packages ...string) error {
	if os.Geteuid() != 0 {
		return errors.New("not root, so it cannot be installed here")
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return errors.New("no apt-get to install it with")
	}
	return install(out, aptGet, pause, packages)
}

func install(out io.Writer, apt func(args ...string) error, pause time.Duration, packages []string) error {
	for try := 1; ; try++ {
		// Stale lists still install most of the time: the install decides.
		stale := apt("update")
		err := apt(append([]string{"install", "-y", "--no-install-recommends"}, packages...)...)
		if err == nil {
			return nil
		}
		err = errors.Join(stale, err)
		if try == tries {
			return fmt.Errorf("%d tries: %w", tries, err)
		}
		fmt.Fprintf(out, "%v is not installed, try %d of %d: %v\n", packages, try, tries, err)
		time.Sleep(pause)
	}
}

// aptGet waits for another apt-get to end instead of failing beside it. Its
// error has the last lines that it printed.
func aptGet(args ...string) error {
	cmd := exec.Command("apt-get", append([]string{"-q", "-o", "DPkg::Lock::Timeout=300"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	printed, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(printed)), "\n")
	return fmt.Errorf("apt-get %s: %w: %s", args[0], err, strings.Join(lines[max(0, len(lines)-5):], "; "))
}
