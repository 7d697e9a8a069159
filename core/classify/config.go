// Package classify says of what class a noisy picture is, and in which direction the picture would become more of it:
// log p(y | x) at any noise level, and its gradient with respect to x. That gradient is what classifier guidance adds
// to a sampler (P. Dhariwal, A. Nichol, arXiv 2105.05233).
package classify

import "fmt"

// Config is the shape of a Net.
type Config struct {
	InChannels int   // of the picture
	Channels   []int // of conv_in's result, then of each block's; every block halves the picture
	Groups     int   // of every norm; divides all Channels
	TimeDim    int   // width of the noise embedding
	Harmonics  int   // of the noise level's angle
	Outputs    int   // classes, or the length of an embedding
}

// normEps is the ε of every norm.
const normEps = 1e-5

// Bounds of a Config, so that a hostile one cannot ask for any amount of memory before its tensors prove it right.
const (
	maxWidth  = 1 << 12 // of channels, embeddings, outputs
	maxBlocks = 6
)

// validate reports the first field that cannot be.
func (c Config) validate() error {
	if n := len(c.Channels); n < 2 || n > maxBlocks+1 {
		return fmt.Errorf("channels: %d numbers, expected 2 to %d", n, maxBlocks+1)
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"in_channels", c.InChannels}, {"groups", c.Groups}, {"time_dim", c.TimeDim}, {"harmonics", c.Harmonics}, {"outputs", c.Outputs}} {
		if f.value < 1 || f.value > maxWidth {
			return fmt.Errorf("%s is %d, expected 1 to %d", f.name, f.value, maxWidth)
		}
	}
	for _, n := range c.Channels {
		if n < 1 || n > maxWidth || n%c.Groups != 0 {
			return fmt.Errorf("channels: %d, expected a multiple of the %d groups, at most %d", n, c.Groups, maxWidth)
		}
	}
	return nil
}

// SizeMultiple divides the sides of every picture that the network takes.
func (c Config) SizeMultiple() int { return 1 << (len(c.Channels) - 1) }
