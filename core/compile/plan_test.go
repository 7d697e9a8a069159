package compile

import (
	"errors"
	"testing"
)

func TestSplitCoversEveryUnitOnce(t *testing.T) {
	for _, c := range []struct {
		units int
		flops int64
		ops   int
	}{
		{0, 1, 0}, {1, 1, 1}, {100, 0, 1}, {100, 1, 1}, {7, opFLOPs, 7}, {7, 10 * opFLOPs, 7},
		{10, opFLOPs / 3, 4}, {9, opFLOPs / 3, 3}, {1000, opFLOPs / 100, 10},
	} {
		var p Plan
		done := make([]int, c.units)
		p.split(Op{Name: "x", Kind: OpConv, FLOPs: c.flops}, c.units, func(from, to int) {
			for i := from; i < to; i++ {
				done[i]++
			}
		})
		total := int64(0)
		for _, op := range p.Ops() {
			if op.FLOPs > max(opFLOPs, c.flops) || op.Name != "x" || op.Kind != OpConv {
				t.Errorf("%+v: operation %q of %v has %d FLOPs", c, op.Name, op.Kind, op.FLOPs)
			}
			total += op.FLOPs
		}
		if len(p.Ops()) != c.ops || total != c.flops*int64(c.units) {
			t.Errorf("%+v: found %d operations of %d FLOPs together", c, len(p.Ops()), total)
		}
		if err := p.Run(nil); err != nil {
			t.Fatal(err)
		}
		for i, n := range done {
			if n != 1 {
				t.Errorf("%+v: unit %d was done %d times", c, i, n)
			}
		}
	}
}

func TestRunStopsAtTheFirstError(t *testing.T) {
	var p Plan
	ran, stop := 0, errors.New("stop")
	for range 5 {
		p.Add(Op{Run: func() { ran++ }})
	}
	err := p.Run(func() error {
		if ran == 3 {
			return stop
		}
		return nil
	})
	if err != stop || ran != 3 {
		t.Errorf("found %v after %d operations", err, ran)
	}
}

func TestKindsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for k := range opKinds + 1 {
		if name := k.String(); name == "" || seen[name] {
			t.Errorf("kind %d is called %q", k, name)
		} else {
			seen[name] = true
		}
	}
}
