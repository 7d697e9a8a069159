package pipeline

import (
	"tintype/core/denoise"
	"tintype/core/edit"
	"tintype/core/guidance"
	"tintype/core/rng"
	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/core/tensor"
)

// Run is a batch of pictures on the way from noise. Compile allocates everything it needs; its methods allocate
// nothing. It is not for concurrent use.
type Run struct {
	model   *Model
	seed    uint64
	vary    Vary
	batch   int
	guided  bool
	h, w    int // of the network's input
	cond    *tensor.Cond
	alone   *tensor.Cond // of the conditional rows alone; nil: every level is guided, or none
	sampler tape.Runner
	origin  *origin   // nil: a run begins in noise
	from    *State    // nil: a run begins at the beginning
	labels  []int32   // of the classifier, one per picture
	begin   float32   // what a run that begins in noise scales it by
	pixels  []float32 // one picture, decoded
	memory  Memory
	warning error
}

// Compile checks that model and spec go together, plans the network and makes the run. A combination that cannot
// run is a *Clash. between, which may be nil, is called after every layer of a pass: its error ends the pass and is
// returned by Step as it is.
func Compile(m *Model, s Spec, between func() error) (*Run, error) {
	p, err := check(m, &s)
	if err != nil {
		return nil, err
	}
	return build(m, &s, p, between)
}

// build makes the run of a spec that goes with the model.
func build(m *Model, s *Spec, p *plan, between func() error) (*Run, error) {
	r := &Run{model: m, batch: s.Batch, guided: p.guided, h: p.h, w: p.w, warning: p.warning}
	rows := s.Batch
	if r.guided {
		rows *= 2
	}
	env := tape.Env{Noise: r.noise, Shape: tape.Shape{N: s.Batch, H: p.h, W: p.w, C: m.C}}
	r.cond = m.Cond.NewCond(rows)
	den, err := r.estimator(s, rows, r.cond, between)
	if err != nil {
		return nil, err
	}
	if two, ok := den.(*denoise.TwoHeads); ok {
		env.Second = two.Second() // guided, the conditional rows come first
	}
	per := p.h * p.w * m.C
	if r.guided {
		var alone denoise.Denoiser
		if s.Guidance.Bounded() {
			r.alone = m.Cond.NewCond(s.Batch)
			if alone, err = r.estimator(s, s.Batch, r.alone, between); err != nil {
				return nil, err
			}
		}
		free := guidance.NewClassifierFree(den, alone, s.Batch, per, s.Guidance)
		r.memory.add(free)
		den, env.Unconditional = free, free.Unconditional
	}
	if s.Classifier > 0 {
		if den, err = r.classified(den, s, per, between); err != nil {
			return nil, err
		}
	}
	switch {
	case s.Reference != nil:
		den = s.Reference.Bounded(den, per)
	case p.thresh.Quantile > 0:
		den = denoise.NewThreshold(den, per, p.thresh.Quantile, p.thresh.Max)
		r.memory.add(den)
	case m.Clip > 0:
		den = &denoise.Clip{Denoiser: den, Limit: float32(m.Clip)}
	}
	env.Denoiser = den
	if p.known != nil {
		r.hold(&env, s.Edit.Method, p.known)
	}
	r.origin, r.from, r.begin = m.origin(s.Edit, p), s.From, p.begin
	r.pixels, r.vary = make([]float32, per), s.Vary
	r.sampler = p.solver.Start(env, s.Batch*per)
	r.memory.add(r.sampler)
	r.memory.Sampler += 4 * int64(len(r.pixels))
	return r, r.Reset(s.Seed, s.Choice)
}

// estimator plans the network for so many rows, of which cond says what they are of, and makes its output the estimate of
// the clean picture.
func (r *Run) estimator(s *Spec, rows int, cond *tensor.Cond, between func() error) (denoise.Denoiser, error) {
	m := r.model
	net, err := m.Network.Plan(rows, r.h, r.w, between)
	if err != nil {
		return nil, &Clash{SettingSize, err.Error(), "use another size of picture", err}
	}
	r.memory.add(net)
	param := m.Reading.Param()
	if s.Reference != nil {
		param = s.Reference.Param
	}
	var den denoise.Denoiser
	switch {
	case m.Extras.Head != solver.HeadNone:
		den = denoise.NewTwoHeads(net, param, rows, r.h, r.w, m.C, cond)
	case m.Extras.SecondTime:
		den = denoise.NewFlowMap(denoise.NewNetwork(net, param, rows, r.h, r.w, m.C, cond), cond.Values, m.Extras.StepLength)
	default:
		den = denoise.NewNetwork(net, param, rows, r.h, r.w, m.C, cond)
	}
	r.memory.add(den)
	return den, nil
}

