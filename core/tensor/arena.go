package tensor

// Arena plans where the activations of a network live: tensors whose lifetimes
// do not meet share a place, and one allocation holds them all.
//
// A plan is made in the order in which the operations run: New where a tensor
// is first written, Release after it is last read, and Commit once at the end.
// Each New takes the smallest free place that fits (best fit), the lowest of
// equals, or grows the arena. The zero Arena is ready for use.
type Arena struct {
	free    []span // ascending, never adjacent
	live    map[*Tensor]span
	planned []placed // every tensor ever planned, until Commit
	size    int
	pair    int
	done    bool
}

// span is a half-open range of floats.
type span struct{ from, to int }

type placed struct {
	t  *Tensor
	at int
}

// alignFloats starts every tensor on a cache line of 64 bytes, relative to the
// arena.
const alignFloats = 16

// New plans a tensor [n,h,w,c]. Its Data is nil until Commit and undefined
// after it: the place may have held another tensor.
func (a *Arena) New(n, h, w, c int) *Tensor {
	if a.done {
		panic("tensor: Arena.New after Commit")
	}
	if n < 0 || h < 0 || w < 0 || c < 0 {
		panic("tensor: Arena.New: negative size")
	}
	t := &Tensor{N: n, H: h, W: w, C: c}
	for other := range a.live {
		a.pair = max(a.pair, t.Len()+other.Len())
	}
	s := a.take((t.Len() + alignFloats - 1) / alignFloats * alignFloats)
	if a.live == nil {
		a.live = map[*Tensor]span{}
	}
	a.live[t] = s
	a.planned = append(a.planned, placed{t, s.from})
	return t
}

// take finds a place of size floats.
func (a *Arena) take(size int) span {
	best := -1
	for i, f := range a.free {
		if fits := f.to-f.from >= size; fits && (best < 0 || f.to-f.from < a.free[best].to-a.free[best].from) {
			best = i
		}
	}
	if best >= 0 {
		f := &a.free[best]
		s := span{f.from, f.from + size}
		f.from = s.to
		if f.from == f.to {
			a.free = append(a.free[:best], a.free[best+1:]...)
		}
		return s
	}
	s := span{a.size, a.size + size}
	if last := len(a.free) - 1; last >= 0 && a.free[last].to == a.size {
		s = span{a.free[last].from, a.free[last].from + size}
		a.free = a.free[:last]
	}
	a.size = s.to
	return s
}

// Release ends the life of t: a later New may reuse its place. It panics if t
// is not a live tensor of this arena.
func (a *Arena) Release(t *Tensor) {
	s, ok := a.live[t]
	if !ok || a.done {
		panic("tensor: Arena.Release of a tensor that is not live")
	}
	delete(a.live, t)
	if s.from == s.to {
		return
	}
	i := 0
	for i < len(a.free) && a.free[i].from < s.from {
		i++
	}
	a.free = append(a.free[:i], append([]span{s}, a.free[i:]...)...)
	if i+1 < len(a.free) && a.free[i].to == a.free[i+1].from {
		a.free[i].to = a.free[i+1].to
		a.free = append(a.free[:i+1], a.free[i+2:]...)
	}
	if i > 0 && a.free[i-1].to == a.free[i].from {
		a.free[i-1].to = a.free[i].to
		a.free = append(a.free[:i], a.free[i+1:]...)
	}
}

// Commit allocates the arena and binds the Data of every planned tensor. The
// plan is closed: New and Release panic from then on.
func (a *Arena) Commit() {
	if a.done {
		panic("tensor: Arena.Commit twice")
	}
	data := make([]float32, a.size)
	for _, p := range a.planned {
		end := p.at + p.t.Len()
		p.t.Data = data[p.at:end:end]
	}
	a.free, a.live, a.planned, a.done = nil, nil, nil, true
}

// Size is the number of float32s that the plan needs, and that Commit
// allocates.
func (a *Arena) Size() int { return a.size }

// Pair is the number of float32s of the two largest tensors that live at the
// same time: what the plan would need if it kept nothing but the input and the
// output of one operation.
func (a *Arena) Pair() int { return a.pair }
