package main

import (
	"fmt"
	"math"

	"tintype/core/classify"
	"tintype/core/schedule"
)

// testTimes are the steps of the process at which the classifier is tested, after the clean pictures.
var testTimes = []float64{50, 100, 200, 300, 400, 500, 600, 700, 800, 900}

// test prints accuracy and cross entropy on the test set, clean and at several noise levels.
func (tr *training) test(net *classify.Net, p *schedule.VPDiscrete) error {
	data, err := readDataset(tr.data, "t10k")
	if err != nil {
		return err
	}
	const batch = 50
	pass, err := net.Plan(batch, padded, padded, nil)
	if err != nil {
		return err
	}
	levels := []schedule.Level{schedule.Clean}
	for _, t := range testTimes {
		levels = append(levels, p.AtTime(t))
	}
	x, clean := make([]float32, batch*padded*padded), make([]float32, padded*padded)
	for _, l := range levels {
		right, loss := 0, 0.0
		n := data.len() / batch * batch
		for first := 0; first < n; first += batch {
			for i := range batch {
				data.picture(clean, first+i)
				noisy(x[i*len(clean):][:len(clean)], clean, l, tr.seed+1, uint64(first+i))
			}
			out, err := pass.Forward(x, l)
			if err != nil {
				return err
			}
			for i := range batch {
				row, y := out[i*len(classNames):][:len(classNames)], int(data.labels[first+i])
				best, sum := 0, 0.0
				for k, v := range row {
					sum += math.Exp(float64(v))
					if v > row[best] {
						best = k
					}
				}
				loss += math.Log(sum) - float64(row[y])
				if best == y {
					right++
				}
			}
		}
		fmt.Fprintf(tr.out, "test at time %3.0f, sigma %6.3f: accuracy %.4f, cross entropy %.4f\n",
			l.T, l.Sigma(), float64(right)/float64(n), loss/float64(n))
	}
	return nil
}
