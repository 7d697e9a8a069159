package browser

import "testing"

// The full controls as a reader has them: with a picture, and with what was
// entered and cannot be drawn.
func TestElementScreenshots(t *testing.T) {
	b := openTab(t)
	b.opened(siteServer(t) + "examples/plain.html").event("done")
	press := func() {
		eval[any](b, `document.getElementById("asked").shadowRoot.querySelector("button").click()`)
	}
	b.after(press).event("done")
	for _, c := range []struct {
		name, script, event string
	}{
		{"chosen", `{ const e = document.getElementById("asked"); e.shadowRoot.querySelector("select").value = "bag"; e.shadowRoot.querySelector("[name=guidance]").value = ""; }`, "done"},
		{"refused", `document.getElementById("asked").shadowRoot.querySelector("[name=steps]").value = "0"`, "error"},
	} {
		eval[any](b, c.script)
		b.after(press).event(c.event)
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				b.size(width, 900)
				b.media("prefers-color-scheme", scheme)
				b.screenshot("element-" + c.name + "-" + map[int64]string{1280: "desk", 390: "phone"}[width] + "-" + scheme)
				b.audit("the element, "+c.name+", "+scheme, "document")
			}
		}
	}
}
