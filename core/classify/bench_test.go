package classify

import (
	"testing"

	"tintype/core/schedule"
)

// The gradient of one picture of 32 x 32, with the network that is shipped for Fashion-MNIST.
func BenchmarkLogProbGrad(b *testing.B) {
	c := Config{InChannels: 1, Channels: []int{16, 32, 64}, Groups: 8, TimeDim: 64, Harmonics: 16, Outputs: 10}
	n, err := New(c, Random(c, 1))
	if err != nil {
		b.Fatal(err)
	}
	p, err := n.Plan(1, 32, 32, nil)
	if err != nil {
		b.Fatal(err)
	}
	x, dst := normal(1, 1024), make([]float32, 1024)
	flops := int64(0)
	for _, op := range p.plan.Ops() {
		flops += op.FLOPs
	}
	for b.Loop() {
		if err := p.LogProbGrad(dst, nil, x, schedule.Level{A: 0.6, S: 0.8}, []int32{3}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
