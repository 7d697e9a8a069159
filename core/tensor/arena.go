package tensor

import (
	"cmp"
	"slices"
	"sort"
)

// Arena plans where the activations of a network live: tensors whose lifetimes
// do not meet share a place, and one allocation holds them all.
//
// A plan is made in the order in which the operations run: New or Scratch where
// a tensor is first written, Release after it is last read, and Commit once at
// the end. All lifetimes are known before anything is placed, so the large ones
// are placed first (see pack). The zero Arena is ready for use.
type Arena struct {
	lives []*life
	open  map[*Tensor]*life // not yet released
	now   int               // calls of New, Scratch and Release so far
	size  int               // of the packed plan; 0: not packed since the last call
	use   Use
	done  bool
}

// Use is what a plan asks for, in float32s. What an operation reads and writes
// are its activations; scratch is what it needs besides.
type Use struct {
	Size        int // of the arena: what Commit allocates
	Live        int // of the tensors that live at one time, at most: no placing needs less
	Activations int // of these without scratch, at most: no other way to compute the same layers needs less
	Pair        int // of the two largest activations that live at one time
}

// life is a tensor's time and place.
type life struct {
	t          *Tensor
	size       int // with what aligns the next
	born, dead int // of the arena's calls: it lives in [born, dead)
	scratch    bool
	at         int
}

// alignFloats starts every tensor on a cache line of 64 bytes, relative to the
// arena.
const alignFloats = 16

// New plans an activation [n,h,w,c]. Its Data is nil until Commit and undefined
// after it: the place may have held another tensor.
func (a *Arena) New(n, h, w, c int) *Tensor {
	if n < 0 || h < 0 || w < 0 || c < 0 {
		panic("tensor: Arena.New: negative size")
	}
	return a.plan(&Tensor{N: n, H: h, W: w, C: c}, false)
}

// Scratch plans count float32s that one operation, or a few in a row, need
// besides what they read and write: [1,1,1,count].
func (a *Arena) Scratch(count int) *Tensor {
	if count < 0 {
		panic("tensor: Arena.Scratch: negative size")
	}
	return a.plan(&Tensor{N: 1, H: 1, W: 1, C: count}, true)
}

func (a *Arena) plan(t *Tensor, scratch bool) *Tensor {
	if a.done {
		panic("tensor: Arena.New after Commit")
	}
	live, kept := t.Len(), 0
	if !scratch {
		kept = t.Len()
	}
	for other, l := range a.open {
		live += other.Len()
		if l.scratch {
			continue
		}
		kept += other.Len()
		if !scratch {
			a.use.Pair = max(a.use.Pair, t.Len()+other.Len())
		}
	}
	a.use.Live, a.use.Activations = max(a.use.Live, live), max(a.use.Activations, kept)
	a.now++
	l := &life{t: t, size: (t.Len() + alignFloats - 1) / alignFloats * alignFloats, born: a.now, scratch: scratch}
	if a.open == nil {
		a.open = map[*Tensor]*life{}
	}
	a.open[t] = l
	a.lives, a.size = append(a.lives, l), 0
	return t
}

// Release ends the life of t: what is planned later may take its place. It
// panics if t is not a live tensor of this arena.
func (a *Arena) Release(t *Tensor) {
	l, ok := a.open[t]
	if !ok || a.done {
		panic("tensor: Arena.Release of a tensor that is not live")
	}
	delete(a.open, t)
	a.now++
	l.dead, a.size = a.now, 0
}

// pack places every tensor: the largest first, each as low as those allow whose
// lives meet its own and which are placed already. A network's plan then needs
// hardly more than what lives at one time; placing in the order of time, as a
// heap does, needed up to 17 % more.
func (a *Arena) pack() {
	for _, l := range a.open {
		l.dead = a.now + 1
	}
	order := slices.Clone(a.lives)
	sort.SliceStable(order, func(i, j int) bool { return order[i].size > order[j].size })
	a.size = 0
	low := make([]*life, 0, len(order)) // placed, the lowest first
	for _, l := range order {
		l.at = 0
		for _, other := range low {
			if other.born >= l.dead || l.born >= other.dead {
				continue
			}
			if other.at >= l.at+l.size {
				break
			}
			l.at = max(l.at, other.at+other.size)
		}
		i, _ := slices.BinarySearchFunc(low, l.at, func(x *life, at int) int { return cmp.Compare(x.at, at) })
		low = slices.Insert(low, i, l)
		a.size = max(a.size, l.at+l.size)
	}
}

// Commit allocates the arena and binds the Data of every planned tensor. The
// plan is closed: New and Release panic from then on.
func (a *Arena) Commit() {
	if a.done {
		panic("tensor: Arena.Commit twice")
	}
	a.use = a.Use()
	data := make([]float32, a.use.Size)
	for _, l := range a.lives {
		end := l.at + l.t.Len()
		l.t.Data = data[l.at:end:end]
	}
	a.lives, a.open, a.done = nil, nil, true
}

// Use is what the plan asks for as it stands.
func (a *Arena) Use() Use {
	if a.size == 0 && !a.done {
		a.pack()
	}
	use := a.use
	if !a.done {
		use.Size = a.size
	}
	return use
}
