package sampler_test

import "tintype/core/rng"
import . "tintype/core/sampler"

// gaussNoise is the runner's own generator.
func gaussNoise(seed uint64) Noise {
	return func(dst []float32, key uint32) { rng.Normal(dst, seed, key, 0) }
}
