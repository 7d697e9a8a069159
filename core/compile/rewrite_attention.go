package compile

import "tintype/core/graph"

// foldOneHead makes two products of the four of an attention with one head over all
// channels. With h what is attended to and W, b of the linear layers,
//
//	q_i·k_j = (Wkᵀ Wq h_i + Wkᵀ bq)·h_j + what depends on i alone, which softmax cancels
//	Wo o_i + bo = Σ_j softmax_ij (Wo Wv h_j + Wo bv + bo), as a row of softmax adds up to 1
//
// so that Wkᵀ Wq and Wo Wv, multiplied when the network is loaded, stand in for q and
// v, and h for k.
func foldOneHead(n *layers) {
	users := n.users()
	for _, a := range n.all {
		op, ok := a.op.(graph.Attention)
		if !ok || op.Heads != 1 || op.Causal || len(users[a]) != 1 || users[a][0] == nil {
			continue
		}
		q, k, v, out := a.in[0].of, a.in[1].of, a.in[2].of, users[a][0]
		if !foldable(users, a, q, k, v) || !is[graph.Linear](out) || out.single() != a || out.shape.C != q.single().shape.C || out.shape.C != a.shape.C {
			continue
		}
		h := q.single()
		q.maps = []linearMap{{first: q.own(), then: k, turned: true}}
		v.maps = []linearMap{{first: v.own(), then: out}}
		a.in = []part{whole(q), whole(h), whole(v)}
		n.replace(out, a)
	}
}

// foldable says whether q, k and v are linear layers of one input that only a reads.
func foldable(users map[*layer][]*layer, a *layer, all ...*layer) bool {
	for _, l := range all {
		if !is[graph.Linear](l) || l.single() == nil || l.single() != all[0].single() || !only(users, l, a) {
			return false
		}
	}
	return true
}

// own is a linear layer's map before it is given others.
func (l *layer) own() *layer {
	c := *l
	c.maps = nil
	return &c
}

// stackProjections computes the queries, keys and values that read one input in one
// product, whose result attention reads in parts.
func stackProjections(n *layers) {
	users := n.users()
	for _, a := range n.all {
		if !is[graph.Attention](a) {
			continue
		}
		var stack *layer // the first of those that read the same
		for i := range a.in {
			l := a.in[i].of
			if !is[graph.Linear](l) || l.single() == nil || !only(users, l, a) {
				continue
			}
			if stack == nil || stack.single() != l.single() {
				if stack == nil || i == 1 { // queries that read something else stand alone
					stack = l
				}
				continue
			}
			if stack.maps == nil {
				stack.maps = []linearMap{{first: stack.own()}}
			}
			from := stack.shape.C
			if l.maps == nil {
				l.maps = []linearMap{{first: l.own()}}
			}
			stack.maps = append(stack.maps, l.maps...)
			stack.shape.C += l.shape.C
			a.in[i] = part{stack, from}
		}
	}
}
