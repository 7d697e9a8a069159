package kernel

import (
	"math"
	"testing"
)

// bulk returns calls that are large enough for eight parts each, of odd sizes,
// and the slice that each writes.
func bulk() map[string]func() []float32 {
	r := rng(12)
	const hw, c, h, w = 37 * 41, 180, 37, 41
	x, y, dst := r.floats(hw*c), r.floats(hw*c), make([]float32, 4*hw*c)
	row, weights := r.floats(2*c), r.floats(9*40*c)
	packed, scratch := make([]float32, PackedConv3x3Len(40, c)), make([]float32, 2*c+NormScratch(hw, c))
	out := dst[:hw*c]
	winograd := func(tile, h, w, cin, cout, count int, e Epilogue) func() []float32 {
		shape := Winograd{Tile: tile, N: 1, H: h, W: w, Cin: cin, Cout: cout}
		packed, v, m := make([]float32, shape.PackedLen()), make([]float32, shape.InputLen(count)), make([]float32, shape.ScratchLen(count))
		shape.Pack(packed, y)
		return func() []float32 {
			for first := 0; first < shape.Tiles(); first += count {
				n := min(count, shape.Tiles()-first)
				shape.Input(v, x, first, n, 0, n)
				shape.Output(dst, v, packed, m, e, first, n, 0, shape.Panels())
			}
			return dst[:h*w*cout]
		}
	}
	frame := Frame{H: 40, W: 44, C: c, Top: 1, Left: 2, Ph: h, Pw: w}
	return map[string]func() []float32{
		"Gemm": func() []float32 {
			clear(dst)
			Pack(packed, weights, 77, 150, 77)
			Gemm(dst, c, x, c, packed, hw, 77, 150, false)
			return dst[:hw*c]
		},
		"Gemm of one block": func() []float32 {
			Pack(packed, weights, 77, 150, 77)
			Gemm(dst, 77, x, c, packed, 163, 77, 150, false)
			return dst[:163*77]
		},
		"Gemm accumulate": func() []float32 {
			copy(dst, y)
			Pack(packed, weights, c, 60, c)
			Gemm(dst, c, x, c, packed, 311, c, 60, true)
			return dst[:311*c]
		},
		"Conv3x3": func() []float32 {
			PackConv3x3(packed, weights, 40, 50)
			Conv3x3(dst, x, packed, row, 2, h/2, w, 40, h/2-2, w-2, 50, 1)
			return dst[:2*(h/2-2)*(w-2)*50]
		},
		"Conv3x3 stride 2": func() []float32 {
			PackConv3x3(packed, weights, 40, 50)
			Conv3x3(dst, x, packed, nil, 1, h, w, 40, h/2, w/2, 50, 2)
			return dst[:h/2*(w/2)*50]
		},
		"Winograd many tiles": winograd(4, 35, 37, 40, 37, 30, Epilogue{Rows: row[:37]}),
		"Winograd few tiles":  winograd(4, 16, 16, 64, 53, 16, Epilogue{Rows: row[:53], Residual: y, Scale: 0.5}),
		"Winograd large":      winograd(4, 33, 37, 128, 67, 45, Epilogue{Rows: row[:67], Residual: y, Scale: 0.25}),
		"Winograd small":      winograd(2, 7, 8, 64, 150, 16, Epilogue{Rows: row[:150]}),
		"Fill":                func() []float32 { frame.Fill(dst, x, Norm{}, 0, c, 0, frame.H); return dst[:40*44*c] },
		"Fill norm":           func() []float32 { frame.Fill(dst, x, Norm{row[:c], row[c:]}, 0, c, 0, frame.H); return dst[:40*44*c] },
		"GroupNormAffine": func() []float32 {
			GroupNormAffine(dst[:c], dst[c:2*c], row, row[c:], x, y, hw/2, 76, 104, 36, 1e-5, scratch)
			return dst[:2*c]
		},
		"Pack":      func() []float32 { Pack(dst, x, c, hw, c); return dst[:PackedLen(hw, c)] },
		"PackT":     func() []float32 { PackT(dst, x, c, c, hw); return dst[:PackedLen(c, hw)] },
		"Add":       func() []float32 { Add(out, x, y); return out },
		"Scale":     func() []float32 { copy(out, x); Scale(out, out, 0.7); return out },
		"AddBias":   func() []float32 { copy(out, x); AddBias(out, row, hw, c); return out },
		"GroupNorm": func() []float32 { GroupNorm(out, x, row, row[c:], 1, hw, c, 36, 1e-5, scratch); return out },
		"GroupNorm odd": func() []float32 {
			copy(out, x)
			GroupNorm(out, out, row, row[c:], 1, hw, c, 60, 1e-5, scratch)
			return out
		},
		"GroupNorm single": func() []float32 { GroupNorm(out, x, row, row[c:], 1, hw, c, 1, 1e-5, scratch); return out },
		"SiLU":             func() []float32 { Scale(out, x, 15); SiLU(out, out); return out },
		"SiLUGrad":         func() []float32 { Scale(out, x, 9); SiLUGrad(out, out, x); return out },
		"SoftmaxRows":      func() []float32 { clear(out); SoftmaxRows(out, x, hw, 177, c, 9); return out },
		"Upsample2x":       func() []float32 { Upsample2x(dst, x, 1, h, w, c); return dst },
		"AvgPool2x":        func() []float32 { AvgPool2x(dst, x, 1, h, w, c); return dst[:h/2*(w/2)*c] },
	}
}

