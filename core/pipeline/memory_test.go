package pipeline

import (
	"runtime"
	"testing"

	"tintype/core/denoise"
	"tintype/core/solver"
)

// bigNet is a planned network that holds as many bytes as it says.
type bigNet struct {
	denoise.Net
	held []byte
}

func (n bigNet) Bytes() int64 { return int64(len(n.held)) }

// held is what the heap grows by when a run is compiled.
func held(t *testing.T, m *Model, s Spec) (grown int64, told Memory) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := mustCompile(t, m, s)
	runtime.GC()
	runtime.ReadMemStats(&after)
	told = r.Memory()
	runtime.KeepAlive(r)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc), told
}

// What a run says that it holds is what it holds, but for less than a picture's worth of small things.
func TestMemoryIsWhatIsHeld(t *testing.T) {
	const side, pass = 256, 3 << 20
	m, net := testModel(t)
	m.H, m.W = side, side
	m.Network = PlanFunc(func(n, h, w int, between func() error) (denoise.Net, error) {
		small, err := net.Plan(n, h, w, between)
		return bigNet{small, make([]byte, pass)}, err
	})
	m.Classifier = &towards{}
	picture := make([]float32, side*side)
	with := func(change func(s *Spec)) Spec {
		s := m.Defaults()
		s.Guidance.Scale, s.Steps, s.Choice = 1, 3, []int{1}
		change(&s)
		return s
	}
	specs := map[string]Spec{
		"plain":      with(func(s *Spec) {}),
		"batch":      with(func(s *Spec) { s.Batch = 3 }),
		"guided":     with(func(s *Spec) { s.Guidance.Scale = 2 }),
		"classifier": with(func(s *Spec) { s.Classifier = 1 }),
		"threshold":  with(func(s *Spec) { s.Thresh = &Threshold{Quantile: 0.9} }),
	}
	for _, k := range []solver.Kind{solver.KindDDIM, solver.KindDPMpp3M, solver.KindAdapt, solver.KindRK45, solver.KindDPMAdaptive} {
		specs[k.String()] = with(func(s *Spec) { s.Use(k); s.Batch = 2 })
	}
	for name, s := range specs {
		grown, told := held(t, m, s)
		if told.Pass != pass || told.Sampler < 4*side*side {
			t.Errorf("%s: tells of %+v", name, told)
		}
		if off := grown - told.Total(); max(off, -off) >= 4*side*side {
			t.Errorf("%s: holds %d bytes and tells of %d, a picture is %d", name, grown, told.Total(), 4*side*side)
		}
	}
	for _, method := range []Method{MethodReplace, MethodHard, MethodRestore} {
		s := with(func(s *Spec) {
			s.Edit = &Edit{Picture: picture, Strength: 1, Hold: HoldBoxes, Factor: 4, Method: method}
		})
		grown, told := held(t, m, s)
		known := int64(4 * (2 + 2./16) * side * side) // groups, y, and the groups' sizes and sums
		if off := grown - told.Total() - known; max(off, -off) >= 4*side*side {
			t.Errorf("method %d: holds %d bytes, %d of them what is known, and tells of %d", method, grown, known, told.Total())
		}
	}
}
