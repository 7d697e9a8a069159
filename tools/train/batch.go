package main

import (
	"math/bits"

	"tintype/core/rng"
	"tintype/core/schedule"
)

// sampler draws training batches: which pictures, at which levels, with which noise, follows from seed and step alone,
// so a resumed training goes on as if it had never stopped.
type sampler struct {
	data    *dataset
	process *schedule.VPDiscrete
	seed    uint64
	order   []int // of the pictures in the epoch at hand
	epoch   int
	clean   []float32
}

func newSampler(d *dataset, p *schedule.VPDiscrete, seed uint64) *sampler {
	return &sampler{data: d, process: p, seed: seed, order: make([]int, d.len()), epoch: -1, clean: make([]float32, padded*padded)}
}

// Streams of the generator.
const (
	streamOrder = iota
	streamTime
	streamNoise
)

// fill writes batch number step: x = A·x0 + S·ε with t uniform over the process' steps.
func (s *sampler) fill(x []float32, levels []schedule.Level, labels []int32, step int) {
	for i := range labels {
		n := step*len(labels) + i
		k := s.picture(n)
		t := s.random(streamTime, n, s.process.Steps())
		levels[i], labels[i] = s.process.AtTime(float64(t)), int32(s.data.labels[k])
		s.data.picture(s.clean, k)
		noisy(x[i*len(s.clean):][:len(s.clean)], s.clean, levels[i], s.seed, uint64(n))
	}
}

// noisy writes A·clean + S·ε, ε being the noise of number n.
func noisy(dst, clean []float32, l schedule.Level, seed, n uint64) {
	rng.Normal(dst, seed, streamNoise, n*uint64(len(dst)))
	for i, e := range dst {
		dst[i] = float32(float32(l.A)*clean[i]) + float32(float32(l.S)*e)
	}
}

// picture is the index of sample n: every epoch visits all pictures in an order of its own.
func (s *sampler) picture(n int) int {
	if epoch := n / len(s.order); epoch != s.epoch {
		s.epoch = epoch
		for i := range s.order {
			s.order[i] = i
		}
		for i := len(s.order) - 1; i > 0; i-- {
			j := s.random(streamOrder, epoch*len(s.order)+i, i+1)
			s.order[i], s.order[j] = s.order[j], s.order[i]
		}
	}
	return s.order[n%len(s.order)]
}

// random is number n of a stream, uniform in [0, below).
func (s *sampler) random(stream, n, below int) int {
	w := rng.Philox([4]uint32{uint32(n), uint32(uint64(n) >> 32), uint32(stream), 1}, [2]uint32{uint32(s.seed), uint32(s.seed >> 32)})
	hi, _ := bits.Mul32(w[0], uint32(below))
	return int(hi)
}