// Warning is what is to be said of the run before it is shown: a *Clash of what it will end in; nil: nothing.
func (r *Run) Warning() error { return r.warning }

// hold has the run keep to what is known of the picture.
func (r *Run) hold(env *tape.Env, method Method, known *edit.Measurement) {
	switch method {
	case MethodReplace:
		replacement := edit.NewReplacement(known, r.noise, r.batch, false)
		r.memory.add(replacement)
		env.Arrived = replacement.Arrived
	case MethodHard:
		hard := edit.NewHard(env.Denoiser, known)
		r.memory.add(hard)
		env.Denoiser = hard
	}
}

// Reset begins again with another seed and choice, in the same buffers. On an error the run is as it was.
func (r *Run) Reset(seed uint64, choice []int) error {
	if err := r.model.Cond.check(choice); err != nil {
		return err
	}
	if r.labels != nil && (len(choice) == 0 || choice[0] < 0) {
		return clash(SettingClassifier, "choose a label", "a classifier guides towards a label, and none is chosen")
	}
	r.seed = seed
	r.model.Cond.fill(r.cond, 0, r.batch, choice)
	if r.guided {
		r.model.Cond.fill(r.cond, r.batch, 2*r.batch, nil)
	}
	if r.alone != nil {
		r.model.Cond.fill(r.alone, 0, r.batch, choice)
	}
	for i := range r.labels {
		r.labels[i] = int32(choice[0])
	}
	r.sampler.Reset()
	switch {
	case r.from != nil:
		copy(r.sampler.X(), r.from.X)
	case r.origin != nil:
		r.origin.put(r.sampler.X())
	case r.begin != 1:
		x := r.sampler.X()
		for i := range x {
			x[i] = float32(r.begin * x[i])
		}
	}
	return nil
}

// noise gives each picture the noise of its own seed at its own positions, so that a batch of k equals k singles.
func (r *Run) noise(dst []float32, key uint32) {
	if key == 0 {
		r.begins(dst)
		return
	}
	n := len(dst) / r.batch
	for k := range r.batch {
		rng.Normal(dst[k*n:][:n], r.seed+uint64(k), key, 0)
	}
}

// Step executes one operation of the solver; done reports that it was the last, and is true from then on. A value that
// is not a number is a *tape.StepError. After an error the same Step may be tried again, or the run Reset.
func (r *Run) Step() (done bool, err error) { return r.sampler.Step() }

// Progress says how far the run is: sampler steps, network calls, operations.
func (r *Run) Progress() tape.Progress { return r.sampler.Progress() }

// Size is the number of pictures, and the height, width and channels of each.
func (r *Run) Size() (n, h, w, c int) {
	h, w, c = r.model.Codec.picture(r.h, r.w, r.model.C)
	return r.batch, h, w, c
}

// View is one of the two pictures that a run shows on its way.
type View uint8

// The views.
const (
	ViewX        View = iota // the noisy picture as it is now; at the end, the result
	ViewDenoised             // the latest estimate of the clean picture; before the first, as ViewX
)

// X is the sampler's tensor, [N,h,w,C] in the network's pixels.
func (r *Run) X() []float32 { return r.sampler.X() }

// denoised is the latest estimate of the clean picture, shaped as X.
func (r *Run) denoised() []float32 { return r.sampler.Denoised() }

// Picture writes one picture of a view, [H,W,C] in -1..1, the codec undone.
func (r *Run) Picture(dst []float32, picture int, v View) {
	x := r.X()
	if v == ViewDenoised {
		x = r.denoised()
	}
	n := len(r.pixels)
	r.model.Codec.decode(dst, x[picture*n:][:n], r.h, r.w, r.model.C)
}

// RGBA writes one picture of a view as 4·H·W bytes, row by row. A NaN is denoise.ErrNotFinite.
func (r *Run) RGBA(dst []byte, picture int, v View) error {
	r.Picture(r.pixels, picture, v)
	_, _, c := r.model.Codec.picture(r.h, r.w, r.model.C)
	return rgba(dst, r.pixels, c)
}
