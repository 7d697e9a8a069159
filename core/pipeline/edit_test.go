package pipeline

import (
	"math"
	"testing"

	"tintype/core/solver"
)

// editModel is a model of colour pictures of 8x8 pixels, whose network holds blocks of 2x2.
func editModel(t *testing.T) *Model {
	t.Helper()
	m, _ := testModel(t)
	m.H, m.W, m.C, m.Codec = 4, 4, 12, Codec{CodecPixelUnshuffle, 2}
	return m
}

func editSpec(m *Model) Spec {
	s := m.Defaults()
	s.Solver, s.Steps, s.Seed = solver.KindDDIM, 10, 5
	s.Edit = &Edit{Picture: make([]float32, 8*8*3), Strength: 1, Mask: make([]float32, 64)}
	for i := range s.Edit.Picture {
		s.Edit.Picture[i] = float32(0.8 * math.Sin(float64(i)))
	}
	for i := range s.Edit.Mask {
		s.Edit.Mask[i] = float32(i / 8 % 2)
	}
	return s
}

func drawn(t *testing.T, m *Model, s Spec) []float32 {
	t.Helper()
	r := mustCompile(t, m, s)
	finish(t, r)
	_, h, w, c := r.Size()
	picture := make([]float32, h*w*c)
	r.Picture(picture, s.Batch-1, ViewX)
	return picture
}

// What is kept, in the picture's own order of pixels, is there at the end, by each method, also beside a codec.
func TestWhatIsHeldIsKept(t *testing.T) {
	m := editModel(t)
	for method := range methods {
		for hold := HoldMask; hold < holds; hold++ {
			s := editSpec(m)
			s.Edit.Hold, s.Edit.Method, s.Batch = hold, method, 2
			if hold != HoldMask {
				s.Edit.Mask = nil
			}
			s.Edit.Factor = 4
			got := drawn(t, m, s)
			for y := range 8 {
				for x := range 8 {
					for c := range 3 {
						have, want := known(got, hold, y, x, c), known(s.Edit.Picture, hold, y, x, c)
						if hold == HoldMask && y%2 == 0 {
							if have == want {
								t.Errorf("method %d: pixel %d,%d was to be drawn and is as it was", method, y, x)
							}
						} else if math.Abs(have-want) > 1e-5 {
							t.Fatalf("method %d, hold %d: at %d,%d %v, want %v", method, hold, y, x, have, want)
						}
					}
				}
			}
		}
	}
}

// known is what a hold knows of one value.
func known(p []float32, hold Hold, y, x, c int) (mean float64) {
	at := func(y, x, c int) float64 { return float64(p[(y*8+x)*3+c]) }
	switch hold {
	case HoldGrey:
		return (at(y, x, 0) + at(y, x, 1) + at(y, x, 2)) / 3
	case HoldBoxes:
		for dy := range 4 {
			for dx := range 4 {
				mean += at(y/4*4+dy, x/4*4+dx, c) / 16
			}
		}
		return mean
	}
	return at(y, x, c)
}

// The less strength, the nearer the result to the picture, and the fewer steps; strength 1 is a picture from noise.
func TestStrength(t *testing.T) {
	m := editModel(t)
	noise := editSpec(m)
	noise.Edit = nil
	far := -1.0
	for _, c := range []struct {
		strength float64
		steps    int
	}{{0.1, 1}, {0.3, 3}, {0.59, 5}, {0.8, 8}, {1, 10}} {
		s := editSpec(m)
		s.Edit.Mask, s.Edit.Strength = nil, c.strength
		r := mustCompile(t, m, s)
		if got := r.Progress().Steps; got != c.steps {
			t.Errorf("strength %v takes %d steps, want %d", c.strength, got, c.steps)
		}
		start := make([]float32, 8*8*3)
		r.Picture(start, 0, ViewX)
		off := 0.0
		for i, v := range start {
			off += math.Abs(float64(v - s.Edit.Picture[i]))
		}
		if off <= far {
			t.Errorf("strength %v begins %v away from the picture, less strength %v", c.strength, off, far)
		}
		far = off
		if c.strength == 1 {
			want := drawn(t, m, noise)
			for i, v := range drawn(t, m, s) {
				if v != want[i] {
					t.Fatalf("at full strength value %d is %v, from noise %v", i, v, want[i])
				}
			}
		}
	}
}

