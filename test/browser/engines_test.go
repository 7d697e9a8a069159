package browser

import (
	"bufio"
	"bytes"
	"context"
	"io"
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
	// open goes to an address; began is closed once the page is there.
	open func(t *testing.T, address string, began <-chan struct{})
}

var (
	chromiumEngine = engine{"chromium", "Chrome/", func(t *testing.T, address string, _ <-chan struct{}) { openTab(t).open(address) }}
	firefoxEngine  = engine{"firefox", "Firefox/", openFirefox}
	webKitEngine   = engine{"webkit", "Version/", webKit()}
	// WebKitGTK calls pages isolated, but has no shared memory unless it is told so.
	webKitSharing = engine{"webkit", "Version/", webKit("JSC_useSharedArrayBuffer=1")}
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

func openFirefox(t *testing.T, address string, began <-chan struct{}) {
	t.Helper()
	path := installed(t, "firefox-esr", "firefox-esr")
	home := scratch(t)
	if err := os.WriteFile(filepath.Join(home, "user.js"), []byte(firefoxPrefs), 0o666); err != nil {
		t.Fatal(err)
	}
	launch(t, home, began, func() *exec.Cmd {
		return exec.Command(path, "--headless", "--no-remote", "--profile", home, address)
	})
}

// webKit shows a page in the small browser that comes with WebKitGTK, on a
// screen that nobody sees.
func webKit(env ...string) func(t *testing.T, address string, began <-chan struct{}) {
	return func(t *testing.T, address string, began <-chan struct{}) {
		t.Helper()
		path := installed(t, "webkit2gtk-driver", "/usr/lib/*/webkit2gtk-4.*/MiniBrowser")
		home := scratch(t)
		display := screen(t, installed(t, "xvfb", "Xvfb"), home)
		launch(t, home, began, func() *exec.Cmd {
			cmd := exec.Command(path, "--private", "--geometry=1024x768", address)
			cmd.Env = append(append(os.Environ(), "DISPLAY="+display, "GDK_BACKEND=x11", "NO_AT_BRIDGE=1"), env...)
			return cmd
		})
	}
}

// screen starts an X server and returns its DISPLAY.
func screen(t *testing.T, xvfb, home string) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	up := make(chan struct{})
	launch(t, home, up, func() *exec.Cmd {
		cmd := exec.Command(xvfb, "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
		cmd.ExtraFiles = []*os.File{write}
		return cmd
	})
	read.SetReadDeadline(time.Now().Add(patience))
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatal("Xvfb names no display: ", err)
	}
	close(up)
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

// launch starts a program with a home of its own, and ends it with the test. One
// that ends before began is closed is started once more: it has shown nothing.
func launch(t *testing.T, home string, began <-chan struct{}, command func() *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	ctx, end := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		for try := 1; try <= 2; try++ {
			cmd := command()
			err := runAtHome(ctx, cmd, home, &said)
			if ctx.Err() != nil {
				return
			}
			select {
			case <-began:
				t.Logf("%s has ended: %v", cmd.Path, err)
				return
			default:
				t.Logf("%s has ended before it showed anything, try %d of 2: %v", cmd.Path, try, err)
			}
		}
	}()
	t.Cleanup(func() {
		end()
		<-over
		if t.Failed() {
			t.Logf("a browser said:\n%s", said.String())
		}
	})
}

// runAtHome runs a program until it ends by itself or ctx does.
func runAtHome(ctx context.Context, cmd *exec.Cmd, home string, said io.Writer) error {
	env := cmd.Environ()
	for _, folder := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"} {
		env = append(env, folder+"="+home)
	}
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = said, said
	cmd.WaitDelay = 5 * time.Second // its children may hold the pipe
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
		}
	}()
	return cmd.Wait()
}
