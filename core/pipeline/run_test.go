package pipeline

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"tintype/core/denoise"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
	"tintype/core/tensor"
)

// Picture k of a batch is the picture of seed+k alone, to the last bit, with and without guidance.
func TestBatchEqualsSingles(t *testing.T) {
	m, _ := testModel(t)
	for _, info := range solver.Solvers() {
		if !bring(m, info, m.Defaults().Steps) {
			continue
		}
		for _, g := range []float64{1, 2} {
			if info.Guided && g == 1 {
				continue
			}
			s := m.Defaults()
			s.Solver, s.Guidance.Scale, s.Seed, s.Batch, s.Choice, s.Force = info.Kind, g, math.MaxUint64-1, 4, []int{1}, true
			s.Options = eta(0.5).For(info.Knobs)
			batch := mustCompile(t, m, s)
			finish(t, batch)
			for k := range 4 {
				one := s
				one.Batch, one.Seed = 1, s.Seed+uint64(k)
				r := mustCompile(t, m, one)
				finish(t, r)
				for i, v := range r.X() {
					if got := batch.X()[k*len(r.X())+i]; got != v {
						t.Fatalf("%v, guidance %v: value %d of picture %d is %v in the batch, %v alone", info.Kind, g, i, k, got, v)
					}
				}
				if !bytes.Equal(bytesOf(t, batch, k, ViewX), bytesOf(t, r, 0, ViewX)) {
					t.Errorf("%v: the bytes of picture %d differ", info.Kind, k)
				}
			}
		}
	}
}

// One run serves a grid of pictures: Reset gives what a fresh run gives.
func TestResetEqualsFresh(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	r := mustCompile(t, m, s)
	finish(t, r)
	for seed, choice := range [][]int{{0}, {2}, nil, {Open}} {
		if err := r.Reset(uint64(seed), choice); err != nil {
			t.Fatal(err)
		}
		finish(t, r)
		s.Seed, s.Choice = uint64(seed), choice
		fresh := mustCompile(t, m, s)
		finish(t, fresh)
		if !bytes.Equal(bytesOf(t, r, 0, ViewX), bytesOf(t, fresh, 0, ViewX)) {
			t.Errorf("seed %d, choice %v: Reset differs from a fresh run", seed, choice)
		}
	}
	before := append([]float32(nil), r.X()...)
	var c *Clash
	if err := r.Reset(9, []int{7}); !errors.As(err, &c) || c.Setting != SettingChoice {
		t.Errorf("a choice that does not exist: %v", err)
	}
	for i := range before {
		if r.X()[i] != before[i] {
			t.Fatal("a refused Reset changed the run")
		}
	}
}

