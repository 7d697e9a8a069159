package main

import "tintype/internal/golden"

// checkNetwork checks a lone network: config.json, its weights, golden.safetensors. Of
// a network with several recorded passes it returns the worst.
func checkNetwork(path string) (worst golden.Difference, err error) {
	latent, err := golden.IsComponent(path)
	if err != nil {
		return worst, err
	}
	if latent {
		differences, err := golden.CompareComponent(path)
		for _, d := range differences {
			if d.Relative() >= worst.Relative() {
				worst = d
			}
		}
		return worst, err
	}
	net, err := golden.LoadNetwork(path)
	if err != nil {
		return worst, err
	}
	r, err := golden.Read(path)
	if err != nil {
		return worst, err
	}
	y, err := r.Run(net)
	if err != nil {
		return worst, err
	}
	return golden.Compare(y.Data, r.Out.Data), nil
}
