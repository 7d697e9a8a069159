// Package edit holds the pictures of a run to what is known of them: the rest of a picture around a hole, its grey
// values, a coarser version of it.
package edit

// Measurement is linear knowledge of a picture: the means of disjoint groups of its values. With V the unit vectors
// of the groups, P = V·Vᵀ replaces each group by its mean and everything else by 0, and
//
//	P·x = y
//
// is what is known. A mask has groups of one value, a grey picture groups of the channels of a pixel, a coarse
// picture groups of the pixels of a block.
type Measurement struct {
	group  []int32   // of each value of a picture; -1: nothing is known of it
	size   []float32 // values in each group
	y      []float32 // the known picture, projected
	weight []float32 // how far each value is held to y, 0 to 1; nil: fully
	sums   []float32 // of each group: scratch of project
}

// Kept knows the values of picture [H,W,C] where mask [H,W] is above 0, each to the degree that the mask says (1:
// fully).
func Kept(picture, mask []float32, c int) *Measurement {
	m := &Measurement{group: make([]int32, len(picture)), weight: make([]float32, len(picture))}
	groups := int32(0)
	for i := range picture {
		m.group[i], m.weight[i] = -1, mask[i/c]
		if mask[i/c] > 0 {
			m.group[i] = groups
			groups++
		}
	}
	return m.know(picture, groups)
}

// Grey knows the mean of the c channels of every pixel of picture [H,W,C].
func Grey(picture []float32, c int) *Measurement {
	m := &Measurement{group: make([]int32, len(picture))}
	for i := range picture {
		m.group[i] = int32(i / c)
	}
	return m.know(picture, int32(len(picture)/c))
}

// Boxes knows the mean of every block of f x f pixels of picture [h,w,c], channel by channel; f divides h and w.
func Boxes(picture []float32, h, w, c, f int) *Measurement {
	m := &Measurement{group: make([]int32, len(picture))}
	for i := range picture {
		y, x, ch := i/(w*c), i/c%w, i%c
		m.group[i] = int32((y/f*(w/f)+x/f)*c + ch)
	}
	return m.know(picture, int32(len(picture)/(f*f)))
}

// know fills in the sizes of the groups and the projected picture.
func (m *Measurement) know(picture []float32, groups int32) *Measurement {
	m.size, m.sums, m.y = make([]float32, groups), make([]float32, groups), make([]float32, len(picture))
	for _, g := range m.group {
		if g >= 0 {
			m.size[g]++
		}
	}
	m.project(m.y, picture)
	return m
}

// Arrange moves every value to another place: value i of the new order is value from[i] of the old one. It is for
// networks whose input holds the picture's values in another order.
func (m *Measurement) Arrange(from []int32) {
	group, y := make([]int32, len(from)), make([]float32, len(from))
	var weight []float32
	if m.weight != nil {
		weight = make([]float32, len(from))
	}
	for i, j := range from {
		group[i], y[i] = m.group[j], m.y[j]
		if weight != nil {
			weight[i] = m.weight[j]
		}
	}
	m.group, m.y, m.weight = group, y, weight
}

// len is the number of values of a picture.
func (m *Measurement) len() int { return len(m.group) }

// project writes P·x of one picture; dst may be x. Sums run in the order of the values. It allocates nothing.
func (m *Measurement) project(dst, x []float32) {
	clear(m.sums)
	for i, g := range m.group {
		if g >= 0 {
			m.sums[g] += x[i]
		}
	}
	for i, n := range m.size {
		m.sums[i] /= n
	}
	for i, g := range m.group {
		if g >= 0 {
			dst[i] = m.sums[g]
		} else {
			dst[i] = 0
		}
	}
}

// hold moves what is known of x, one picture, to target, both given as their projections: x += weight·(target - Px).
func (m *Measurement) hold(x, target, projected []float32) {
	for i, g := range m.group {
		if g < 0 {
			continue
		}
		switch d := target[i] - projected[i]; {
		case m.weight == nil:
			x[i] += d
		default:
			x[i] += float32(m.weight[i] * d)
		}
	}
}