// A pass that its owner ends returns the owner's error, and the same step can be taken again.
func TestBetweenEndsAPass(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	s.Batch = 2
	plain := mustCompile(t, m, s)
	finish(t, plain)
	stop := errors.New("stop")
	calls, stops := 0, 0
	r, err := Compile(m, s, func() error {
		if calls++; calls == 1 || calls == 7 || calls == 12 {
			return stop
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		if done, err = r.Step(); err != nil {
			if err != stop {
				t.Fatal(err)
			}
			stops++
		}
	}
	if stops != 3 || !bytes.Equal(bytesOf(t, r, 0, ViewX), bytesOf(t, plain, 0, ViewX)) {
		t.Errorf("after %d stops the picture differs", stops)
	}
}

func TestNotANumberNamesItsStep(t *testing.T) {
	m, net := testModel(t)
	r := mustCompile(t, m, m.Defaults())
	for r.Progress().Step < 2 {
		if _, err := r.Step(); err != nil {
			t.Fatal(err)
		}
	}
	net.bad = float32(math.Inf(1)) // clipping would hide an infinity: it is found before
	_, err := r.Step()
	var at *tape.StepError
	if !errors.As(err, &at) || at.Step != 3 || at.Steps != 5 || !errors.Is(err, denoise.ErrNotFinite) {
		t.Errorf("error %v", err)
	}
}

func TestStepAndResetAllocateNothing(t *testing.T) {
	m, _ := testModel(t)
	s := m.Defaults()
	s.Batch = 2
	choice := []int{1}
	out := make([]byte, 64)
	for _, info := range solver.Solvers() {
		if !bring(m, info, s.Steps) {
			continue
		}
		s.Solver, s.Guidance.Scale, s.Force = info.Kind, 2, true
		r := mustCompile(t, m, s)
		if n := testing.AllocsPerRun(10, func() {
			r.Reset(5, choice)
			for done := false; !done; {
				done, _ = r.Step()
				r.RGBA(out, 1, ViewDenoised)
			}
		}); n != 0 {
			t.Errorf("%v: %v allocations", info.Kind, n)
		}
	}
}

func TestViewsAndProgress(t *testing.T) {
	m, _ := testModel(t)
	r := mustCompile(t, m, m.Defaults())
	if !bytes.Equal(bytesOf(t, r, 0, ViewX), bytesOf(t, r, 0, ViewDenoised)) {
		t.Error("before the first estimate the views differ")
	}
	seen := map[string]bool{}
	for step := 0; ; {
		done, err := r.Step()
		if err != nil {
			t.Fatal(err)
		}
		if p := r.Progress(); p.Step != step {
			step = p.Step
			seen[string(bytesOf(t, r, 0, ViewX))] = true
		}
		if done {
			break
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d different pictures in 5 steps", len(seen))
	}
	if !bytes.Equal(bytesOf(t, r, 0, ViewX), bytesOf(t, r, 0, ViewDenoised)) {
		t.Error("the result is not the last estimate")
	}
}

var update = flag.Bool("update", false, "write testdata/*.txt anew")

// TestRunBits pins the bytes of whole runs, one line a solver and one a grid: the same natively, in WebAssembly, with
// SIMD and without. In bits.txt every solver and grid begins as it did before there was a choice, and as recipes of then
// ask for; begun.txt has what begins otherwise now.
func TestRunBits(t *testing.T) {
	old := func(k solver.Kind) solver.Options {
		o := solver.Options{}.With(solver.Opening, solver.OpeningOwn)
		if k == solver.KindAdapt {
			o = o.With(solver.Relative, 0.05)
		}
		return o.For(k.Knobs())
	}
	oldGrid := schedule.Options{}.With(schedule.Begin, schedule.BeginOwn)
	pinned(t, "testdata/bits.txt", func(s *Spec) bool {
		s.Options, s.GridOptions = old(s.Solver), oldGrid.For(s.Grid.Knobs())
		return true
	})
	pinned(t, "testdata/begun.txt", func(s *Spec) bool {
		return old(s.Solver) != solver.Options{} || oldGrid.For(s.Grid.Knobs()) != schedule.Options{}
	})
}

// pinned compares the runs of every solver and grid, those that change admits, with the lines of a file.
func pinned(t *testing.T, file string, change func(*Spec) bool) {
	m, _ := testModel(t)
	var got []byte
	pin := func(name string, solver solver.Kind, grids ...schedule.GridInfo) {
		info, _ := solver.Info()
		if !bring(m, info, 7) {
			return
		}
		h := sha256.New()
		drawn := false
		for _, grid := range grids {
			if m.CheckGrid(grid.Kind) != nil || grid.Kind.Listed() {
				return // it needs a list
			}
			s := m.Defaults()
			s.Solver, s.Grid, s.Steps, s.Batch, s.Seed, s.Force = solver, grid.Kind, 7, 2, 11, true
			if info, _ := solver.Info(); info.Guided {
				s.Guidance.Scale = 2
			}
			if !change(&s) {
				continue
			}
			drawn = true
			r := mustCompile(t, m, s)
			finish(t, r)
			h.Write(bytesOf(t, r, 0, ViewX))
			h.Write(bytesOf(t, r, 1, ViewX))
			for _, v := range r.X() {
				b := math.Float32bits(v)
				h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24)})
			}
		}
		if drawn {
			got = fmt.Appendf(got, "%x %s\n", h.Sum(nil), name)
		}
	}
	for _, info := range solver.Solvers() {
		pin(info.Name, info.Kind, schedule.Grids()[:schedule.LinspaceOpen]...)
	}
	for _, grid := range schedule.Grids()[schedule.LinspaceOpen:] {
		pin("grid "+grid.Name, solver.KindDDIM, grid)
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("digests of the runs are\n%swant\n%s", got, want)
	}
}

func TestPixelUnshuffle(t *testing.T) {
	// A picture [4,6,2] told apart by value: 100·y + 10·x + c; the network's input is [2,3,8].
	const h, w, c, f = 2, 3, 2, 2
	x := make([]float32, h*w*c*f*f)
	for y := range h * f {
		for col := range w * f {
			for ch := range c {
				at := ((y/f)*w+col/f)*c*f*f + (ch*f+y%f)*f + col%f
				x[at] = float32(100*y + 10*col + ch)
			}
		}
	}
	codec := Codec{CodecPixelUnshuffle, f}
	dst := make([]float32, len(x))
	codec.decode(dst, x, h, w, c*f*f)
	for i, v := range dst {
		y, col, ch := i/(w*f*c), i/c%(w*f), i%c
		if v != float32(100*y+10*col+ch) {
			t.Fatalf("pixel (%d,%d) channel %d holds %v", y, col, ch, v)
		}
	}
	back := make([]float32, len(x))
	codec.encode(back, dst, h, w, c*f*f)
	if !slices.Equal(back, x) {
		t.Error("encode does not undo decode")
	}
	if ph, pw, pc := codec.picture(h, w, c*f*f); ph != 4 || pw != 6 || pc != 2 {
		t.Errorf("picture of %d x %d x %d", ph, pw, pc)
	}
	plain := make([]float32, len(x))
	Codec{}.decode(plain, x, h, w, c*f*f)
	for i := range x {
		if plain[i] != x[i] {
			t.Fatal("no codec changes the picture")
		}
	}
}

