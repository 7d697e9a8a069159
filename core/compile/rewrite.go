package compile

import (
	"slices"

	"tintype/core/graph"
)

// The rewrites that make a network fast, in the order in which they are tried. Each
// leaves a network that computes the same, but for rounding where it says so. What
// they find depends on the description alone, never on the size of pictures, so that
// the weights that were packed for one size serve all.
var rewrites = []func(*layers){
	foldOneHead,
	stackProjections,
	normIntoConv,
	doubleIntoConv,
	rowIntoConv,
	residualIntoConv,
	modulateNorm,
	joinConcat,
	actAfter,
}

// rewrite applies them all.
func (n *layers) rewrite() {
	for _, r := range rewrites {
		r(n)
		n.drop()
	}
}

// single is the layer that a layer reads, if it reads it whole and there is just one
// such input.
func (l *layer) single() *layer {
	if len(l.in) != 1 || l.in[0].from != 0 {
		return nil
	}
	return l.in[0].of
}

// is says whether a layer's op is of type T.
func is[T graph.Op](l *layer) bool {
	_, ok := l.op.(T)
	return ok
}

// normIntoConv applies a norm and SiLU while a convolution's frame is filled, so that
// no picture of them is ever held: conv(silu(norm(x))), also with the norm's result
// modulated, and with its pixels doubled.
func normIntoConv(n *layers) {
	users := n.users()
	for _, conv := range n.all {
		if !is[graph.Conv](conv) {
			continue
		}
		from := conv.single()
		double := from != nil && is[graph.Upsample](from) && only(users, from, conv)
		act, reader := from, conv
		if double {
			act, reader = from.single(), from
		}
		if act == nil || act.op != (graph.Apply{Function: graph.SiLU}) || !only(users, act, reader) {
			continue
		}
		norm, last := act.single(), act
		var modulate []part
		if norm != nil && is[graph.Modulate](norm) && only(users, norm, act) {
			modulate, last = norm.in[1:], norm
			norm = norm.in[0].of
		}
		if norm == nil || !is[graph.GroupNorm](norm) || !only(users, norm, last) {
			continue
		}
		norm.asAffine, norm.modulate = true, modulate
		conv.in, conv.affine, conv.double = norm.in, norm, double
		norm.shape = graph.Row(2 * norm.shape.C)
		n.moveBefore(norm, conv)
	}
}

// moveBefore has l come right before what follows, since it may read what was made
// after its own place.
func (n *layers) moveBefore(l, next *layer) {
	all := make([]*layer, 0, len(n.all))
	for _, other := range n.all {
		if other == next {
			all = append(all, l)
		}
		if other != l {
			all = append(all, other)
		}
	}
	n.all = all
}

// doubleIntoConv doubles pixels while a convolution's frame is filled.
func doubleIntoConv(n *layers) {
	users := n.users()
	for _, conv := range n.all {
		if !is[graph.Conv](conv) || conv.double {
			continue
		}
		if up := conv.single(); up != nil && is[graph.Upsample](up) && only(users, up, conv) {
			conv.in, conv.double = up.in, true
		}
	}
}

// rowIntoConv adds a row to every pixel before a convolution's only store. The row's
// own bias takes the convolution's in, which rounds their sum.
func rowIntoConv(n *layers) {
	users := n.users()
	for _, sum := range slices.Clone(n.all) {
		if sum.op != (graph.Add{Scale: 1}) || len(sum.in) != 2 {
			continue
		}
		conv, row := sum.in[0].of, sum.in[1].of
		if !is[graph.Conv](conv) || !is[graph.Linear](row) || row.shape != graph.Row(conv.shape.C) || conv.shape == row.shape ||
			conv.rows != nil || !only(users, conv, sum) || !only(users, row, sum) {
			continue
		}
		conv.rows = row
		n.standIn(sum, conv)
		users[conv] = users[sum]
	}
}

// residualIntoConv adds the other way of a residual block before a convolution's only
// store, and a 1x1 convolution on that way band by band.
func residualIntoConv(n *layers) {
	users := n.users()
	for _, sum := range slices.Clone(n.all) {
		add, ok := sum.op.(graph.Add)
		if !ok || sum.in[0].of.shape != sum.in[1].of.shape {
			continue
		}
		conv, side := sum.in[0].of, sum.in[1].of
		if !is[graph.Conv](conv) || conv.residual != nil || !only(users, conv, sum) || conv == side {
			continue
		}
		conv.residual, conv.scale = []part{whole(side)}, add.Scale
		if is[graph.Linear](side) && side.maps == nil && only(users, side, sum) {
			conv.residual, conv.through = side.in, side
		}
		n.standIn(sum, conv)
		users[conv] = users[sum]
	}
}

// standIn has l do what other did, in its place: what other reads is there by then.
func (n *layers) standIn(other, l *layer) {
	n.moveBefore(l, other)
	n.replace(other, l)
}

// modulateNorm works a scale and a shift, 1 + scale and shift, into the gain and
// shift of a norm that stands for itself. (Of one in a convolution, normIntoConv has.)
func modulateNorm(n *layers) {
	for _, l := range n.all {
		for i, p := range l.modulate {
			l.modulate[i] = unsliced(p)
		}
	}
}

// unsliced reads channels where they are instead of a copy of them.
func unsliced(p part) part {
	if s, ok := p.of.op.(graph.Slice); ok {
		return part{p.of.in[0].of, p.of.in[0].from + s.From + p.from}
	}
	return p
}

// joinConcat has layers read two tensors side by side instead of a copy of both: the
// norms and convolutions of a way up.
func joinConcat(n *layers) {
	users := n.users()
	for _, concat := range n.all {
		if !is[graph.Concat](concat) || !allJoin(users[concat], concat) {
			continue
		}
		join := func(parts []part) []part {
			if len(parts) == 1 && parts[0].of == concat {
				return concat.in
			}
			return parts
		}
		for _, u := range users[concat] {
			u.in, u.residual = join(u.in), join(u.residual)
		}
	}
}

// allJoin says whether every layer can read the two parts of concat.
func allJoin(users []*layer, concat *layer) bool {
	for _, u := range users {
		switch {
		case u == nil:
			return false
		case is[graph.Conv](u):
			if len(u.residual) == 1 && u.residual[0].of == concat && u.through == nil {
				return false
			}
		case is[graph.GroupNorm](u) && u.asAffine:
		case is[graph.Linear](u) && u.maps == nil:
		default:
			return false
		}
	}
	return true
}

// actAfter applies a function to what a convolution or a linear layer makes while it
// is in a cache.
func actAfter(n *layers) {
	users := n.users()
	for _, act := range n.all {
		f, ok := act.op.(graph.Apply)
		if !ok {
			continue
		}
		from := act.single()
		if from == nil || from.hasAfter || !(is[graph.Conv](from) || is[graph.Linear](from) && from.maps == nil) || !only(users, from, act) {
			continue
		}
		from.after, from.hasAfter = f.Function, true
		n.replace(act, from)
	}
}
