package arch_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"tintype/core/arch"
	"tintype/core/tensor"
	"tintype/internal/golden"
)

// planned plans a recording's pass and returns it with its arguments.
func planned(tb testing.TB, name string, between func() error) (arch.Net, *tensor.Tensor, *golden.Recording, *tensor.Cond) {
	tb.Helper()
	net, r := load(tb, name)
	cond, err := r.Condition(net.Config())
	if err != nil {
		tb.Fatal(err)
	}
	pass, err := net.Plan(r.Sample.N, r.Sample.H, r.Sample.W, between)
	if err != nil {
		tb.Fatal(err)
	}
	return pass, tensor.New(r.Out.N, r.Out.H, r.Out.W, r.Out.C), r, cond
}

func TestForwardAllocatesNothing(t *testing.T) {
	calls := 0
	for _, name := range recorded {
		pass, y, r, cond := planned(t, name, func() error { calls++; return nil })
		n := testing.AllocsPerRun(10, func() {
			if err := pass.Forward(y, r.Sample, r.Times, cond); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a pass", name, n)
		}
	}
	if calls == 0 {
		t.Error("between was not called")
	}
}

// TestForwardTwice: a pass leaves nothing behind that the next one reads.
func TestForwardTwice(t *testing.T) {
	for _, name := range recorded {
		pass, first, r, cond := planned(t, name, nil)
		if err := pass.Forward(first, r.Sample, r.Times, cond); err != nil {
			t.Fatal(err)
		}
		second := tensor.New(first.N, first.H, first.W, first.C)
		if err := pass.Forward(second, r.Sample, r.Times, cond); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(first.Data, second.Data) {
			t.Errorf("%s: the second pass differs from the first", name)
		}
	}
}

func TestBetweenEndsThePass(t *testing.T) {
	left, stop := 0, errors.New("cancelled")
	pass, y, r, cond := planned(t, "ddpm", func() error {
		if left--; left == 0 {
			return stop
		}
		return nil
	})
	if err := pass.Forward(y, r.Sample, r.Times, cond); err != nil {
		t.Fatal(err)
	}
	operations := -left
	if operations < 100 {
		t.Errorf("between was called %d times: expected once per operation", operations)
	}
	want := slices.Clone(y.Data)
	for _, after := range []int{1, 2, operations / 2, operations} {
		left = after
		if err := pass.Forward(y, r.Sample, r.Times, cond); err != stop {
			t.Fatalf("after %d operations: found error %v", after, err)
		}
		if left != 0 {
			t.Errorf("after %d operations: between was called again", after)
		}
	}
	if err := pass.Forward(y, r.Sample, r.Times, cond); err != nil || !slices.Equal(want, y.Data) {
		t.Errorf("a pass after a cancelled one differs (error %v)", err)
	}
}

// TestBatchEqualsSingles: picture i of a batch has the bits it has alone, whatever the batch.
func TestBatchEqualsSingles(t *testing.T) {
	for _, name := range recorded {
		net, r := load(t, name)
		whole, err := r.Run(net)
		if err != nil {
			t.Fatal(err)
		}
		cond, _ := r.Condition(net.Config())
		single, err := net.Plan(1, r.Sample.H, r.Sample.W, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, y := tensor.New(1, r.Sample.H, r.Sample.W, r.Sample.C), tensor.New(1, r.Out.H, r.Out.W, r.Out.C)
		for i := range r.Sample.N {
			copy(x.Data, r.Sample.Data[i*x.Len():])
			if err := single.Forward(y, x, r.Times[i:i+1], row(cond, i, r.Sample.N)); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(y.Data, whole.Data[i*y.Len():(i+1)*y.Len()]) {
				t.Errorf("%s: picture %d alone differs from itself in the batch", name, i)
			}
		}
	}
}

// row is picture i's part of a condition of n.
func row(c *tensor.Cond, i, n int) *tensor.Cond {
	if c == nil {
		return nil
	}
	one := &tensor.Cond{}
	if c.Labels != nil {
		one.Labels = c.Labels[i : i+1]
	}
	if c.Values != nil {
		one.Values = c.Values[i : i+1]
	}
	if c.Rows != nil {
		one.Rows = c.Rows[i*len(c.Rows)/n : (i+1)*len(c.Rows)/n]
	}
	return one
}

func TestForwardRefuses(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		name, net string
		change    func(y, x *tensor.Tensor, times []float32, cond *tensor.Cond)
		want      string
	}{
		{"height", "ddpm", func(y, x *tensor.Tensor, _ []float32, _ *tensor.Cond) { x.H = 4 }, "x: expected a tensor"},
		{"channels", "ddpm", func(y, x *tensor.Tensor, _ []float32, _ *tensor.Cond) { y.C = 4 }, "dst: expected a tensor"},
		{"short", "ddpm", func(y, x *tensor.Tensor, _ []float32, _ *tensor.Cond) { x.Data = x.Data[1:] }, "x: expected 576 values, found 575"},
		{"time NaN", "ddpm", func(_, _ *tensor.Tensor, times []float32, _ *tensor.Cond) { times[1] = nan }, "timestep: number 1 is NaN"},
		{"time infinite", "ddpm", func(_, _ *tensor.Tensor, times []float32, _ *tensor.Cond) { times[0] = inf }, "timestep: number 0 is +Inf"},
		{"label too large", "ddpm", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Labels[1] = 5 }, "class_labels: number 1 is 5: expected 0 to 4"},
		{"label negative", "ddpm", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Labels[0] = -1 }, "class_labels: number 0 is -1"},
		{"labels missing", "ddpm", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Labels = nil }, "found 0 whole numbers, expected whole numbers of [N H W C] = [2 1 1 1]"},
		{"noise level 0", "fourier", func(_, _ *tensor.Tensor, times []float32, _ *tensor.Cond) { times[0] = 0 }, "noise level above 0"},
		{"number 0", "fourier", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Values[1] = 0 }, "class_labels: number 1 is 0"},
		{"numbers missing", "fourier", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Values = nil }, "found 0 numbers, expected numbers of [N H W C] = [2 1 1 1]"},
		{"time not whole", "learned", func(_, _ *tensor.Tensor, times []float32, _ *tensor.Cond) { times[2] = 1.5 }, "whole number from 0 to 39"},
		{"time past the table", "learned", func(_, _ *tensor.Tensor, times []float32, _ *tensor.Cond) { times[2] = 40 }, "whole number from 0 to 39"},
		{"rows short", "learned", func(_, _ *tensor.Tensor, _ []float32, c *tensor.Cond) { c.Rows = c.Rows[1:] }, "found 107 numbers, expected numbers of [N H W C] = [3 1 1 36]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			pass, y, r, cond := planned(t, c.net, nil)
			c.change(y, r.Sample, r.Times, cond)
			err := pass.Forward(y, r.Sample, r.Times, cond)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("expected an error with %q, found %v", c.want, err)
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		pass, y, r, _ := planned(t, "ddpm", nil)
		if err := pass.Forward(y, r.Sample, r.Times, nil); err == nil {
			t.Error("no condition: expected an error")
		}
		if err := pass.Forward(y, nil, r.Times, nil); err == nil {
			t.Error("no x: expected an error")
		}
		if err := pass.Forward(y, r.Sample, r.Times[:1], nil); err == nil {
			t.Error("one time for two pictures: expected an error")
		}
	})
}

