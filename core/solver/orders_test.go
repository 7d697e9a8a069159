package solver_test

import (
	"math"
	"os"
	"strings"
	"testing"

	"tintype/internal/oracle"
)

// Observed orders on the mixture: the slope of the error over each of the last two halvings of the step, from noise and
// from an exact history. A multistep solver that begins with an Euler step has order 2 in the end whatever its own, and
// is on its way there at these steps.
func TestObservedOrders(t *testing.T) {
	o := oracle.NewOrders()
	for _, s := range oracle.Deterministic() {
		for name, grid := range map[string]oracle.Grid{"exponential": oracle.Exponential, "karras": oracle.Karras} {
			for _, history := range []int{0, s.History} {
				least := s.Order
				if history == 0 {
					least = s.Self
				}
				last := 0.0
				for n := 128; n <= 512; n *= 2 {
					err, e := o.Error(s.Sampler, grid, n*max(s.Group, 1), history)
					if e != nil {
						t.Fatal(e)
					}
					if slope := math.Log2(last / err); last > 0 && !(slope > least-0.25 && slope < s.Order+0.6) {
						t.Errorf("%s on %s levels with a history of %d has order %.2f at n=%d, want %v",
							s.Name, name, history, slope, n, least)
					}
					last = err
				}
			}
		}
	}
}

// The error constants: what each solver is off by in 16 steps, as `go run ./tools/bench -orders` prints it.
func TestErrorConstants(t *testing.T) {
	const file = "testdata/orders.txt"
	o := oracle.NewOrders()
	got := []string{oracle.Header}
	for _, s := range oracle.Deterministic() {
		row, err := o.Row(s)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, row)
	}
	text := strings.Join(got, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("got\n%swant\n%s", text, want)
	}
}
