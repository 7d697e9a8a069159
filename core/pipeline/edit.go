package pipeline

import (
	"fmt"
	"math"
	"slices"

	"tintype/core/edit"
	"tintype/core/flow"
	"tintype/core/limits"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/core/tape"
)

// Edit is a picture to begin with, and what a run is held to of it.
type Edit struct {
	Picture []float32 // [H,W,C] in -1..1, of the run's size
	// Strength is how much of the way from noise to picture is run: at 1 the run begins in pure noise, below with the
	// noise of a later level on Picture (SDEdit, C. Meng et al., arXiv 2108.01073).
	Strength float64
	Hold     Hold
	Mask     []float32 // HoldMask: [H,W], how far each pixel is kept, 0 to 1
	Factor   int       // HoldBoxes: the side of a box in pixels
	Method   Method
	Noise    float64 // MethodRestore: the standard deviation of what is known
	Jump     int     // MethodReplace: how many steps are taken back at a time; 0: none are
	Times    int     // MethodReplace with a Jump: how often each stretch is run
	// Invert runs the other way, from Picture to the noise that DDIM draws it from, in so many rounds a step
	// (flow.Inverse), in the place of the solver; 0: a run from noise.
	Invert int
}

// Hold is what of Edit.Picture a run is held to.
type Hold uint8

// The holds.
const (
	HoldNothing Hold = iota // the picture is where the run begins, no more
	HoldMask                // inpainting: the pixels of a mask
	HoldGrey                // colouring: the mean of each pixel's channels
	HoldBoxes               // super-resolution: the mean of each box of pixels
	holds
)

// Method is how a run is held.
type Method uint8

// The methods.
const (
	MethodReplace Method = iota // what is known is replaced at every level: edit.Replacement
	MethodHard                  // every estimate is held to it: edit.Hard
	MethodRestore               // DDRM, in the place of the solver: edit.DDRM
	methods
)

// checkEdit covers an edit of pictures of h x w pixels with c channels.
func checkEdit(e *Edit, h, w, c int) error {
	if e == nil {
		return nil
	}
	for _, v := range append(e.Picture[:len(e.Picture):len(e.Picture)], e.Mask...) {
		if v-v != 0 {
			return clash(SettingEdit, "use finite numbers", "the picture or mask to edit by holds %v", v)
		}
	}
	switch {
	case len(e.Picture) != h*w*c:
		return clash(SettingEdit, "use a picture of the model's size", "the picture to edit has %d values, expected %d x %d x %d", len(e.Picture), h, w, c)
	case !(e.Strength > 0 && e.Strength <= limits.Strength):
		return clash(SettingEdit, "use more than 0, to 1", "strength %v", e.Strength)
	case e.Hold >= holds || e.Method >= methods:
		return clash(SettingEdit, "use one of the listed", "edit %d by method %d does not exist", e.Hold, e.Method)
	case e.Hold == HoldMask && len(e.Mask) != h*w:
		return clash(SettingEdit, "use a mask of the picture's size", "the mask has %d pixels, expected %d x %d", len(e.Mask), h, w)
	case e.Hold == HoldMask && slices.ContainsFunc(e.Mask, func(v float32) bool { return v < 0 || v > 1 }):
		return clash(SettingEdit, "use 0 to 1", "a mask of values beyond 0 and 1")
	case e.Hold == HoldMask && !slices.ContainsFunc(e.Mask, func(v float32) bool { return v > 0 }):
		return clash(SettingEdit, "use a mask that keeps something, or none", "the mask keeps nothing")
	case e.Hold != HoldMask && e.Mask != nil:
		return clash(SettingEdit, "leave the mask out", "a mask beside another hold")
	case e.Hold == HoldGrey && c == 1:
		return clash(SettingEdit, "use a model of colour pictures", "the model's pictures are grey already")
	case e.Hold == HoldBoxes && (e.Factor < 2 || h%e.Factor != 0 || w%e.Factor != 0):
		return clash(SettingEdit, "use 2 or more that divides both sides", "boxes of %d pixels in a picture of %d x %d", e.Factor, h, w)
	case e.Jump < 0 || e.Jump > 0 && (e.Times < 1 || e.Times > limits.Travel):
		return clash(SettingEdit, fmt.Sprintf("use a jump of 0 or more and 1 to %d times", limits.Travel), "going back %d steps %d times", e.Jump, e.Times)
	case e.Jump > 0 && (e.Hold == HoldNothing || e.Method != MethodReplace):
		return clash(SettingEdit, "use jump 0, or hold something by replacement", "going back and forth without replacing anything")
	case e.Invert < 0 || e.Invert > limits.Rounds:
		return clash(SettingEdit, fmt.Sprintf("use 1 to %d rounds", limits.Rounds), "an inverse in %d rounds", e.Invert)
	case e.Invert > 0 && (e.Hold != HoldNothing || e.Strength != 1):
		return clash(SettingEdit, "use strength 1 and hold nothing", "a way back to noise that begins elsewhere or is held to something")
	case !(e.Noise >= 0 && e.Noise <= math.MaxFloat32) || e.Noise > 0 && e.Method != MethodRestore:
		return clash(SettingEdit, "use 0, or method ddrm", "measurement noise %v", e.Noise)
	}
	return nil
}

