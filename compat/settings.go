package compat

import "tintype/internal/strictjson"

// Read takes one argument of step or set_timesteps by its name.
func (s *Settings) Read(name string, v strictjson.Value) (err error) {
	number := func(to *float64) {
		if !v.IsNull() {
			*to, err = v.Float()
		}
	}
	switch name {
	case "eta":
		number(&s.Eta)
	case "s_churn":
		number(&s.Churn)
	case "s_tmin":
		number(&s.TMin)
	case "s_tmax":
		number(&s.TMax)
	case "s_noise":
		number(&s.SAdd)
	case "mu":
		number(&s.Mu)
	case "order":
		s.Order, err = v.Int()
	case "original_inference_steps":
		s.OriginalSteps, err = v.Int()
	case "strength":
		number(&s.Strength)
	case "use_clipped_model_output":
		s.ClippedNoise, err = v.Bool()
	default:
		err = v.Fail("this argument is not implemented")
	}
	return err
}
