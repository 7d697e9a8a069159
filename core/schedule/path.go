package schedule

import (
	"fmt"
	"math"
)

// Costs is a table of what each step of a sampler costs, usually its term of the bound on the log-likelihood:
// L[t·(Steps+1)+s] is the cost of the step from place t to place s < t, where place 0 is the clean picture and place
// t > 0 is the trained time t·k-1, for k trained steps to each of the table's.
//
// D. Watson et al., Learning to efficiently sample from diffusion probabilistic models, arXiv 2106.03802, section 3.
type Costs struct {
	Steps int
	L     []float64
}

// maxCosts is the most places of a table: its square is held in memory.
const maxCosts = 4096

// best is the path from the last place to place 0 in n steps whose costs have the least sum, without place 0, and
// that sum. A cost that is not a finite number forbids its step.
func (c *Costs) best(n int) (places []int, sum float64, err error) {
	m := c.Steps + 1
	if c.Steps < 1 || m > maxCosts || len(c.L) != m*m {
		return nil, 0, gridError("give a square table", "%d costs of %d steps", len(c.L), c.Steps)
	}
	if n < 1 || n > c.Steps {
		return nil, 0, gridError(fmt.Sprintf("use 1 to %d", c.Steps), "%d steps through a table of %d", n, c.Steps)
	}
	// best[t] is the least sum from t to 0 in k steps, next[k][t] the first place of that path.
	best, before := make([]float64, m), make([]float64, m)
	next := make([]int16, (n+1)*m)
	for t := range best {
		best[t] = math.Inf(1)
	}
	best[0] = 0
	for k := 1; k <= n; k++ {
		best, before = before, best
		best[0] = math.Inf(1)
		for t := 1; t < m; t++ {
			least, at := math.Inf(1), 0
			for s, rest := range before[:t] {
				if v := c.L[t*m+s] + rest; v < least && v > math.Inf(-1) {
					least, at = v, s
				}
			}
			best[t], next[k*m+t] = least, int16(at)
		}
	}
	if math.IsInf(best[c.Steps], 1) {
		return nil, 0, gridError("use more steps", "no path of %d steps has finite costs", n)
	}
	t := c.Steps
	for k := n; k > 0; k-- {
		places = append(places, t)
		t = int(next[k*m+t])
	}
	return places, best[c.Steps], nil
}

func bestPath(a *ask) ([]float64, error) {
	c := a.given.Costs
	if c == nil || c.Steps < 1 || a.steps%c.Steps != 0 {
		return nil, gridError("use another grid", "the checkpoint has no table of costs for the trained steps")
	}
	places, _, err := c.best(a.n)
	if err != nil {
		return nil, err
	}
	times := make([]float64, len(places))
	for i, t := range places {
		times[i] = float64(t*(a.steps/c.Steps) - 1)
	}
	return times, nil
}
