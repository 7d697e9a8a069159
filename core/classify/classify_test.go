package classify

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"tintype/core/compile"
	"tintype/core/rng"
	"tintype/core/schedule"
)

var small = Config{InChannels: 2, Channels: []int{4, 8, 8}, Groups: 2, TimeDim: 6, Harmonics: 3, Outputs: 5}

// network is a net of random weights, none of them zero or one.
func network(t *testing.T, c Config) *Net {
	t.Helper()
	n, err := New(c, Random(c, 4))
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range n.Weights() {
		extra := normal(uint64(100+i), len(w.Value))
		for j := range w.Value {
			w.Value[j] += 0.2 * extra[j]
		}
	}
	n.Pack()
	return n
}

func normal(seed uint64, n int) []float32 {
	x := make([]float32, n)
	rng.Normal(x, seed, 0, 0)
	return x
}

func pass(t *testing.T, n *Net, batch, h, w int) *Pass {
	t.Helper()
	p, err := n.Plan(batch, h, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// slope is the derivative of f at *v by differences of fourth order, for values that carry the noise of float32.
func slope(v *float32, f func() float64) float64 {
	const h = 0.03
	at := *v
	shifted := func(by float64) (y float64) {
		*v = at + float32(by)
		return f()
	}
	d := (8*(shifted(h)-shifted(-h)) - (shifted(2*h) - shifted(-2*h))) / (12 * h)
	*v = at
	return d
}

// compare holds a gradient to its differences, 1e-3 of the largest.
func compare(t *testing.T, name string, got []float32, want []float64) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	if largest < 1e-3 {
		t.Errorf("%s: largest difference %v: nothing is tested", name, largest)
	}
	for i, v := range want {
		if !(math.Abs(float64(got[i])-v) <= 1e-3*largest) {
			t.Fatalf("%s[%d] = %v, differences give %v (largest %v)", name, i, got[i], v, largest)
		}
	}
}

// logProbs sums log p of the labels, in float64 from the outputs.
func logProbs(t *testing.T, p *Pass, x []float32, l schedule.Level, labels []int32) (sum float64) {
	out, err := p.Forward(x, l)
	if err != nil {
		t.Fatal(err)
	}
	k := len(out) / len(labels)
	for i, y := range labels {
		sum += logSoftmax(make([]float64, k), out[i*k:][:k], int(y))
	}
	return sum
}

func TestInputGradient(t *testing.T) {
	p := pass(t, network(t, small), 2, 8, 4)
	x, dst, logp := normal(1, 2*8*4*2), make([]float32, 2*8*4*2), make([]float32, 2)
	labels, rows := []int32{3, 0}, normal(2, 10)
	for _, l := range []schedule.Level{schedule.Clean, {A: 0.6, S: 0.8}, {A: 0, S: 1}, {A: 1, S: 1.5}} {
		if err := p.LogProbGrad(dst, logp, x, l, labels); err != nil {
			t.Fatal(err)
		}
		if sum := logProbs(t, p, x, l, labels); math.Abs(float64(logp[0]+logp[1])-sum) > 1e-5 {
			t.Errorf("log p %v, from the outputs %v", logp, sum)
		}
		want := make([]float64, len(x))
		for i := range x {
			want[i] = slope(&x[i], func() float64 { return logProbs(t, p, x, l, labels) })
		}
		compare(t, fmt.Sprintf("log p at %v", l), dst, want)

		dots := make([]float32, 2)
		if err := p.dotGrad(dst, dots, x, l, rows); err != nil {
			t.Fatal(err)
		}
		product := func() (sum float64) {
			out, _ := p.Forward(x, l)
			for i, v := range out {
				sum += float64(v) * float64(rows[i])
			}
			return sum
		}
		if math.Abs(float64(dots[0]+dots[1])-product()) > 1e-5 {
			t.Errorf("f·g is %v, from the outputs %v", dots, product())
		}
		for i := range x {
			want[i] = slope(&x[i], product)
		}
		compare(t, fmt.Sprintf("f·g at %v", l), dst, want)
	}
}

func TestWeightGradients(t *testing.T) {
	n := network(t, small)
	s, err := n.PlanTraining(3, 4, 8)
	if err != nil {
		t.Fatal(err)
	}
	copy(s.X(), normal(5, 3*4*8*2))
	levels, labels := []schedule.Level{schedule.Clean, {A: 0.8, S: 0.6}, {A: 0, S: 1}}, []int32{1, 4, 4}
	step := func() float64 {
		n.Pack()
		loss, _, err := s.Step(levels, labels)
		if err != nil {
			t.Fatal(err)
		}
		return loss
	}
	step()
	grads := map[string][]float32{}
	for _, w := range n.Weights() {
		grads[w.Name] = slices.Clone(w.Grad)
	}
	for _, w := range n.Weights() {
		stride := len(w.Value)/24 + 1
		var got []float32
		var want []float64
		for i := 0; i < len(w.Value); i += stride {
			got = append(got, grads[w.Name][i])
			want = append(want, slope(&w.Value[i], step))
		}
		compare(t, w.Name, got, want)
	}
	n.Pack()
	if a := testing.AllocsPerRun(10, func() { s.Step(levels, labels) }); a != 0 {
		t.Errorf("a training step allocates %v times", a)
	}
}

// The loss is the mean of -log p, and right counts the pictures whose label is the likeliest.
func TestTrainingLoss(t *testing.T) {
	n := network(t, small)
	s, err := n.PlanTraining(2, 4, 4)
	if err != nil {
		t.Fatal(err)
	}
	p := pass(t, n, 2, 4, 4)
	x, l := normal(6, 64), schedule.Level{A: 0.8, S: 0.6}
	copy(s.X(), x)
	out, err := p.Forward(x, l)
	if err != nil {
		t.Fatal(err)
	}
	best := int32(slices.Index(out[:5], slices.Max(out[:5])))
	other := (int32(slices.Index(out[5:], slices.Max(out[5:]))) + 1) % 5
	labels := []int32{best, other}
	want := -logProbs(t, p, x, l, labels) / 2
	loss, right, err := s.Step([]schedule.Level{l, l}, labels)
	if err != nil || right != 1 || math.Abs(loss-want) > 1e-6 {
		t.Errorf("loss %v, %d right, error %v; expected %v and 1", loss, right, err, want)
	}
	if _, _, err := s.Step([]schedule.Level{l}, labels); err == nil {
		t.Error("one level for two pictures passes")
	}
	if _, _, err := s.Step([]schedule.Level{l, l}, []int32{0, 5}); err == nil {
		t.Error("a label that is no class passes")
	}
}

// A process that scales signal and noise alike shows the same picture: log p is the same, the gradient 1/c of it.
func TestScaleOfTheProcessDoesNotMatter(t *testing.T) {
	p := pass(t, network(t, small), 1, 4, 4)
	x, labels := normal(7, 32), []int32{2}
	one, four := make([]float32, 32), make([]float32, 32)
	logp := []float32{0}
	if err := p.LogProbGrad(one, logp, x, schedule.Level{A: 0.6, S: 0.8}, labels); err != nil {
		t.Fatal(err)
	}
	before := logp[0]
	for i := range x {
		x[i] *= 4
	}
	if err := p.LogProbGrad(four, logp, x, schedule.Level{A: 2.4, S: 3.2}, labels); err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(logp[0]-before)) > 1e-6 {
		t.Errorf("log p %v and %v", before, logp[0])
	}
	for i := range one {
		if math.Abs(float64(one[i]-4*four[i])) > 1e-5 {
			t.Fatalf("gradient %v, at four times the scale %v", one[i], four[i])
		}
	}
}

