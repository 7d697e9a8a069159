package arch_test

import (
	"testing"

	"tintype/core/arch"
	"tintype/core/compile"
	"tintype/core/tensor"
)

// engineConfig is one of the three graphs of the project's speed goals: two resnets a level, one head, 32 groups.
func engineConfig(attention []bool, channels ...int) arch.UNet2DConfig {
	cfg := arch.DefaultUNet2D()
	cfg.BlockOutChannels, cfg.AttentionHeadDim = channels, 0
	cfg.DownBlockTypes = make([]arch.BlockType, len(channels))
	cfg.UpBlockTypes = make([]arch.BlockType, len(channels))
	for i, attends := range attention {
		if attends {
			cfg.DownBlockTypes[i] = arch.BlockAttention
			cfg.UpBlockTypes[len(channels)-1-i] = arch.BlockAttention
		}
	}
	return cfg
}

// BenchmarkUNet2D measures whole passes of one picture. Making the larger networks takes minutes: see random.
func BenchmarkUNet2D(b *testing.B) {
	for _, g := range []struct {
		name string
		cfg  arch.UNet2DConfig
		side int
	}{
		{"unet32-64", engineConfig([]bool{false, true, false}, 64, 128, 128), 32},
		{"unet32-128", engineConfig([]bool{false, true, false, false}, 128, 256, 256, 256), 32},
		{"unet64-64", engineConfig([]bool{false, false, true, true}, 64, 128, 192, 256), 64},
	} {
		b.Run(g.name, func(b *testing.B) {
			g.cfg.SampleHeight, g.cfg.SampleWidth = g.side, g.side
			net, err := randomNet(b, g.cfg).Plan(1, g.side, g.side, nil)
			if err != nil {
				b.Fatal(err)
			}
			x, y := tensor.New(1, g.side, g.side, 3), tensor.New(1, g.side, g.side, 3)
			flops := int64(0)
			for _, op := range net.(interface{ Ops() []compile.Op }).Ops() {
				flops += op.FLOPs
			}
			times := []float32{500}
			for b.Loop() {
				if err := net.Forward(y, x, times, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(flops)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			b.ReportMetric(float64(flops)/1e9, "GFLOP")
		})
	}
}
