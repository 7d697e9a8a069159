package edit

import (
	"math"
	"testing"

	"tintype/core/rng"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/internal/oracle"
)

func ramp(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)*1.7 + 0.3))
	}
	return x
}

func mask(n int, known func(i int) float32) []float32 {
	m := make([]float32, n)
	for i := range m {
		m[i] = known(i)
	}
	return m
}

// measurements are of pictures of 4 x 6 pixels with 3 channels.
func measurements() map[string]*Measurement {
	known := ramp(72)
	return map[string]*Measurement{
		"mask":  Kept(known, mask(24, func(i int) float32 { return float32(i % 2) }), 3),
		"none":  Kept(known, make([]float32, 24), 3),
		"all":   Kept(known, mask(24, func(int) float32 { return 1 }), 3),
		"grey":  Grey(known, 3),
		"boxes": Boxes(known, 4, 6, 3, 2),
	}
}

// P is an orthogonal projection: applying it twice changes nothing, and it is its own transpose.
func TestProjectionIsOrthogonal(t *testing.T) {
	x, y := ramp(72), ramp(144)[72:]
	dot := func(a, b []float32) (sum float64) {
		for i := range a {
			sum += float64(a[i]) * float64(b[i])
		}
		return sum
	}
	for name, m := range measurements() {
		px, py, ppx := make([]float32, 72), make([]float32, 72), make([]float32, 72)
		m.project(px, x)
		m.project(py, y)
		m.project(ppx, px)
		for i := range px {
			if math.Abs(float64(px[i]-ppx[i])) > 1e-6 {
				t.Fatalf("%s: P changes its own result at %d from %v to %v", name, i, px[i], ppx[i])
			}
		}
		if d := dot(px, y) - dot(x, py); math.Abs(d) > 1e-5 {
			t.Errorf("%s: <Px,y> - <x,Py> = %v", name, d)
		}
	}
}

func TestGroups(t *testing.T) {
	x := ramp(72)
	p := make([]float32, 72)
	all := measurements()
	all["grey"].project(p, x)
	if want := (x[3] + x[4] + x[5]) / 3; p[3] != want || p[5] != want {
		t.Errorf("grey: pixel 1 becomes %v, want %v", p[3:6], want)
	}
	all["boxes"].project(p, x)
	if want := (x[1] + x[4] + x[19] + x[22]) / 4; p[1] != want || p[22] != want || p[7] == want {
		t.Errorf("boxes: channel 1 of the first block becomes %v and %v, want %v", p[1], p[22], want)
	}
}

// A measurement in another order of values is the same measurement.
func TestArrange(t *testing.T) {
	from := make([]int32, 72)
	for i := range from {
		from[i] = int32((i * 29) % 72)
	}
	for name, m := range measurements() {
		x, moved := ramp(72), make([]float32, 72)
		for i, j := range from {
			moved[i] = x[j]
		}
		want, got := make([]float32, 72), make([]float32, 72)
		m.project(want, x)
		y := append([]float32(nil), m.y...)
		m.Arrange(from)
		m.project(got, moved)
		for i, j := range from {
			if math.Abs(float64(got[i]-want[j])) > 1e-6 || m.y[i] != y[j] {
				t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], want[j])
			}
		}
	}
}

func levels(n int) []schedule.Level {
	return append(oracle.Uniform(-4, 4, n), schedule.Clean)
}

func noise(dst []float32, key uint32) { rng.Normal(dst, 7, key, 0) }

// shrink estimates half of x.
type shrink struct{}

func (shrink) Denoise(dst, x []float32, l schedule.Level) error {
	for i, v := range x {
		dst[i] = 0.5 * v
	}
	return nil
}

func finish(t *testing.T, r tape.Runner) []float32 {
	t.Helper()
	for done := false; !done; {
		var err error
		if done, err = r.Step(); err != nil {
			t.Fatal(err)
		}
	}
	return r.X()
}

func start(t *testing.T, k solver.Kind, l []schedule.Level, env tape.Env, n int) tape.Runner {
	t.Helper()
	p, err := k.Compile(solver.Options{}, oracle.VP{}, l)
	if err != nil {
		t.Fatal(err)
	}
	return p.Start(env, n)
}

// With everything known the picture is the known one; with nothing known the run is as without.
func TestReplacementOfAllAndOfNothing(t *testing.T) {
	all := measurements()
	for _, kind := range []solver.Kind{solver.KindDDPM, solver.KindHeun, solver.KindDPMpp2M} {
		for _, fixed := range []bool{false, true} {
			run := func(m *Measurement) []float32 {
				env := tape.Env{Denoiser: shrink{}, Noise: noise}
				if m != nil {
					env.Arrived = NewReplacement(m, noise, 2, fixed).Arrived
				}
				return finish(t, start(t, kind, levels(9), env, 144))
			}
			plain, none, full := run(nil), run(all["none"]), run(all["all"])
			for i, want := range plain {
				if none[i] != want {
					t.Fatalf("%v: with nothing known value %d is %v, want %v", kind, i, none[i], want)
				}
				if known := all["all"].y[i%72]; math.Abs(float64(full[i]-known)) > 1e-6 {
					t.Fatalf("%v: with all known value %d is %v, want %v", kind, i, full[i], known)
				}
			}
		}
	}
}

// Whatever is known of the picture holds at the end, by every method; a soft mask holds to its degree.
func TestTheResultFitsTheMeasurement(t *testing.T) {
	for name, m := range measurements() {
		for method, run := range map[string]func() []float32{
			"replacement": func() []float32 {
				env := tape.Env{Denoiser: shrink{}, Noise: noise, Arrived: NewReplacement(m, noise, 1, false).Arrived}
				return finish(t, start(t, solver.KindDDIM, levels(6), env, 72))
			},
			"hard": func() []float32 {
				return finish(t, start(t, solver.KindEuler, levels(6), tape.Env{Denoiser: NewHard(shrink{}, m), Noise: noise}, 72))
			},
			"ddrm": func() []float32 {
				if len(m.size) == 0 {
					return m.y
				}
				return finish(t, DDRM{Known: m}.Prepare(levels(6)).Start(tape.Env{Denoiser: shrink{}, Noise: noise}, 72))
			},
		} {
			p := make([]float32, 72)
			m.project(p, run())
			for i, want := range m.y {
				if math.Abs(float64(p[i]-want)) > 1e-5 {
					t.Errorf("%s of %s: value %d of P·x is %v, want %v", method, name, i, p[i], want)
					break
				}
			}
		}
	}
	soft := Kept(ramp(72), mask(24, func(int) float32 { return 0.25 }), 3)
	d := make([]float32, 72)
	if err := NewHard(shrink{}, soft).Denoise(d, make([]float32, 72), schedule.Clean); err != nil {
		t.Fatal(err)
	}
	if want := 0.25 * soft.y[5]; math.Abs(float64(d[5]-want)) > 1e-7 {
		t.Errorf("held to a quarter: %v, want %v", d[5], want)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	m := measurements()["boxes"]
	env := tape.Env{Denoiser: NewHard(shrink{}, m), Noise: func(dst []float32, _ uint32) { clear(dst) }}
	env.Arrived = NewReplacement(m, env.Noise, 2, false).Arrived
	for name, r := range map[string]tape.Runner{
		"tape": start(t, solver.KindDDIM, levels(5), env, 144),
		"ddrm": DDRM{Known: m, Noise: 0.1}.Prepare(levels(5)).Start(env, 144),
	} {
		if n := testing.AllocsPerRun(10, func() {
			r.Reset()
			for done := false; !done; {
				done, _ = r.Step()
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations in a run", name, n)
		}
	}
}
