package pipeline

// Memory is what a run holds for as long as it lives, in bytes. The weights are the model's and not among it.
type Memory struct {
	Pass    int64 // activations and scratch of the network, and of a classifier
	Sampler int64 // the pictures in which the sampler works, and all that stands between it and the network; not what an edit knows
}

// Total is all of it.
func (m Memory) Total() int64 { return m.Pass + m.Sampler }

// add counts a part of a run, if it says what it holds.
func (m *Memory) add(part any) {
	switch p := part.(type) {
	case interface{ Bytes() int64 }: // a planned network or classifier
		m.Pass += p.Bytes()
	case interface{ Floats() int }:
		m.Sampler += 4 * int64(p.Floats())
	}
}

// Memory is what the run holds.
func (r *Run) Memory() Memory { return r.memory }

// Memory is what the largest leg so far held: one leg at a time is in memory.
func (r *Legs) Memory() Memory { return r.memory }
