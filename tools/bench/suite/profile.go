package suite

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tintype/core/compile"
)

const (
	profileTime = 500 * time.Millisecond
	slowest     = 5 // layers named
)

// profile prints where the time of a pass goes: first by kind of operation, then the goal for what is neither a product
// nor a convolution, then the slowest layers. Operations are timed one by one, from the end of the one before;
// a browser's clock is too coarse for the smallest, but its errors cancel out over a sum.
//
//	profile NAME KIND  ms of a pass, share of it, GFLOP/s
func profile(print Printer, name string, plan func(between func() error) (*Passes, error)) error {
	var (
		at    int
		last  time.Time
		spent []time.Duration
	)
	p, err := plan(func() error {
		now := time.Now()
		spent[at] += now.Sub(last)
		at, last = at+1, now
		return nil
	})
	if err != nil {
		return err
	}
	listed, ok := p.net.(interface{ Ops() []compile.Op })
	if !ok {
		return errors.New("this network does not tell its operations")
	}
	ops := listed.Ops()
	passes := -1 // the first is only to warm up
	for begin := time.Now(); passes < 1 || time.Since(begin) < profileTime; passes++ {
		if passes <= 0 {
			spent = make([]time.Duration, len(ops))
		}
		at, last = 0, time.Now()
		if err := p.once(); err != nil {
			return err
		}
	}
	printProfile(print, name, ops, spent, passes)
	return nil
}

// cost is what a group of operations took in all passes, and their FLOPs in one.
type cost struct {
	name  string
	kind  compile.OpKind
	took  time.Duration
	flops int64
}

func printProfile(print Printer, name string, ops []compile.Op, spent []time.Duration, passes int) {
	var kinds, layers []cost
	total := cost{}
	for i, op := range ops {
		kinds = charge(kinds, cost{op.Kind.String(), op.Kind, spent[i], op.FLOPs})
		layers = charge(layers, cost{op.Name, op.Kind, spent[i], op.FLOPs})
		total.took, total.flops = total.took+spent[i], total.flops+op.FLOPs
	}
	for _, list := range [][]cost{kinds, layers} {
		slices.SortStableFunc(list, func(a, b cost) int { return cmp.Compare(b.took, a.took) })
	}
	line := func(what string, c cost) {
		text := fmt.Sprintf("profile %s %s %.3f ms, %.1f %%", name, what, ms(c.took)/float64(passes), 100*c.took.Seconds()/total.took.Seconds())
		if c.flops > 0 {
			text += fmt.Sprintf(", %.1f GFLOP/s", float64(c.flops)*float64(passes)/1e9/c.took.Seconds())
		}
		print(text)
	}
	line("pass", total)
	rest := cost{}
	for _, c := range kinds {
		line(c.name, c)
		if c.kind != compile.OpConv && c.kind != compile.OpMatMul {
			rest.took += c.took
		}
	}
	const goal = 15
	share := 100 * rest.took.Seconds() / total.took.Seconds()
	print.Target(3, share < goal, "%s spends %.1f %% of a pass on what is neither product nor convolution (%.3f ms), under %d %%",
		name, share, ms(rest.took)/float64(passes), goal)
	for _, c := range layers[:min(slowest, len(layers))] {
		line("layer "+c.name+" "+c.kind.String(), c)
	}
}

// charge adds c to what the list has of its name and kind.
func charge(list []cost, c cost) []cost {
	i := slices.IndexFunc(list, func(o cost) bool { return o.name == c.name && o.kind == c.kind })
	if i < 0 {
		i = len(list)
		list = append(list, cost{name: c.name, kind: c.kind})
	}
	list[i].took, list[i].flops = list[i].took+c.took, list[i].flops+c.flops
	return list
}
