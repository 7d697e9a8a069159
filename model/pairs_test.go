package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"tintype/compat"
	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/tape"
	"tintype/internal/oracle"
	"tintype/internal/strictjson"
	"tintype/weights"
)

// data is what the network of these tests was trained on: wide enough that a bound of 1 acts.
var data = oracle.Mixture{
	Weights: []float64{0.5, 0.3, 0.2},
	Means:   [][]float64{{-1.3, 0.5}, {1.1, 1.0}, {0.3, -1.5}},
	Vars:    [][]float64{{0.04, 0.09}, {0.06, 0.02}, {0.1, 0.05}},
}

// beginning is the noise that a run begins with; noise is what is drawn on its way.
var beginning = []float64{0.6, -1.1}

func noise(dst []float64, key uint32) {
	dst[0], dst[1] = math.Sin(float64(2*key+1)), math.Cos(float64(3*key))
}

// network is the exact network of a model: it sees a picture, scaled as it is asked, and a time, nothing else.
func network(m *Model) func(seen []float64, time float64) []float64 {
	param := denoise.Reading{Prediction: m.Reading.Prediction, Time: m.Reading.Time, Scale: m.Reading.Scale,
		Data: m.Reading.Data, Least: m.Reading.Least}.Param() // the boundary of a student is not the network's
	return func(seen []float64, time float64) []float64 {
		l := levelTold(m, time)
		p, err := param(l)
		if err != nil {
			return []float64{math.NaN(), math.NaN()}
		}
		x, f := make([]float64, len(seen)), make([]float64, len(seen))
		for i, v := range seen {
			x[i] = v / p.In
		}
		data.Denoise(f, x, l)
		for i := range f {
			if f[i] -= p.Skip * x[i]; p.Out != 0 {
				f[i] /= p.Out
			}
		}
		return f
	}
}

// levelTold is the level that a time stands for.
func levelTold(m *Model, time float64) schedule.Level {
	switch m.Reading.Time {
	case denoise.TimeQuarterLog:
		return m.Process.AtLambda(-4 * time)
	case denoise.TimeLog250:
		return m.Process.AtLambda(-time / 250)
	case denoise.TimeSigma:
		return m.Process.AtLambda(-math.Log(time))
	}
	if m.Reading.Scale != 0 {
		time /= m.Reading.Scale
	}
	return m.Process.AtTime(time)
}

// run follows a tape with the network, read by a parameterisation, its estimates held by a bound.
func run(compiled *tape.Tape, net func([]float64, float64) []float64, param denoise.Param, bound compat.Bound, scale float64) ([]float64, error) {
	var wrong error
	x := []float64{beginning[0] * scale, beginning[1] * scale}
	end := oracle.Interpret(compiled, x, func(dst, x []float64, l schedule.Level) {
		p, err := param(l)
		if err != nil {
			wrong = err
			return
		}
		seen := make([]float64, len(x))
		for i, v := range x {
			seen[i] = p.In * v
		}
		for i, f := range net(seen, p.Time) {
			dst[i] = p.Skip*x[i] + p.Out*f
		}
		if bound != (compat.Bound{}) {
			held(dst, bound)
		}
	}, noise)
	for _, v := range end {
		if v-v != 0 && wrong == nil {
			wrong = errors.New("the picture is not a number")
		}
	}
	return end, wrong
}

// held holds an estimate, which goes through float32 for it.
func held(d []float64, bound compat.Bound) {
	in, out := make([]float32, len(d)), make([]float32, len(d))
	for i, v := range d {
		in[i] = float32(v)
	}
	bound.Bind(tape.Shape{N: 1, H: 1, W: len(d), C: 1})(out, in)
	for i, v := range out {
		d[i] = float64(v)
	}
}

// strictly draws as the strict path does.
func strictly(m *Model, n int) ([]float64, error) {
	def := m.Contract.Defaults
	o := m.Grid
	o.Options = o.For(def.Grid.Knobs())
	levels, err := def.Grid.Grid(o)(m.Process, n)
	if err != nil {
		return nil, err
	}
	program, err := def.Solver.Compile(def.Options.Over(m.Options.For(def.Solver.Knobs())), m.Process, levels)
	if err != nil {
		return nil, err
	}
	compiled, ok := program.(*tape.Tape)
	if !ok {
		return nil, fmt.Errorf("%v is no compiled", def.Solver)
	}
	scale := math.Hypot(levels[0].A, levels[0].S)
	if o.Whole(schedule.Start) == schedule.StartNoise {
		scale = levels[0].S
	}
	bound := compat.Bound{Clip: m.Clip, Quantile: m.Thresh.Quantile, Limit: m.Thresh.Max}
	return run(compiled, network(m), m.Reading.Param(), bound, scale)
}

// asReference draws as package compat does. noted says that it tells the reader of a step which the reference fails at.
func asReference(m *Model, config strictjson.Value, n int) (end []float64, noted bool, err error) {
	s, err := compat.Read(config)
	if err != nil {
		return nil, false, err
	}
	p, err := s.Plan(n, s.NewSettings())
	if err != nil {
		return nil, false, err
	}
	end, err = run(p.Tape, network(m), p.Param, p.Bound, p.Init)
	return end, p.Note != "", err
}

// modelOf is a model of a scheduler's config.
func modelOf(config strictjson.Value) (*Model, error) {
	m := &Model{}
	return m, m.sampling(&weights.Description{Scheduler: config, Guidance: weights.Guidance{AllowCFG: true}})
}

