//go:build !js

package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// A Tab is the one page of a headless Chromium of its own, with an empty
// profile, that is told from here where to go and what to run. It reaches
// loopback only.
type Tab struct {
	ctx    context.Context
	page   *Tab // that a frame is in
	stop   []func()
	second error // see Second

	// patience is how long one command may take; 0 is no limit.
	patience time.Duration
}

// flags keep the browser quiet and off the network.
var flags = []string{
	"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
}

// startLimit is how long a browser may take to come up.
const startLimit = 3 * time.Minute

// OpenTab starts a browser, which ends by itself when limit has passed; 0 is no
// limit. One that does not come up has shown no page yet: it is started once
// more, without the sandbox that not every machine allows.
func OpenTab(limit time.Duration) (*Tab, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, errors.New("no chromium on this machine: install Debian's package chromium")
	}
	t, first := start(program, limit)
	if first == nil {
		return t, nil
	}
	if t, err = start(program, limit, chromedp.NoSandbox); err != nil {
		return nil, fmt.Errorf("Chromium does not start: %w; without its sandbox: %w", first, err)
	}
	t.second = first
	return t, nil
}

// Second is why the browser was started a second time, nil if it was not.
func (t *Tab) Second() error { return t.second }

// start starts a browser. The default options do without /dev/shm, and as root
// without a sandbox.
func start(program string, limit time.Duration, more ...chromedp.ExecAllocatorOption) (*Tab, error) {
	profile, err := os.MkdirTemp("", "tintype-profile")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.UserDataDir(profile),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	for _, flag := range flags {
		options = append(options, chromedp.Flag(flag, true))
	}
	t := &Tab{ctx: context.Background(), stop: []func(){func() { os.RemoveAll(profile) }}}
	if limit > 0 {
		t.until(context.WithTimeout(t.ctx, limit))
	}
	t.until(chromedp.NewExecAllocator(t.ctx, append(options, more...)...))
	return t, t.begin()
}

// until puts the tab under another context.
func (t *Tab) until(ctx context.Context, stop context.CancelFunc) {
	t.ctx = ctx
	t.stop = append(t.stop, stop)
}

// begin opens an empty page, or closes the tab. Workers are not attached to: a
// service worker that is looked at as by a debugger counts as at work for
// minutes, and does not give way to a new version.
func (t *Tab) begin() error {
	t.until(chromedp.NewContext(t.ctx))
	late := time.AfterFunc(startLimit, t.stop[len(t.stop)-1])
	defer late.Stop()
	err := t.Go("about:blank")
	if err == nil {
		_, err = tell(t, target.SetAutoAttach, target.SetAutoAttachParams{})
	}
	if err != nil {
		t.Close()
	}
	return err
}

// Beside opens another tab of the same browser. Closing it leaves this one open.
func (t *Tab) Beside() (*Tab, error) {
	other := &Tab{ctx: t.ctx}
	return other, other.begin()
}

// Close ends the browser.
func (t *Tab) Close() {
	for i := len(t.stop) - 1; i >= 0; i-- {
		t.stop[i]()
	}
}

// run has the browser do one thing, within t.patience.
func run[T any](t *Tab, action chromedp.Action[T]) (T, error) {
	ctx := t.ctx
	if t.patience > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, t.patience)
		defer stop()
	}
	return chromedp.Run(ctx, action)
}

// tell gives the browser a command of its protocol.
func tell[P, R any](t *Tab, command cdp.Command[P, R], params P) (R, error) {
	return run(t, func(ctx context.Context, to *chromedp.Target) (R, error) {
		return cdp.Call(ctx, to, command, params)
	})
}

// Go opens an address and waits until it is loaded.
func (t *Tab) Go(address string) error {
	_, err := run(t, chromedp.Navigate(address))
	return err
}

// Before has a script run ahead of every page's own.
func (t *Tab) Before(script string) error {
	_, err := tell(t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	return err
}

// Prefer sets what the visitor prefers, for example ("prefers-color-scheme", "dark").
func (t *Tab) Prefer(feature, value string) error {
	_, err := tell(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
	return err
}

// medium sets what the page is shown on: "print", "screen".
func (t *Tab) medium(name string) error {
	_, err := tell(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
	return err
}

// Screenshot is a PNG of the whole page, a frame's of the page that it is in.
func (t *Tab) Screenshot() ([]byte, error) {
	if t.page != nil {
		t = t.page
	}
	return run(t, chromedp.FullScreenshot(100))
}

// Frame is the page's first sandboxed frame, which has a process of its own, as
// a tab. Closing it leaves the page open.
func (t *Tab) Frame() (*Tab, error) {
	targets, err := chromedp.Targets(t.ctx)
	if err != nil {
		return nil, err
	}
	for _, to := range targets {
		if to.Type == "iframe" {
			ctx, stop := chromedp.NewContext(t.ctx, chromedp.WithTargetID(to.TargetID), chromedp.WithDetachOnCancel())
			return &Tab{ctx: ctx, page: t, stop: []func(){stop}}, nil
		}
	}
	return nil, errors.New("the page has no sandboxed frame")
}

// Eval runs JavaScript in the page and returns its value; a promise is waited for.
func Eval[T any](t *Tab, script string) (T, error) {
	return run(t, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// Until waits for a script to say true. A page that is being left answers with
// an error, which counts only when the time is over.
func (t *Tab) Until(script string, limit time.Duration) error {
	var err error
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var is bool
		if is, err = Eval[bool](t, script); is {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("not within %s: %s", limit, script), err)
}