func TestHarmonics(t *testing.T) {
	row := make([]float32, 32)
	for _, phi := range []float64{0, 0.01, 0.7, 1.5, math.Pi / 2} {
		harmonics(row, schedule.Level{A: 3 * math.Cos(phi), S: 3 * math.Sin(phi)})
		for k := range 16 {
			c, s := math.Cos(phi*float64(k+1)), math.Sin(phi*float64(k+1))
			if math.Abs(float64(row[2*k])-c) > 1e-6 || math.Abs(float64(row[2*k+1])-s) > 1e-6 {
				t.Errorf("harmonic %d of %v is %v, %v; expected %v, %v", k+1, phi, row[2*k], row[2*k+1], c, s)
			}
		}
	}
}

// Picture k of a batch is picture k alone, to the bit.
func TestBatchIsItsPictures(t *testing.T) {
	n := network(t, small)
	x, labels, l := normal(8, 3*32), []int32{0, 4, 2}, schedule.Level{A: 0.8, S: 0.6}
	all, one := make([]float32, 3*32), make([]float32, 32)
	if err := pass(t, n, 3, 4, 4).LogProbGrad(all, nil, x, l, labels); err != nil {
		t.Fatal(err)
	}
	p := pass(t, n, 1, 4, 4)
	for i := range 3 {
		if err := p.LogProbGrad(one, nil, x[i*32:][:32], l, labels[i:][:1]); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one, all[i*32:][:32]) {
			t.Errorf("picture %d differs", i)
		}
	}
}

