package solver

import (
	"tintype/core/schedule"
	"tintype/core/tape"
)

// visit is what the runs that find their own steps have in common: x on its way from level to level of a grid, each of
// which is shown to the hook before anything is asked from there.
type visit struct {
	env      tape.Env
	levels   []schedule.Level
	x        []float32
	from     schedule.Level // that x is at; not of the grid while a step of it is cut
	at       int            // of the grid, left behind
	arriving bool           // x has reached a level of the grid, and the hook has not seen it
	known    bool           // the estimate at x is, since x has not changed
	seen     tape.Progress
}

// begin puts noise, as wide as the first level's marginal of unit-variance data, into x. evals is the least number of
// evaluations of the run.
func (v *visit) begin(evals int) {
	v.seen = tape.Progress{Steps: len(v.levels) - 1, NFE: evals, Ops: evals}
	v.at, v.arriving, v.known, v.from = 0, true, false, v.levels[0]
	v.env.Noise(v.x, 0)
	scale := float32(v.from.Width())
	for i := range v.x {
		v.x[i] = scale * v.x[i]
	}
}

// show shows the level that x has reached; done reports that it is the last. It may be tried again after an error.
func (v *visit) show() (done bool, err error) {
	if v.arriving {
		if err := v.env.Arrive(v.x, v.from, v.at); err != nil {
			return false, err
		}
		v.arriving = false
		v.known = v.known && v.env.Arrived == nil
		v.seen.Step = v.at
	}
	return v.at == v.seen.Steps, nil
}

// arrive is the end of a step at the grid's next level.
func (v *visit) arrive() { v.at, v.arriving, v.from = v.at+1, true, v.levels[v.at+1] }

// X is the noisy picture.
func (v *visit) X() []float32 { return v.x }

// Progress counts the levels of the grid as steps; the totals grow as the run finds out how many evaluations it takes.
func (v *visit) Progress() tape.Progress { return v.seen }

// singly runs a program for each picture of a batch by itself, so that a batch of k is k singles although each picture
// finds its own steps. They meet at the levels of the grid. An evaluation is one of the whole batch of which one row
// counts: k pictures take k times the evaluations of one.
type singly struct {
	tape.Program
	levels []schedule.Level // of the grid
}

// Start makes one run a picture.
func (p singly) Start(env tape.Env, n int) tape.Runner {
	s := env.ShapeOf(n)
	if s.N == 1 {
		return p.Program.Start(env, n)
	}
	r := &singlyRun{env: env, levels: p.levels, per: n / s.N}
	for _, b := range []*[]float32{&r.x, &r.d, &r.in, &r.out} {
		*b = make([]float32, n)
	}
	pictures := s.N
	s.N = 1
	for k := range pictures {
		row := &singlyRow{r, k * r.per}
		e := tape.Env{Denoiser: row, Noise: row.noise, Shape: s}
		if env.Arrived != nil { // a picture must not rely on what it knew before a level
			e.Arrived = func([]float32, schedule.Level, int) error { return nil }
		}
		r.rows = append(r.rows, p.Program.Start(e, r.per))
	}
	r.Reset()
	return r
}

// singlyRun holds the pictures together.
type singlyRun struct {
	env     tape.Env
	levels  []schedule.Level
	per     int // values of a picture
	rows    []tape.Runner
	x, d    []float32 // of all pictures
	in, out []float32 // of an evaluation
	now     int       // the picture that is under way
	step    int       // levels that all of them have left behind
	meet    bool      // all have reached the level, and the hook has not seen it
}

// singlyRow is what one picture sees of the batch.
type singlyRow struct {
	*singlyRun
	at int // its first value
}

// Denoise evaluates the whole batch. The other rows hold what they held at their own evaluations.
func (w *singlyRow) Denoise(dst, x []float32, l schedule.Level) error {
	copy(w.in[w.at:], x)
	err := w.env.Denoiser.Denoise(w.out, w.in, l)
	copy(dst, w.out[w.at:])
	return err
}

// noise draws for the whole batch and keeps the picture's own.
func (w *singlyRow) noise(dst []float32, key uint32) {
	w.env.Noise(w.out, key)
	copy(dst, w.out[w.at:])
}

// Reset begins again.
func (r *singlyRun) Reset() {
	r.now, r.step, r.meet = 0, 0, true
	for k, row := range r.rows {
		row.Reset()
		copy(r.x[k*r.per:], row.X())
	}
	copy(r.d, r.x)
	copy(r.in, r.x)
}

// X is the noisy pictures, Denoised their latest estimates.
func (r *singlyRun) X() []float32        { return r.x }
func (r *singlyRun) Denoised() []float32 { return r.d }

// Floats counts the rows' too.
func (r *singlyRun) Floats() int { return 4*len(r.x) + len(r.rows)*r.rows[0].Floats() }

// Progress adds the pictures' up; a step is done when all have done it.
func (r *singlyRun) Progress() tape.Progress {
	p := r.rows[0].Progress()
	for _, row := range r.rows[1:] {
		q := row.Progress()
		p.Evals, p.NFE, p.Op, p.Ops = p.Evals+q.Evals, p.NFE+q.NFE, p.Op+q.Op, p.Ops+q.Ops
	}
	p.Step = r.step
	return p
}

// Step takes one Step of one picture.
func (r *singlyRun) Step() (done bool, err error) {
	last := len(r.levels) - 1
	if r.meet {
		if err := r.env.Arrive(r.x, r.levels[r.step], r.step); err != nil {
			return false, err
		}
		for k, row := range r.rows {
			copy(row.X(), r.x[k*r.per:])
		}
		r.meet = false
		return r.step == last, nil
	}
	if r.step == last {
		return true, nil
	}
	row := r.rows[r.now]
	if _, err := row.Step(); err != nil {
		return false, err
	}
	copy(r.x[r.now*r.per:], row.X())
	copy(r.d[r.now*r.per:], row.Denoised())
	if row.Progress().Step > r.step {
		if r.now++; r.now == len(r.rows) {
			r.now, r.meet = 0, true
			r.step++
		}
	}
	return false, nil
}