// An edited batch is its pictures one by one, with every method and with travel.
func TestEditedBatchEqualsSingles(t *testing.T) {
	m := editModel(t)
	for method := range methods {
		for _, jump := range []int{0, 3} {
			s := editSpec(m)
			s.Edit.Hold, s.Edit.Method, s.Edit.Strength, s.Batch = HoldMask, method, 0.7, 3
			if jump > 0 {
				if method != MethodReplace {
					continue
				}
				s.Edit.Jump, s.Edit.Times = jump, 2
			}
			batch := drawn(t, m, s) // the last picture
			s.Batch, s.Seed = 1, s.Seed+2
			for i, want := range drawn(t, m, s) {
				if batch[i] != want {
					t.Fatalf("method %d, jump %d: value %d is %v in a batch, %v alone", method, jump, i, batch[i], want)
				}
			}
		}
	}
}

func TestEditsThatClash(t *testing.T) {
	for name, change := range map[string]func(e *Edit){
		"size":           func(e *Edit) { e.Picture = e.Picture[1:] },
		"NaN":            func(e *Edit) { e.Picture[3] = float32(math.NaN()) },
		"no strength":    func(e *Edit) { e.Strength = 0 },
		"NaN strength":   func(e *Edit) { e.Strength = math.NaN() },
		"too strong":     func(e *Edit) { e.Strength = 1.1 },
		"too few steps":  func(e *Edit) { e.Strength = 0.05 },
		"unknown hold":   func(e *Edit) { e.Hold = holds },
		"unknown method": func(e *Edit) { e.Method = methods },
		"mask size":      func(e *Edit) { e.Hold, e.Mask = HoldMask, e.Mask[1:] },
		"infinite mask":  func(e *Edit) { e.Hold, e.Mask[0] = HoldMask, float32(math.Inf(1)) },
		"mask above 1":   func(e *Edit) { e.Hold, e.Mask[0] = HoldMask, 1.5 },
		"mask below 0":   func(e *Edit) { e.Hold, e.Mask[0] = HoldMask, -0.5 },
		"empty mask":     func(e *Edit) { e.Hold = HoldMask; clear(e.Mask) },
		"idle mask":      func(e *Edit) { e.Hold = HoldGrey },
		"boxes":          func(e *Edit) { e.Hold, e.Mask, e.Factor = HoldBoxes, nil, 3 },
		"idle jump":      func(e *Edit) { e.Hold, e.Mask, e.Jump, e.Times = HoldNothing, nil, 2, 2 },
		"jump, no times": func(e *Edit) { e.Hold, e.Jump = HoldMask, 2 },
		"jump of ddrm":   func(e *Edit) { e.Hold, e.Jump, e.Times, e.Method = HoldMask, 2, 2, MethodRestore },
		"idle noise":     func(e *Edit) { e.Hold, e.Noise = HoldMask, 0.1 },
		"negative noise": func(e *Edit) { e.Hold, e.Method, e.Noise = HoldMask, MethodRestore, -1 },
	} {
		m := editModel(t)
		s := editSpec(m)
		change(s.Edit)
		if c := refused(t, m, s); c.Setting != SettingEdit || c.Remedy == "" {
			t.Errorf("%s: %v", name, c)
		}
	}
	grey, _ := testModel(t)
	s := grey.Defaults()
	s.Edit = &Edit{Picture: make([]float32, 16), Strength: 1, Hold: HoldGrey}
	if c := refused(t, grey, s); c.Setting != SettingEdit {
		t.Errorf("colouring grey pictures: %v", c)
	}
}