// The gradient has one hash in every build, on every machine.
func TestSameBits(t *testing.T) {
	c := Config{InChannels: 1, Channels: []int{16, 32, 48}, Groups: 8, TimeDim: 24, Harmonics: 8, Outputs: 10}
	n, err := New(c, Random(c, 3))
	if err != nil {
		t.Fatal(err)
	}
	p := pass(t, n, 2, 12, 16)
	x := normal(9, 2*12*16)
	if err := p.LogProbGrad(x, nil, x, schedule.Level{A: 0.8, S: 0.6}, []int32{3, 9}); err != nil {
		t.Fatal(err)
	}
	sum := fnv.New32a()
	for _, v := range x {
		fmt.Fprintf(sum, "%08x", math.Float32bits(v))
	}
	if got := sum.Sum32(); got != 0x44fb6c55 {
		t.Errorf("hash %#08x, expected 0x44fb6c55", got)
	}
}

func TestPassAllocatesNothing(t *testing.T) {
	p := pass(t, network(t, small), 2, 4, 4)
	x, dst, logp, labels := normal(1, 64), make([]float32, 64), make([]float32, 2), []int32{0, 1}
	l := schedule.Level{A: 0.6, S: 0.8}
	if n := testing.AllocsPerRun(10, func() { p.LogProbGrad(dst, logp, x, l, labels) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBetweenEndsThePass(t *testing.T) {
	stop, left := errors.New("stop"), 5
	p, err := network(t, small).Plan(1, 4, 4, func() error {
		if left--; left == 0 {
			return stop
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float32, 32)
	if err := p.LogProbGrad(dst, nil, normal(1, 32), schedule.Clean, []int32{1}); err != stop || left != 0 {
		t.Errorf("error %v, %d left", err, left)
	}
	if err := p.LogProbGrad(dst, nil, normal(1, 32), schedule.Clean, []int32{1}); err != nil {
		t.Errorf("the next pass: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	n := network(t, small)
	p := pass(t, n, 1, 4, 4)
	x, dst := normal(1, 32), make([]float32, 32)
	for name, err := range map[string]error{
		"dst":       p.LogProbGrad(dst[1:], nil, x, schedule.Clean, []int32{0}),
		"x":         p.LogProbGrad(dst, nil, x[1:], schedule.Clean, []int32{0}),
		"labels":    p.LogProbGrad(dst, nil, x, schedule.Clean, nil),
		"label":     p.LogProbGrad(dst, nil, x, schedule.Clean, []int32{5}),
		"negative":  p.LogProbGrad(dst, nil, x, schedule.Clean, []int32{-1}),
		"logp":      p.LogProbGrad(dst, make([]float32, 2), x, schedule.Clean, []int32{0}),
		"rows":      p.dotGrad(dst, nil, x, schedule.Clean, make([]float32, 4)),
		"batch":     planError(n, 0, 4, 4),
		"odd":       planError(n, 1, 6, 4),
		"large":     planError(n, 1, 4, 1024),
		"memory":    planError(n, 4096, 128, 128),
		"no block":  Config{InChannels: 1, Channels: []int{8}, Groups: 1, TimeDim: 1, Harmonics: 1, Outputs: 1}.validate(),
		"groups":    Config{InChannels: 1, Channels: []int{8, 12}, Groups: 8, TimeDim: 1, Harmonics: 1, Outputs: 1}.validate(),
		"no groups": Config{InChannels: 1, Channels: []int{8, 12}, TimeDim: 1, Harmonics: 1, Outputs: 1}.validate(),
		"outputs":   Config{InChannels: 1, Channels: []int{8, 8}, Groups: 8, TimeDim: 1, Harmonics: 1, Outputs: 1 << 20}.validate(),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := New(small, missing{Random(small, 1)}); err == nil || !strings.Contains(err.Error(), "head.bias") {
		t.Errorf("a weight that is missing: %v", err)
	}
}

func planError(n *Net, batch, h, w int) error {
	_, err := n.Plan(batch, h, w, nil)
	return err
}

// missing has no head.bias.
type missing struct{ compile.Source }

func (m missing) Tensor(name string) ([]int, compile.DType, []byte, error) {
	if name == "head.bias" {
		return nil, compile.F32, nil, errors.New("absent")
	}
	return m.Source.Tensor(name)
}
