package compile

import (
	"slices"
	"sort"

	"tintype/core/graph"
	"tintype/core/kernel"
)

// weights is what a layer keeps of its learned tensors: *conv2D, *linear, *groupNorm,
// *layerNorm or *table; nil where it has none.
type weights any

// table is rows that are looked up, added or compared with.
type table struct {
	width int
	rows  []float32 // [., width]
}

// row is row i.
func (t *table) row(i int) []float32 { return t.rows[i*t.width:][:t.width] }

// holders are the layers that hold weights, those among them that were put into
// others: their order is the same for every size of picture.
func (n *layers) holders() (all []*layer) {
	for _, l := range n.all {
		all = append(all, l)
		if l.through != nil {
			all = append(all, l.through)
		}
	}
	return all
}

// load loads the weights of every holder, by the names of their first tensors.
func (n *layers) load(l *Loader) ([]weights, error) {
	type job struct {
		at    int
		first string
	}
	var jobs []job
	holders := n.holders()
	for i, y := range holders {
		if names := y.params(); len(names) > 0 {
			jobs = append(jobs, job{i, slices.Min(names)})
		}
	}
	sort.SliceStable(jobs, func(i, j int) bool { return jobs[i].first < jobs[j].first })
	all := make([]weights, len(holders))
	tables := map[string]weights{} // two layers may read one table
	of := make(map[*layer]weights, len(jobs))
	for _, j := range jobs {
		w, err := tables[j.first], error(nil)
		if w == nil {
			if w, err = holders[j.at].load(l); err != nil {
				return nil, err
			}
			if t, ok := w.(*table); ok {
				tables[j.first] = t
			}
		}
		all[j.at], of[holders[j.at]] = w, w
	}
	for _, y := range holders {
		if y.rows != nil {
			kernel.Add(of[y.rows].(*linear).bias, of[y.rows].(*linear).bias, of[y].(*conv2D).bias)
		}
	}
	return all, nil
}

// params names a layer's learned tensors.
func (l *layer) params() (names []string) {
	if l.maps != nil {
		for _, m := range l.maps {
			names = append(names, m.first.params()...)
			if m.then != nil {
				names = append(names, m.then.params()...)
			}
		}
		return names
	}
	for _, p := range l.op.Params(l.name, l.inShapes()) {
		names = append(names, p.Name)
	}
	return names
}

// inShapes is what the layer's op reads, as described.
func (l *layer) inShapes() []graph.Shape {
	var all []graph.Shape
	for _, p := range l.in {
		all = append(all, p.of.shape)
	}
	if len(all) == 2 && !is[graph.Add](l) { // joined
		all = []graph.Shape{{H: all[0].H, W: all[0].W, C: all[0].C + all[1].C}}
	}
	return all
}

// load loads the layer's own weights.
func (y *layer) load(l *Loader) (w weights, err error) {
	in := y.inShapes()
	switch op := y.op.(type) {
	case graph.Conv:
		return newConv2D(l, y.name, op, in[0].C, y.shape.H, y.shape.W)
	case graph.Linear:
		if y.maps != nil {
			return newStacked(l, y.name, y.maps)
		}
		return newLinear(l, y.name, op, in[0].C)
	case graph.GroupNorm:
		return newGroupNorm(l, y.name, op, in[0].C)
	case graph.LayerNorm:
		return newLayerNorm(l, y.name, in[0].C)
	}
	p := y.op.Params(y.name, in)[0]
	t := &table{width: p.Shape[len(p.Shape)-1]}
	t.rows, err = l.Tensor(p.Name, p.Shape...)
	return t, err
}
