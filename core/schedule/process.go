package schedule

import (
	"fmt"
	"math"
	"sort"

	"tintype/core/limits"
)

// Process is a forward process with Gaussian marginals: the levels it can be at.
type Process interface {
	// AtTime is the level at the model's time t; a t outside the process is moved to its nearest end.
	AtTime(t float64) Level
	// AtLambda is the level with the given lambda. Its time is held to the ends of the process, its rates are not.
	AtLambda(lambda float64) Level
	// Range gives the noisiest and the cleanest level.
	Range() (hi, lo Level)
}

// Stepped is a process that was trained at Steps discrete times, 0 the cleanest.
type Stepped interface {
	Process
	Steps() int
}

// VPDiscrete is the variance-preserving process in discrete steps of DDPM (J. Ho et al., arXiv 2006.11239, eq. 4):
//
//	ᾱ_t = Π_{i<=t} (1-β_i);  A_t = √ᾱ_t, S_t = √(1-ᾱ_t)
//
// Between steps, log Sigma (and so lambda) is interpolated linearly in t: at small t a linear Sigma would be off by
// 1.5 %. Where the last step has no signal at all, A is interpolated linearly in the last interval instead.
type VPDiscrete struct {
	levels []Level
	lambda []float64 // descending, one per level
	betas  []float64
}

// NewVPDiscrete makes the process of a table of betas, each in (0, 1); the last may be 1: a process with zero
// terminal signal-to-noise ratio.
func NewVPDiscrete(betas []float64) (*VPDiscrete, error) {
	if len(betas) == 0 || len(betas) > limits.Steps {
		return nil, fmt.Errorf("schedule: betas: %d values, expected 1 to %d", len(betas), limits.Steps)
	}
	for i, b := range betas {
		if !(b > 0 && (b < 1 || b == 1 && i == len(betas)-1)) {
			return nil, fmt.Errorf("schedule: beta %d is %v, expected a number between 0 and 1", i, b)
		}
	}
	p := &VPDiscrete{levels: make([]Level, len(betas)), lambda: make([]float64, len(betas)),
		betas: append([]float64(nil), betas...)}
	signal, noise := 1.0, 0.0 // ᾱ and 1-ᾱ; the latter by its own recursion, so that small t lose no digits
	for i, b := range betas {
		noise = b + float64((1-b)*noise)
		signal = float64(signal * (1 - b))
		p.levels[i] = Level{T: float64(i), A: math.Sqrt(signal), S: math.Sqrt(noise)}
		p.lambda[i] = p.levels[i].Lambda()
		if i > 0 && !(p.lambda[i] < p.lambda[i-1]) {
			return nil, fmt.Errorf("schedule: beta %d is %v: too small to add noise", i, b)
		}
	}
	return p, nil
}

// Steps is the number of trained steps.
func (p *VPDiscrete) Steps() int { return len(p.levels) }

// Range gives the levels of the last and of the first step.
func (p *VPDiscrete) Range() (hi, lo Level) { return p.levels[len(p.levels)-1], p.levels[0] }

// AtTime is the level at step t, interpolated where t is fractional.
func (p *VPDiscrete) AtTime(t float64) Level {
	last := len(p.levels) - 1
	switch {
	case !(t > 0):
		return p.levels[0]
	case t >= float64(last):
		return p.levels[last]
	}
	i := int(t)
	f := t - float64(i)
	if f == 0 {
		return p.levels[i]
	}
	if math.IsInf(p.lambda[i+1], -1) {
		a := float64(p.levels[i].A * (1 - f))
		return Level{T: t, A: a, S: math.Sqrt(1 - float64(a*a))}
	}
	return atLambda(t, float64(p.lambda[i]*(1-f))+float64(p.lambda[i+1]*f))
}

// AtLambda is the level with the given lambda, its time interpolated as AtTime does.
func (p *VPDiscrete) AtLambda(lambda float64) Level {
	l := atLambda(0, lambda)
	i := sort.Search(len(p.lambda), func(i int) bool { return p.lambda[i] <= lambda })
	switch {
	case i == 0:
		return l
	case i == len(p.lambda):
		l.T = float64(i - 1)
	case math.IsInf(p.lambda[i], -1):
		l.T = float64(i) - l.A/p.levels[i-1].A
	default:
		l.T = float64(i) - (lambda-p.lambda[i])/(p.lambda[i-1]-p.lambda[i])
	}
	return l
}

// Drift is that of a variance-preserving process whose lambda falls linearly between steps: f = λ'·S², g² = -2·f.
func (p *VPDiscrete) Drift(t float64) (f, g2 float64) {
	i := min(max(int(t), 0), len(p.lambda)-2)
	if i < 0 {
		return 0, 0 // a single step does not move
	}
	l := p.AtTime(t)
	f = float64(float64(l.S*l.S) * (p.lambda[i+1] - p.lambda[i]))
	return f, -2 * f
}

// Until leaves only the steps whose lambda is at least the given one: the same process, begun later.
func (p *VPDiscrete) Until(lambda float64) (*VPDiscrete, error) {
	n := sort.Search(len(p.lambda), func(i int) bool { return p.lambda[i] < lambda })
	if n == 0 {
		return nil, fmt.Errorf("schedule: no step has a lambda of at least %v", lambda)
	}
	return &VPDiscrete{p.levels[:n], p.lambda[:n], p.betas[:n]}, nil
}
