package compat

import (
	"fmt"
	"math"

	"tintype/core/denoise"
	"tintype/core/exact"
	"tintype/core/schedule"
)

// edmSigmas are the sigmas of EDM's two classes; single says that the class counts in float32.
func (s *Scheduler) edmSigmas(n int, single bool) ([]float64, error) {
	if err := checkSteps(n, 0); err != nil {
		return nil, err
	}
	r := func(x float64) float64 { return x }
	if single {
		r = f32
	}
	sigmas := make([]float64, n)
	switch s.SigmaSchedule {
	case "karras":
		ramp := linspace(0, 1, n)
		if single {
			ramp = linspace32(0, 1, n)
		}
		lo, hi := exact.Pow(s.SigmaMin, 1/s.Rho), exact.Pow(s.SigmaMax, 1/s.Rho)
		for i, u := range ramp {
			sigmas[i] = r(exact.Pow(r(r(hi)+r(u*r(lo-hi))), s.Rho))
		}
	case "exponential":
		at := reversed(linspace32(exact.Log(s.SigmaMin), exact.Log(s.SigmaMax), n))
		for i, l := range at {
			sigmas[i] = f32(exact.Exp(l))
		}
	default:
		return nil, fmt.Errorf("sigma_schedule %q is not one that the reference knows", s.SigmaSchedule)
	}
	return singles(sigmas), nil
}

// edmParam is EDM's preconditioning; v_prediction turns the sign of its output.
func (s *Scheduler) edmParam() (denoise.Param, error) {
	sign := 1.0
	switch s.Prediction {
	case "epsilon":
	case "v_prediction":
		sign = -1
	default:
		return nil, fmt.Errorf("prediction_type %q is not one that the class knows", s.Prediction)
	}
	return func(l schedule.Level) (denoise.Precond, error) {
		data := float64(s.SigmaData * s.SigmaData)
		norm := float64(l.S*l.S) + data
		root := math.Sqrt(norm)
		return denoise.Precond{In: 1 / root, Skip: data / norm, Out: sign * l.S * s.SigmaData / root, Time: l.T}, nil
	}, nil
}

// edmTimes is log(σ)/4.
func edmTimes(sigmas []float64) []float64 {
	v := make([]float64, len(sigmas))
	for i, s := range sigmas {
		v[i] = f32(0.25 * f32(exact.Log(s)))
	}
	return v
}

// planEDMEuler is EDM's preconditioning with Euler's steps, and the churn of planEuler: here the answer is read at
// the higher sigma in full.
func planEDMEuler(s *Scheduler, n int, with Settings) (*Plan, error) {
	sigmas, err := s.edmSigmas(n, false)
	if err != nil {
		return nil, err
	}
	param, err := s.edmParam()
	if err != nil {
		return nil, err
	}
	times := edmTimes(sigmas)
	last, err := s.lastSigma(sigmas[n-1])
	if err != nil {
		return nil, err
	}
	sigmas = append(sigmas, last)
	init := math.Sqrt(float64(s.SigmaMax*s.SigmaMax) + 1)
	read := func(l schedule.Level, sigma float64) (denoise.Precond, error) {
		l.S = sigma
		return param(l)
	}
	return newPlan(times, sigmas, init, param, scaled(times, sigmas), churnedEuler(with, n, param, read))
}