// Pass is the network's own output in picture space, one time and one choice per picture.
func TestPass(t *testing.T) {
	m, net := testModel(t)
	m.C, m.Codec = 4, Codec{CodecPixelUnshuffle, 2}
	x, dst := tensor.New(2, 4, 4, 1), tensor.New(2, 4, 4, 1)
	for i := range x.Data {
		x.Data[i] = float32(i) / 16
	}
	if err := m.Pass(dst, x, []float32{5, 900}, [][]int{{2}, {Open}}); err != nil {
		t.Fatal(err)
	}
	want := tensor.New(2, 2, 2, 4)
	for k := range 2 {
		m.Codec.encode(want.Data[k*16:][:16], x.Data[k*16:][:16], 2, 2, 4)
	}
	n, err := net.Plan(2, 2, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := tensor.New(2, 2, 2, 4)
	if err := n.Forward(out, want, []float32{5, 900}, &tensor.Cond{Labels: []int32{2, 3}, Values: []float32{2, 3}}); err != nil {
		t.Fatal(err)
	}
	for k := range 2 {
		m.Codec.encode(want.Data[k*16:][:16], dst.Data[k*16:][:16], 2, 2, 4)
	}
	if !slices.Equal(want.Data, out.Data) {
		t.Errorf("pass gives %v, the network %v", want.Data, out.Data)
	}
	for name, err := range map[string]error{
		"a time too few":     m.Pass(dst, x, []float32{5}, nil),
		"a choice too few":   m.Pass(dst, x, []float32{5, 900}, [][]int{{2}}),
		"a label beyond":     m.Pass(dst, x, []float32{5, 900}, [][]int{{2}, {3}}),
		"an odd size":        m.Pass(tensor.New(2, 3, 4, 1), tensor.New(2, 3, 4, 1), []float32{5, 900}, nil),
		"too many channels":  m.Pass(tensor.New(2, 4, 4, 3), tensor.New(2, 4, 4, 3), []float32{5, 900}, nil),
		"the network's size": m.Pass(tensor.New(1, 2, 2, 1), tensor.New(1, 2, 2, 1), []float32{5}, nil),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestOtherSizes(t *testing.T) {
	m, _ := testModel(t)
	m.C, m.Codec = 12, Codec{CodecPixelUnshuffle, 2}
	s := m.Defaults()
	if h, w, c := m.PictureSize(); h != 8 || w != 8 || c != 3 {
		t.Errorf("default picture of %d x %d x %d", h, w, c)
	}
	s.H, s.W = 12, 4
	r := mustCompile(t, m, s)
	if n, h, w, c := r.Size(); n != 1 || h != 12 || w != 4 || c != 3 || len(r.X()) != 6*2*12 {
		t.Errorf("size %d, %d x %d x %d with %d values", n, h, w, c, len(r.X()))
	}
	finish(t, r)
	bytesOf(t, r, 0, ViewX)
}

func TestRGBA(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		x    float32
		want byte
	}{
		{-1, 0}, {1, 255}, {0, 128}, {-0.0039, 127}, {-5, 0}, {5, 255}, {float32(math.Inf(1)), 255}, {float32(math.Inf(-1)), 0},
		{-127.0 / 127.5, 1}, {math.Nextafter32(-127.0/127.5, -2), 0}, {0.99999, 255}, {254.4/127.5 - 1, 254}, {254.6/127.5 - 1, 255},
	} {
		dst := make([]byte, 4)
		if err := rgba(dst, []float32{c.x}, 1); err != nil {
			t.Fatal(err)
		}
		if want := []byte{c.want, c.want, c.want, 255}; !bytes.Equal(dst, want) {
			t.Errorf("grey %v gives %v, want %v", c.x, dst, want)
		}
	}
	dst := make([]byte, 8)
	if err := rgba(dst, []float32{-1, 0, 1, 1, -1, 0}, 3); err != nil || !bytes.Equal(dst, []byte{0, 128, 255, 255, 255, 0, 128, 255}) {
		t.Errorf("colours %v, %v", dst, err)
	}
	if err := rgba(dst[:4], []float32{nan}, 1); !errors.Is(err, denoise.ErrNotFinite) {
		t.Errorf("NaN: %v", err)
	}
}
