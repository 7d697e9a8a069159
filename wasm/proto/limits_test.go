package proto_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"tintype/core/limits"
	"tintype/wasm/proto"
)

var update = flag.Bool("update", false, "write the limits into the site's files anew")

// TestLimits: the element, the interface for scripts, the page's controls and the threads know the limits that the program has.
func TestLimits(t *testing.T) {
	script := fmt.Sprintf(`// Written by "go test ./wasm/proto -update": what the program allows, whatever the model.
export const version = %d; // of the protocol
export const limits = {
  count: { min: 1, max: %d, whole: true },
  steps: { min: 1, max: %d, whole: true },
  guidance: { min: 0, max: %d },
  rescale: { min: 0, max: %d },
  classify: { min: 0, max: %d },
};
`, proto.Version, limits.PagePictures, limits.PageSteps, limits.Guidance, limits.Rescale, limits.Classifier)
	current(t, "../../site/limits.js", func(string) string { return script })
	current(t, "../../site/threads.js", func(text string) string { return set(t, text, `\bLIMIT: (\d+),`, limits.Threads) })
	current(t, "../../site/index.html", func(text string) string {
		for id, most := range map[string]int{
			"count": limits.PagePictures, "steps": limits.PageSteps, "budget": limits.PageSeconds, "guidance": limits.Guidance,
			"rescale": limits.Rescale, "classify": limits.Classifier, "vary": limits.Vary, "strength": limits.Strength,
		} {
			text = set(t, text, `<input id="`+id+`" type="number" min="[\d.]+" max="(\d+)"`, most)
		}
		return text
	})
}

// set puts a number into the one place that the pattern finds.
func set(t *testing.T, text, pattern string, n int) string {
	t.Helper()
	all := regexp.MustCompile(pattern).FindAllStringSubmatchIndex(text, -1)
	if len(all) != 1 {
		t.Fatalf("%d places of %s, want one", len(all), pattern)
	}
	return text[:all[0][2]] + strconv.Itoa(n) + text[all[0][3]:]
}

// current holds a file to what is written of its text, or writes it.
func current(t *testing.T, path string, write func(text string) string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := write(string(got))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if string(got) != want {
		t.Errorf(`%s is not what core/limits says: run "go test ./wasm/proto -update"`, path)
	}
}
