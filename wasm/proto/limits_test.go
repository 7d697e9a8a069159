package proto_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"tintype/core/guidance"
	"tintype/core/pipeline"
	"tintype/wasm/proto"
)

var update = flag.Bool("update", false, "write site/limits.js anew")

// TestLimitsScript: the element and the interface for scripts know the limits that the program has.
func TestLimitsScript(t *testing.T) {
	const path = "../../site/limits.js"
	want := fmt.Sprintf(`// Written by "go test ./wasm/proto -update": what the program allows, whatever the model.
export const version = %d; // of the protocol
export const limits = {
  count: { min: 1, max: %d, whole: true },
  steps: { min: 1, max: %d, whole: true },
  guidance: { min: 0, max: %d },
  rescale: { min: 0, max: 1 },
  classify: { min: 0, max: %d },
};
`, proto.Version, proto.MaxCount, proto.MaxSteps, guidance.MaxScale, pipeline.MaxClassifier)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s: %v, it holds\n%s\nwant\n%s", path, err, got, want)
	}
}
