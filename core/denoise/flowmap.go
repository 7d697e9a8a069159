package denoise

import "tintype/core/schedule"

// FlowMap is a Network that is also told where a step ends, by the number that a class embedding of kind timestep takes: the
// time of the end (MeanFlow), or the length of the step (shortcut models).
type FlowMap struct {
	*Network
	second []float32 // one a picture: what the network reads besides the time
	length bool
}

// NewFlowMap makes one of a network whose condition reads second, one number a picture.
func NewFlowMap(n *Network, second []float32, length bool) *FlowMap {
	return &FlowMap{n, second, length}
}

// Denoise is the estimate of a step of no length: the network's velocity at the level itself.
func (f *FlowMap) Denoise(dst, x []float32, l schedule.Level) error { return f.Jump(dst, x, l, l) }

// Jump is the estimate that belongs to the step from one level to another.
func (f *FlowMap) Jump(dst, x []float32, from, to schedule.Level) error {
	start, err := f.param(from)
	if err != nil {
		return err
	}
	end, err := f.param(to)
	if err != nil {
		return err
	}
	v := end.Time
	if f.length {
		v = start.Time - end.Time
	}
	for i := range f.second {
		f.second[i] = float32(v)
	}
	return f.Network.Denoise(dst, x, from)
}