func TestPlanRefusesSizes(t *testing.T) {
	net, _ := load(t, "ddpm") // three levels
	for _, c := range []struct {
		n, h, w int
		want    string
	}{
		{0, 8, 8, "batch of 0"}, {-1, 8, 8, "batch of -1"},
		{1, 6, 8, "multiples of 4"}, {1, 8, 10, "multiples of 4"}, {1, 0, 8, "multiples of 4"}, {1, 8, -4, "multiples of 4"},
		{1, 1 << 20, 1 << 20, "too large"}, {4097, 8, 8, "expected 1 to 4096"}, {4096, 64, 64, "too large"}, {1, 4, 1 << 30, "too large"},
	} {
		_, err := net.Plan(c.n, c.h, c.w, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d pictures of %d x %d: expected an error with %q, found %v", c.n, c.h, c.w, c.want, err)
		}
	}
	cfg := small()
	cfg.BlockOutChannels, cfg.LayersPerBlock, cfg.AddAttention = []int{64}, 4, false
	cfg.DownBlockTypes, cfg.UpBlockTypes = make([]arch.BlockType, 1), make([]arch.BlockType, 1)
	if _, err := randomNet(t, cfg).Plan(1, 1448, 1448, nil); err == nil || !strings.Contains(err.Error(), "MiB of memory, expected at most 2048") {
		t.Errorf("a picture of 1448 x 1448 through 64 channels: found %v", err)
	}
}
