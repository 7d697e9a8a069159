package pipeline

import (
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/tape"
)

// Foresight runs a compiled solver on data whose ideal denoiser is known, and says how much of what it makes will be noise.
// It costs no call of the network: the data are single values, of pictures in -1..1.
//
//	a Gaussian of variance v:  D = A·v/(A²·v + S²)·x
//	the two points ±c:         D = c·tanh(A·c·x/S²)
//
// Four things are looked at, each a share of noise of 0 to 1:
//
//   - What becomes of errors. A network's estimates of the Gaussian are off by 0.0115, each by an error of its own. What of
//     them is in the end has the variance e, and the share is e/(e + d²), d being the width of the detail it hides. Methods
//     that extrapolate over too long a step multiply errors by tens and more.
//   - Whether the noise falls as the levels say. Of a picture without any detail, v = 0, x has nothing but noise, and the
//     share is 1 - S²/variance of x at the last evaluation: what Langevin steps have left too much of.
//   - Whether x stays where noisy data are: a network knows no other x. Of a Gaussian as wide as the data the share is
//     1 - 4·(A²·v + S²)/variance of x, at the evaluation where it is worst.
//   - Whether the two points are reached: the mean square of |x| - c beside c², less that of an ideal solver.
//
// Noises and errors stay apart: each is a direction of its own in a run over N values, as long as √N, so that |x|²/N is the
// variance of what comes out, without a draw.
//
// Solvers that find their own steps watch their own error, and what a checkpoint itself must tell cannot be foreseen: both
// give 0.

const (
	detailWidth = 0.1  // standard deviation of the difference of neighbours
	fineWidth   = 0.03 // and of where little happens
	pointsAt    = 0.5  // c, and the standard deviation of data
	mostWide    = 4    // the variance of x beside that of noisy data, where nothing is said yet

	errorPower = detailWidth * detailWidth / 75 // of an estimate's error
)

const (
	mostApart  = 256 // what is older has faded when its direction is taken again
	pointDraws = 64
)

// foresee is the share of noise that the program will end with, 0 to 1.
func foresee(p tape.Program) float64 {
	compiled, ok := p.(*tape.Tape)
	if !ok || compiled.NFE == 0 {
		return 0
	}
	noises := 1
	for i := range compiled.Ops {
		switch compiled.Ops[i].Kind {
		case tape.OpNoise:
			noises++
		case tape.OpSecond, tape.OpApply, tape.OpJump:
			return 0
		}
	}
	share := 0.0
	for _, width := range [2]float64{detailWidth, fineWidth} {
		den := &erring{gaussian: gaussian{v: width * width}}
		e := errorPower * meanSquare(follow(compiled, den, still, min(compiled.NFE, mostApart)))
		share = max(share, noiseShare(e, detailWidth*detailWidth))
	}
	wide := &gaussian{v: pointsAt * pointsAt}
	follow(compiled, wide, apart, min(noises, mostApart))
	share = max(share, noiseShare(wide.worst-mostWide, mostWide))
	flat := &gaussian{}
	follow(compiled, flat, apart, min(noises, mostApart))
	s := flat.last.S
	share = max(share, noiseShare(flat.seen-float64(s*s), float64(s*s)))
	got := follow(compiled, points{}, anyNoise, pointDraws)
	return max(share, distance(got)-distance(ideal(flat.last)))
}

// noiseShare is that of a variance beside what should be there. Infinities and what is no number are all noise.
func noiseShare(noise, rest float64) float64 {
	if share := noise / (noise + rest); share <= 1 {
		return share
	}
	return 1
}

// follow runs the tape over n values to what it ends with; a denoiser that keeps no state may be used again.
func follow(t *tape.Tape, den denoise.Denoiser, noise tape.Noise, n int) []float32 {
	r := t.Start(tape.Env{Denoiser: den, Noise: noise, Shape: tape.Shape{N: 1, H: 1, W: n, C: 1}}, n)
	if g, ok := den.(*gaussian); ok { // its own marginal, not that of unit-variance data
		l, x := t.Levels[0], r.X()
		scale := float32(math.Sqrt(g.marginal(l) / (float64(l.A*l.A) + float64(l.S*l.S))))
		for i := range x {
			x[i] = scale * x[i]
		}
	}
	for {
		if done, err := r.Step(); done || err != nil {
			return r.X()
		}
	}
}

// still is no noise, apart a direction of its own for each, anyNoise what any run has.
func still(dst []float32, _ uint32) { clear(dst) }

func apart(dst []float32, key uint32) {
	clear(dst)
	dst[int(key)%len(dst)] = float32(math.Sqrt(float64(len(dst))))
}

func anyNoise(dst []float32, key uint32) { rng.Normal(dst, 0, key, 0) }

func meanSquare(x []float32) (sum float64) {
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum / float64(len(x))
}

// gaussian is the ideal denoiser of Gaussian data. It notes where it was last asked, the mean square of x there, and the
// most that it ever was beside the marginal.
type gaussian struct {
	v           float64
	last        schedule.Level
	seen, worst float64
}

// marginal is the variance of noisy data.
func (g *gaussian) marginal(l schedule.Level) float64 {
	return float64(float64(l.A*l.A)*g.v) + float64(l.S*l.S)
}

func (g *gaussian) Denoise(dst, x []float32, l schedule.Level) error {
	m := g.marginal(l)
	gain := float32(float64(l.A*g.v) / m)
	for i, v := range x {
		dst[i] = gain * v
	}
	g.last, g.seen = l, meanSquare(x)
	if !(g.seen <= g.worst*m) { // a NaN is the worst
		g.worst = g.seen / m
	}
	return nil
}

// erring is one whose estimates are off, by 1.
type erring struct {
	gaussian
	calls uint32
}

func (e *erring) Denoise(dst, x []float32, l schedule.Level) error {
	err := e.gaussian.Denoise(dst, x, l)
	dst[int(e.calls)%len(dst)] += float32(math.Sqrt(float64(len(dst))))
	e.calls++
	return err
}

// points is the ideal denoiser of the two points.
type points struct{}

func (points) Denoise(dst, x []float32, l schedule.Level) error {
	k := 2 * float64(l.A*pointsAt) / float64(l.S*l.S)
	for i, v := range x {
		// tanh y = 1 - 2/(e^2y + 1)
		dst[i] = float32(pointsAt * (1 - 2/(exact.Exp(min(k*float64(v), 700))+1)))
	}
	return nil
}

// ideal are the values that an ideal solver makes of the two points by a last evaluation at l.
func ideal(l schedule.Level) []float32 {
	x, d := make([]float32, pointDraws), make([]float32, pointDraws)
	anyNoise(x, 0)
	for i := range x {
		x[i] = float32(l.A*pointsAt) + float32(float32(l.S)*x[i])
	}
	_ = points{}.Denoise(d, x, l)
	return d
}

// distance is how far values lie from the two points, in power, beside c².
func distance(x []float32) (sum float64) {
	for _, v := range x {
		d := math.Abs(float64(v))/pointsAt - 1
		sum += float64(d * d)
	}
	return sum / float64(len(x))
}
