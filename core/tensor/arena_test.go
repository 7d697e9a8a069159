package tensor

import "testing"

// TestArenaUse counts a small plan by hand.
func TestArenaUse(t *testing.T) {
	var a Arena
	x := a.New(1, 4, 4, 4)  // 64
	h := a.New(1, 4, 4, 8)  // 128
	v := a.Scratch(200)     // x, h, v: 392 live
	a.Release(v)            //
	a.Release(x)            //
	y := a.New(1, 4, 4, 12) // h, y: 320 live, the largest pair
	a.Release(h)            //
	z := a.New(1, 1, 1, 5)  // y, z
	empty := a.New(3, 0, 4, 4)
	want := Use{Size: 400, Live: 392, Activations: 320, Pair: 320} // 200 floats take 208 places
	if got := a.Use(); got != want {
		t.Errorf("the plan uses %+v, want %+v", got, want)
	}
	if x.Data != nil {
		t.Error("Data is bound before Commit")
	}
	a.Commit()
	if len(z.Data) != 5 || cap(z.Data) != 5 || len(empty.Data) != 0 || len(y.Data) != 192 || len(v.Data) != 200 {
		t.Error("Data is not exactly as long as its tensor")
	}
	if got := a.Use(); got != want {
		t.Errorf("Commit changed the plan's use to %+v", got)
	}
}

// TestArenaLooksAhead: placed as they come, the three would leave a hole that the last one does not fit.
func TestArenaLooksAhead(t *testing.T) {
	var a Arena
	small, kept := a.New(1, 1, 1, 32), a.New(1, 1, 1, 16)
	a.Release(small)
	a.New(1, 1, 1, 64)
	a.Release(kept)
	if use := a.Use(); use.Size != use.Live {
		t.Errorf("%d floats for %d that live at one time", use.Size, use.Live)
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
	if size := a.Use().Size; size < peak || size > peak*9/8 {
		t.Errorf("size %d for a peak of %d live floats", size, peak)
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
		"negative scratch":     func(a *Arena, x *Tensor) { a.Scratch(-1) },
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
