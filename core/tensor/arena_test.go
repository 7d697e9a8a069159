package tensor

import "testing"

// TestArenaReuse follows the plan of a residual block by hand.
func TestArenaReuse(t *testing.T) {
	var a Arena
	x := a.New(1, 4, 4, 4)     // [0,64)
	h := a.New(1, 4, 4, 8)     // [64,192)
	small := a.New(1, 1, 1, 5) // [192,208): padded to 16
	a.Release(h)               // free [64,192)
	y := a.New(1, 4, 4, 4)     // [64,128)
	z := a.New(1, 2, 2, 16)    // [128,192)
	a.Release(y)               //
	a.Release(z)               // free [64,192), merged
	w := a.New(1, 4, 4, 8)     // [64,192)
	a.Release(small)           // free [192,208)
	grown := a.New(2, 4, 4, 1) // [192,224): grows what is free at the end
	empty := a.New(3, 0, 4, 4) //
	if want := 224; a.Size() != want {
		t.Errorf("size %d, want %d", a.Size(), want)
	}
	if x.Data != nil {
		t.Error("Data is bound before Commit")
	}
	a.Commit()
	base := &x.Data[:cap(x.Data)][0]
	if &h.Data[0] != &y.Data[0] || &h.Data[64] != &z.Data[0] || &h.Data[0] != &w.Data[0] || &small.Data[0] != &grown.Data[0] {
		t.Error("places differ from the plan")
	}
	if len(small.Data) != 5 || cap(small.Data) != 5 || len(empty.Data) != 0 || base != &x.Data[0] {
		t.Error("Data is not exactly as long as its tensor")
	}
	if a.Size() != 224 {
		t.Error("Commit changed the size")
	}
}

// TestArenaBestFit takes the smallest place that fits, not the first.
func TestArenaBestFit(t *testing.T) {
	var a Arena
	wide, _, exact, _ := a.New(1, 1, 1, 64), a.New(1, 1, 1, 16), a.New(1, 1, 1, 32), a.New(1, 1, 1, 16)
	a.Release(wide)
	a.Release(exact)
	got := a.New(1, 1, 1, 20)
	a.Commit()
	if &got.Data[0] != &exact.Data[0] {
		t.Error("32 floats were free, but not taken")
	}
}

// TestArenaOverlap plans at random and writes every live tensor's own number
// at each step: lifetimes are replayed after Commit.
func TestArenaOverlap(t *testing.T) {
	type event struct {
		t   *Tensor
		end bool
	}
	seed := uint32(1)
	next := func(n int) int {
		seed = seed*1664525 + 1013904223
		return int(seed>>8) % n
	}
	var a Arena
	var events []event
	var live []*Tensor
	now, peak := 0, 0
	for range 2000 {
		if len(live) > 0 && next(100) < 48 {
			i := next(len(live))
			a.Release(live[i])
			events = append(events, event{live[i], true})
			now -= (live[i].Len() + 15) / 16 * 16
			live = append(live[:i], live[i+1:]...)
			continue
		}
		x := a.New(1+next(2), next(9), 1+next(9), 1+next(40))
		live, events = append(live, x), append(events, event{x, false})
		now += (x.Len() + 15) / 16 * 16
		peak = max(peak, now)
	}
	if a.Size() < peak || a.Size() > peak*3/2 {
		t.Errorf("size %d for a peak of %d live floats", a.Size(), peak)
	}
	a.Commit()
	owner := map[*float32]*Tensor{}
	for _, e := range events {
		for i := range e.t.Data {
			p := &e.t.Data[i]
			if e.end && owner[p] != e.t || !e.end && owner[p] != nil {
				t.Fatal("two live tensors share a float")
			}
			owner[p] = e.t
			if e.end {
				delete(owner, p)
			}
		}
	}
}

func TestArenaPanics(t *testing.T) {
	var other Arena
	stranger := other.New(1, 1, 1, 1)
	for name, f := range map[string]func(a *Arena, x *Tensor){
		"negative size":        func(a *Arena, x *Tensor) { a.New(1, -1, 1, 1) },
		"release twice":        func(a *Arena, x *Tensor) { a.Release(x); a.Release(x) },
		"release of another's": func(a *Arena, x *Tensor) { a.Release(stranger) },
		"commit twice":         func(a *Arena, x *Tensor) { a.Commit(); a.Commit() },
		"new after commit":     func(a *Arena, x *Tensor) { a.Commit(); a.New(1, 1, 1, 1) },
		"release after commit": func(a *Arena, x *Tensor) { a.Commit(); a.Release(x) },
	} {
		func() {
			defer func() {
				if _, ok := recover().(string); !ok {
					t.Errorf("%s: no panic with a string", name)
				}
			}()
			var a Arena
			f(&a, a.New(1, 1, 1, 1))
		}()
	}
}

func TestNew(t *testing.T) {
	x := New(2, 3, 4, 5)
	if len(x.Data) != 120 || x.Len() != 120 || x.N != 2 || x.H != 3 || x.W != 4 || x.C != 5 {
		t.Errorf("New(2, 3, 4, 5) has %d floats of %d, [%d,%d,%d,%d]", len(x.Data), x.Len(), x.N, x.H, x.W, x.C)
	}
}
