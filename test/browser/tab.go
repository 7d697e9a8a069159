//go:build !js

package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A Tab is the one page of a headless Chromium of its own, with an empty
// profile, that is told from here where to go and what to run. It reaches
// loopback only.
type Tab struct {
	ctx  context.Context
	page *Tab // that a frame is in
	stop []func()
}

// OpenTab starts a browser, which ends by itself when limit has passed.
func OpenTab(limit time.Duration) (*Tab, error) {
	if _, err := exec.LookPath("chromium"); err != nil {
		return nil, errors.New("no chromium on this machine: install Debian's package chromium")
	}
	profile, err := os.MkdirTemp("", "tintype-profile")
	if err != nil {
		return nil, err
	}
	t := &Tab{stop: []func(){func() { os.RemoveAll(profile) }}}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.UserDataDir(profile),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.stop = append(t.stop, stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.stop = append(t.stop, stop)
	t.ctx, stop = chromedp.NewContext(ctx)
	t.stop = append(t.stop, stop)
	if err := t.Go("about:blank"); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// Close ends the browser.
func (t *Tab) Close() {
	for i := len(t.stop) - 1; i >= 0; i-- {
		t.stop[i]()
	}
}

// Go opens an address and waits until it is loaded.
func (t *Tab) Go(address string) error {
	return chromedp.Do(t.ctx, chromedp.Navigate(address))
}

// Before has a script run ahead of every page's own.
func (t *Tab) Before(script string) error {
	_, err := chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	return err
}

// Prefer sets what the visitor prefers, for example ("prefers-color-scheme", "dark").
func (t *Tab) Prefer(feature, value string) error {
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
	})
	return err
}

// Screenshot is a PNG of the whole page, a frame's of the page that it is in.
func (t *Tab) Screenshot() ([]byte, error) {
	if t.page != nil {
		t = t.page
	}
	return chromedp.Run(t.ctx, chromedp.FullScreenshot(100))
}

// Frame is the page's first sandboxed frame, which has a process of its own, as
// a tab. Closing it leaves the page open.
func (t *Tab) Frame() (*Tab, error) {
	targets, err := chromedp.Targets(t.ctx)
	if err != nil {
		return nil, err
	}
	for _, target := range targets {
		if target.Type == "iframe" {
			ctx, stop := chromedp.NewContext(t.ctx, chromedp.WithTargetID(target.TargetID), chromedp.WithDetachOnCancel())
			return &Tab{ctx: ctx, page: t, stop: []func(){stop}}, nil
		}
	}
	return nil, errors.New("the page has no sandboxed frame")
}

// Eval runs JavaScript in the page and returns its value; a promise is waited for.
func Eval[T any](t *Tab, script string) (T, error) {
	return chromedp.Run(t.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
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
