package main

import "tintype/internal/golden"

// checkNetwork checks a lone network: config.json, diffusion_pytorch_model.safetensors, golden.safetensors.
func checkNetwork(path string) (golden.Difference, error) {
	net, err := golden.LoadNetwork(path)
	if err != nil {
		return golden.Difference{}, err
	}
	r, err := golden.Read(path)
	if err != nil {
		return golden.Difference{}, err
	}
	y, err := r.Run(net)
	if err != nil {
		return golden.Difference{}, err
	}
	return golden.Compare(y.Data, r.Out.Data), nil
}