// pitfall is where strict and the reference differ, and why.
type pitfall struct {
	classes []string
	options map[string]string
	fails   bool // the reference saves this and cannot draw with it
	why     string
	used    bool
}

func pitfalls(t *testing.T) []*pitfall {
	t.Helper()
	var all []*pitfall
	for _, v := range lines(t, "testdata/pitfalls.jsonl") {
		p := &pitfall{options: map[string]string{}, why: text(t, v.Get("why"))}
		var err error
		if p.classes, err = v.Get("classes").Texts(); err != nil {
			t.Fatal(err)
		}
		if p.fails, err = v.Get("fails").BoolOr(false); err != nil {
			t.Fatal(err)
		}
		if v.Get("options").Exists() {
			for _, m := range members(t, v.Get("options")) {
				p.options[m.Key] = m.Value.Compact()
			}
		}
		all = append(all, p)
	}
	return all
}

// match finds a pitfall that is the config's.
func match(all []*pitfall, config map[string]string, fails bool) *pitfall {
	for _, p := range all {
		ok := p.fails == fails && slices.Contains(p.classes, config["_class_name"][1:len(config["_class_name"])-1])
		for k, v := range p.options {
			ok = ok && config[k] == v
		}
		if ok {
			return p
		}
	}
	return nil
}

// apart is how far two results are, relative to their size.
func apart(a, b []float64) float64 {
	far := 0.0
	for i := range a {
		far = max(far, math.Abs(a[i]-b[i])/max(1, math.Abs(b[i])))
	}
	return far
}

// Limits of how far compat and strict may be from what diffusers draws. Strict reads its levels in float64 and between
// trained steps by the log of sigma, which the reference reads linearly.
const (
	compatLimit = 2e-4
	singleLimit = 2e-2 // of compat from a sigma of 20,000, of which float32 keeps three digits behind the picture's
	strictLimit = 5e-3
)

// Whatever a class saves after it was made of another's config reads as its own options alone, and draws what the
// reference draws; so do configs with options drawn at random. Where strict does not, a pitfall says why.
func TestPairsOfSchedulers(t *testing.T) {
	own, traps, pairs := saved(t), pitfalls(t), 0
	for _, row := range lines(t, "testdata/pairs.jsonl") {
		class := text(t, row.Get("class"))
		from, err := row.Get("from").Texts()
		if err != nil {
			t.Fatal(err)
		}
		if row.Get("refused").Exists() {
			continue
		}
		pairs += len(from)
		var first *schedulerConfig
		var config map[string]string
		for _, other := range from {
			config = handed(t, own[class], own[other], row.Get("rewrites"))
			got, err := readScheduler(object(t, config))
			if err != nil {
				t.Errorf("%s of %s: %v", class, other, err)
				continue
			}
			if first == nil {
				first = &got
			}
			if fmt.Sprint(got) != fmt.Sprint(*first) {
				t.Errorf("%s of %s reads otherwise than of %s:\n%+v\n%+v", class, other, from[0], got, *first)
			}
		}
		if first != nil {
			drawn(t, row, class+" of "+from[0], config, traps)
		}
	}
	if pairs != 31+899 {
		t.Errorf("%d pairs, want 31 classes and 899 pairs of them", pairs)
	}
	for _, row := range lines(t, "testdata/variants.jsonl") {
		config := handed(t, own[text(t, row.Get("class"))], row.Get("options"), strictjson.Value{})
		drawn(t, row, fmt.Sprintf("%s with %s", text(t, row.Get("class")), row.Get("options").Compact()), config, traps)
	}
	for _, p := range traps {
		if !p.used {
			t.Errorf("nothing falls into this any more: %v %v: %s", p.classes, p.options, p.why)
		}
	}
}

// drawn compares what one config draws.
func drawn(t *testing.T, row strictjson.Value, name string, config map[string]string, traps []*pitfall) {
	t.Helper()
	m, err := modelOf(object(t, config))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	n, err := row.Get("steps").IntOr(6)
	if err != nil {
		t.Fatal(err)
	}
	theirs, noted, err := asReference(m, object(t, config), n)
	if row.Get("fails").Exists() {
		if err == nil && !noted {
			t.Errorf("%s: compat draws %v, and the reference fails: %s", name, theirs, text(t, row.Get("fails")))
		}
		if ours, err := strictly(m, n); err == nil {
			if p := match(traps, config, true); p == nil {
				t.Errorf("%s: strict draws %v, and the reference fails: no pitfall says why", name, ours)
			} else {
				p.used = true
			}
		}
		return
	}
	want, wrong := row.Get("draws").Floats()
	if wrong != nil {
		t.Fatal(wrong)
	}
	limit := compatLimit
	if config["beta_schedule"] == `"squaredcos_cap_v2"` {
		limit = singleLimit
	}
	if err != nil || apart(theirs, want) > limit {
		t.Errorf("%s: compat draws %v, %v, the reference %v", name, theirs, err, want)
	}
	ours, err := strictly(m, n)
	if err == nil && apart(ours, want) <= strictLimit {
		return
	}
	p := match(traps, config, false)
	if p == nil {
		t.Errorf("%s: strict draws %v, %v, the reference %v (%.2g): no pitfall says why", name, ours, err, want, apart(ours, want))
		return
	}
	p.used = true
}
