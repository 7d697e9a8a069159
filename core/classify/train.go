package classify

import (
	"errors"
	"fmt"
	"math"

	"tintype/core/compile"
	"tintype/core/grad"
	"tintype/core/schedule"
)

// Training is a Net planned for the gradients of its weights.
type Training struct {
	Pass
	weights []*grad.Weight
	labels  []int32 // of the batch at hand
	loss    float64
	right   int
}

// PlanTraining lays out a pass over a batch for training, and gives every weight room for its gradient.
func (n *Net) PlanTraining(batch, h, w int) (*Training, error) {
	pass, err := n.newPass(batch, h, w, nil)
	if err != nil {
		return nil, err
	}
	t := &Training{Pass: *pass, weights: n.Weights()}
	for _, w := range t.weights {
		w.Grad = make([]float32, len(w.Value))
	}
	k := n.start(&t.Pass)
	t.plan.Add(compile.Op{Name: "loss", Kind: compile.OpSoftmax, Run: t.crossEntropy})
	blocks := make([]slopes, len(n.blocks))
	dh := n.backward(&t.plan, k, t.dout, blocks)
	n.head.Gradient(&t.plan, k.mean, t.dout)
	n.learnBlocks(&t.plan, k, blocks)
	n.convIn.Gradient(&t.plan, t.x, dh)
	return t, t.commit()
}

// learnBlocks appends the gradients of the weights of the blocks and of the noise embedding, which all of them read.
func (n *Net) learnBlocks(p *compile.Plan, k *kept, blocks []slopes) {
	dt := p.New(k.t.N, 1, 1, k.t.C)
	p.Add(compile.Op{Name: "time_embedding", Kind: compile.OpMove, Run: func() { clear(dt.Data) }})
	for i := len(blocks) - 1; i >= 0; i-- {
		b, at, d := n.blocks[i], &k.blocks[i], blocks[i]
		b.conv2.Gradient(p, at.second.Y, d.y)
		b.conv1.Gradient(p, at.half, d.u)
		drows := grad.Sum(p, b.name, d.u)
		b.time.Gradient(p, k.t, drows)
		grad.AddInto(p, b.name, dt, b.time.Backward(p, drows))
	}
	d2 := grad.SiLUBack(p, "time_embedding", k.t2, dt)
	n.time[1].Gradient(p, k.t1a, d2)
	d1 := grad.SiLUBack(p, "time_embedding", k.t1, n.time[1].Backward(p, d2))
	n.time[0].Gradient(p, k.level, d1)
}

// X is where the caller puts the noisy pictures, [N,H,W,InChannels], with A²+S² = 1.
func (t *Training) X() []float32 { return t.x.Data }

// Step computes the mean cross entropy of the batch in X with each picture's level and label, its gradient in every
// weight's Grad, and how many pictures are classified right. It allocates nothing.
func (t *Training) Step(levels []schedule.Level, labels []int32) (loss float64, right int, err error) {
	if len(levels) != t.x.N || len(labels) != t.x.N {
		return 0, 0, fmt.Errorf("classifier: %d levels and %d labels for a batch of %d", len(levels), len(labels), t.x.N)
	}
	for i, y := range labels {
		if y < 0 || int(y) >= t.out.C {
			return 0, 0, fmt.Errorf("classifier: label %d is %d, expected 0 to %d", i, y, t.out.C-1)
		}
	}
	for i, l := range levels {
		harmonics(t.level.Data[i*t.level.C:][:t.level.C], l)
	}
	for _, w := range t.weights {
		clear(w.Grad)
	}
	t.labels = labels
	if err := t.run(0, len(t.plan.Ops())); err != nil {
		return 0, 0, err
	}
	if math.IsNaN(t.loss) || math.IsInf(t.loss, 0) {
		return 0, 0, errors.New("the loss is not a number: train with a lower rate")
	}
	return t.loss, t.right, nil
}

// crossEntropy writes the gradient of L = -mean log p(y|x) at the outputs: (softmax - 1_y)/N.
func (t *Training) crossEntropy() {
	t.loss, t.right = 0, 0
	classes, n := t.out.C, float64(t.out.N)
	for i, y := range t.labels {
		t.loss -= logSoftmax(t.probs, t.out.Data[i*classes:][:classes], int(y)) / n
		row, best := t.dout.Data[i*classes:][:classes], 0
		for k, q := range t.probs {
			row[k] = float32(q / n)
			if q > t.probs[best] {
				best = k
			}
		}
		row[y] = float32((t.probs[y] - 1) / n)
		if best == int(y) {
			t.right++
		}
	}
}
