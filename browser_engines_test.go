package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An engine is a browser that can show the page. Only Chromium can be driven
// by the harness; of the others no more is asked than to go to an address.
type engine struct {
	name  string
	agent string // what only its User-Agent has
	open  func(t *testing.T, address string)
}

var (
	chromiumEngine = engine{"chromium", "Chrome/", func(t *testing.T, address string) { openTab(t).open(address) }}
	firefoxEngine  = engine{"firefox", "Firefox/", openFirefox}
	webKitEngine   = engine{"webkit", "Version/", func(t *testing.T, address string) { openWebKit(t, address) }}
	// WebKitGTK calls pages isolated, but has no shared memory unless it is told so.
	webKitSharing = engine{"webkit", "Version/", func(t *testing.T, address string) { openWebKit(t, address, "JSC_useSharedArrayBuffer=1") }}
)

// firefoxPrefs keep the browser quiet. It has too many services to name, so
// everything but loopback is sent to a proxy that is not there.
const firefoxPrefs = `
user_pref("network.proxy.type", 1);
user_pref("network.proxy.http", "127.0.0.1");
user_pref("network.proxy.http_port", 9);
user_pref("network.proxy.ssl", "127.0.0.1");
user_pref("network.proxy.ssl_port", 9);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("app.update.auto", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.enabled", false);
`

func openFirefox(t *testing.T, address string) {
	t.Helper()
	path := installed(t, "firefox-esr", "firefox-esr")
	home := scratch(t)
	if err := os.WriteFile(filepath.Join(home, "user.js"), []byte(firefoxPrefs), 0o666); err != nil {
		t.Fatal(err)
	}
	launch(t, exec.Command(path, "--headless", "--no-remote", "--profile", home, address), home)
}

// openWebKit shows the page in the small browser that comes with WebKitGTK, on
// a screen that nobody sees.
func openWebKit(t *testing.T, address string, env ...string) {
	t.Helper()
	path := installed(t, "webkit2gtk-driver", "/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
	xvfb := installed(t, "xvfb", "Xvfb")
	home := scratch(t)
	cmd := exec.Command(path, "--private", "--geometry=1024x768", address)
	cmd.Env = append(append(os.Environ(), "DISPLAY="+screen(t, xvfb, home), "GDK_BACKEND=x11", "NO_AT_BRIDGE=1"), env...)
	launch(t, cmd, home)
}

// screen starts an X server and returns its DISPLAY.
func screen(t *testing.T, xvfb, home string) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	launch(t, cmd, home)
	write.Close()
	number, err := bufio.NewReader(read).ReadString('\n') // ends with the server if that fails
	if err != nil {
		t.Fatal("Xvfb names no display: ", err)
	}
	return ":" + strings.TrimSpace(number)
}

// scratch is a folder for the files of a browser. A browser's children may
// write while they end, so unlike t.TempDir it does not insist on going.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tintype-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// launch starts a program with a home of its own, and ends it with the test.
func launch(t *testing.T, cmd *exec.Cmd, home string) {
	t.Helper()
	env := cmd.Environ()
	for _, folder := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"} {
		env = append(env, fmt.Sprintf("%s=%s", folder, home))
	}
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = 5 * time.Second // its children may hold the pipe
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(5*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		kill.Stop()
		if t.Failed() {
			t.Logf("%s:\n%s", cmd.Path, said.String())
		}
	})
}