// begin is the number of the level that a run of n steps begins at.
func (e *Edit) begin(n int) (int, error) {
	if e == nil {
		return 0, nil
	}
	// As diffusers counts; the small addend makes up for a product that falls just short of a whole number.
	steps := int(float64(n)*e.Strength + 1e-9)
	if steps < 1 {
		return 0, clash(SettingEdit, "use more steps or more strength", "strength %v of %d steps leaves none", e.Strength, n)
	}
	return n - steps, nil
}

// program makes the solver of a run over the levels; known is what it is held to.
func (e *Edit) program(x *solver.Extras, k solver.Kind, o solver.Options, p schedule.Process, levels []schedule.Level, known *edit.Measurement) (tape.Program, error) {
	switch {
	case e != nil && e.Invert > 0:
		return flow.Invert(flow.Inverse{Rounds: e.Invert}, levels)
	case known != nil && e.Method == MethodRestore:
		return edit.DDRM{Known: known, Noise: e.Noise}.Prepare(levels), nil
	case e != nil && e.Jump > 0:
		return x.Travel(k, o, p, levels, e.Jump, e.Times)
	}
	return x.Compile(k, o, p, levels)
}

// measurement is what a run is held to, in the order of the network's values; nil: nothing.
func (m *Model) measurement(e *Edit, h, w int) *edit.Measurement {
	if e == nil || e.Hold == HoldNothing {
		return nil
	}
	ph, pw, c := m.Codec.picture(h, w, m.C)
	var known *edit.Measurement
	switch e.Hold {
	case HoldMask:
		known = edit.Kept(e.Picture, e.Mask, c)
	case HoldGrey:
		known = edit.Grey(e.Picture, c)
	case HoldBoxes:
		known = edit.Boxes(e.Picture, ph, pw, c, e.Factor)
	}
	from := make([]int32, len(e.Picture))
	m.Codec.each(h, w, m.C, func(pixel, at int) { from[at] = int32(pixel) })
	known.Arrange(from)
	return known
}

// origin is the picture that each picture of a run begins with, under the noise of the run's first level:
// x = A·picture + S·z, or without the noise where it runs back.
type origin struct {
	picture []float32 // in the order of the network's values
	a, s    float32   // of the picture, and of what a run begins with otherwise
}

// origin is where a run begins; nil: in noise.
func (m *Model) origin(e *Edit, p *plan) *origin {
	if e == nil || e.Strength == 1 && e.Invert == 0 {
		return nil
	}
	l := p.start
	// A run without an edit begins with unit-variance data: √(A² + S²)·z.
	o := &origin{make([]float32, len(e.Picture)), float32(l.A), float32(l.S / math.Sqrt(float64(l.A*l.A)+float64(l.S*l.S)))}
	if e.Invert > 0 {
		o.s = 0
	}
	m.Codec.encode(o.picture, e.Picture, p.h, p.w, m.C)
	return o
}

func (o *origin) put(x []float32) {
	for i := range x {
		x[i] = float32(o.a*o.picture[i%len(o.picture)]) + float32(o.s*x[i])
	}
}