// backwards is a team on one thread that does the parts in descending order and
// counts them.
type backwards struct{ size, parts int }

func (b *backwards) Size() int { return b.size }

func (b *backwards) Run(parts int) {
	b.parts += parts
	for i := parts - 1; i >= 0; i-- {
		Part(i)
	}
}

// TestPartsSameBits compares every job, done in parts in any order, with the
// call on one thread.
func TestPartsSameBits(t *testing.T) {
	defer SetTeam(nil)
	for name, f := range bulk() {
		SetTeam(nil)
		want := append([]float32(nil), f()...)
		for size := 1; size <= 4; size++ {
			team := &backwards{size: size}
			SetTeam(team)
			sameFloats(t, name, size, want, f())
			if size > 1 && team.parts < 2 && name != "GroupNorm single" {
				t.Errorf("%s: not divided among %d threads", name, size)
			}
		}
	}
}

func sameFloats(t *testing.T, name string, size int, want, got []float32) {
	t.Helper()
	for i, w := range want {
		if math.Float32bits(w) != math.Float32bits(got[i]) {
			t.Fatalf("%s on %d threads: element %d is %x, want %x", name, size, i, got[i], w)
		}
	}
}

// TestPartsCoverUnits expects every unit in exactly one part.
func TestPartsCoverUnits(t *testing.T) {
	defer SetTeam(nil)
	SetTeam(&backwards{size: 3})
	var s slot[tally]
	for units := range 40 {
		seen := make([]int, units)
		s.run(tally{seen}, units, 100*partWork)
		for u, n := range seen {
			if n != 1 {
				t.Fatalf("%d units: unit %d was done %d times", units, u, n)
			}
		}
	}
	if s.job.seen != nil || pool.work != nil {
		t.Error("a finished job is still referred to")
	}
}

// TestUnequalThreads has two threads take parts, one of them slower: together
// they take little longer than if the work had been cut to their measure.
func TestUnequalThreads(t *testing.T) {
	defer SetTeam(nil)
	const units = 64
	for _, slow := range []float64{1, 1.25, 1.5, 2, 3} {
		team := &unequal{pace: [2]float64{1, slow}}
		SetTeam(team)
		var s slot[measured]
		s.run(measured{&team.done}, units, units*partWork)
		ideal := units / (1 + 1/slow)
		if took := max(team.clock[0], team.clock[1]); took > ideal*1.15 {
			t.Errorf("one thread takes %v times as long: the job takes %.1f, cut to measure %.1f", slow, took, ideal)
		}
	}
}

// unequal is a team of two threads, played by one, on clocks of their own.
type unequal struct {
	pace, clock [2]float64
	done        int
}

func (u *unequal) Size() int { return 2 }

func (u *unequal) Run(parts int) {
	for i := parts - 1; i >= 0; i-- {
		next := 0
		if u.clock[1] < u.clock[0] {
			next = 1
		}
		u.done = 0
		Part(i)
		u.clock[next] += float64(u.done) * u.pace[next]
	}
}

type measured struct{ units *int }

func (j measured) share(from, to int) { *j.units += to - from }

type tally struct{ seen []int }

func (j tally) share(from, to int) {
	for u := from; u < to; u++ {
		j.seen[u]++
	}
}

// TestPartsNoAllocation promises that no job allocates, whatever the team.
func TestPartsNoAllocation(t *testing.T) {
	defer SetTeam(nil)
	SetTeam(&backwards{size: 4})
	for name, f := range bulk() {
		// Ten runs, because what the runtime itself allocates now and then is counted too.
		if n := testing.AllocsPerRun(10, func() { f() }); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
