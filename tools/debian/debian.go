// Package debian installs Debian packages that only tests use, where that is
// possible: as root, with apt-get.
package debian

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// Install has apt-get install packages, and tells out what it does.
func Install(out io.Writer, packages ...string) error {
	if os.Geteuid() != 0 {
		return errors.New("not root, so it cannot be installed here")
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return errors.New("no apt-get to install it with")
	}
	// A stale list still installs most of the time: the install below decides.
	update.Do(func() { _ = aptGet(out, "update") })
	if err := aptGet(out, append([]string{"install", "-y", "--no-install-recommends"}, packages...)...); err != nil {
		return fmt.Errorf("apt-get install %v: %w", packages, err)
	}
	return nil
}

var update sync.Once

func aptGet(out io.Writer, args ...string) error {
	cmd := exec.Command("apt-get", append([]string{"-q"}, args...)...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stderr = out
	return cmd.Run()
}
