package denoise

import (
	"fmt"
	"math"

	"tintype/core/exact"
	"tintype/core/schedule"
)

// Precond says how a network is asked and how its output F is read at one level:
//
//	D = Skip·x + Out·F(In·x, Time)
//
// (the c_in, c_skip, c_out and c_noise of T. Karras et al., arXiv 2206.00364, eq. 7).
type Precond struct{ In, Skip, Out, Time float64 }

// Param gives the preconditioning of each level, or an error where the network's output does not determine D.
type Param func(schedule.Level) (Precond, error)

// Prediction is what a network was trained to return.
type Prediction uint8

// The predictions, each with the D that follows from x = A·x0 + S·ε. Below, σ = S/A and d is Reading.Data; the last
// four networks are asked about a picture of another scale, In·x.
const (
	PredictEpsilon     Prediction = iota // F = ε:            D = x/A - (S/A)·F
	PredictV                             // F = A·ε - S·x0:   D = A·x - S·F    (A² + S² = 1)
	PredictSample                        // F = x0:           D = F
	PredictFlow                          // F = ε - x0:       D = (x - S·F)/(A+S)
	PredictScore                         // F = -ε/S:         D = (x + S²·F)/A
	PredictEDM                           // D = d²/(σ²+d²)·X + σ·d/√(σ²+d²)·F(X/√(σ²+d²)), X = x/A
	PredictEDMV                          // as EDM, F with the other sign
	PredictConsistency                   // D = d²/((σ-m)²+d²)·X + (σ-m)·d/√(σ²+d²)·F(X/√(σ²+d²)), m = Reading.Least
	PredictTrig                          // D = A·x - S·F(x/d): cos t·x - sin t·d·F, for the process Trig
	predictions
)

var predictionNames = [predictions]string{"epsilon", "v_prediction", "sample", "flow_prediction", "score", "edm", "edm_v",
	"consistency", "trigflow"}

// String is the name of the prediction, diffusers' where it has one.
func (p Prediction) String() string {
	if p >= predictions {
		return "unknown prediction"
	}
	return predictionNames[p]
}

// Predictions lists every prediction.
func Predictions() []Prediction {
	all := make([]Prediction, predictions)
	for i := range all {
		all[i] = Prediction(i)
	}
	return all
}

// TimeInput is what a network is told of the level.
type TimeInput uint8

// The time inputs.
const (
	TimeOwn        TimeInput = iota // the process' own time by Reading.Scale: an index, 0 to 1, a thousandth ...
	TimeQuarterLog                  // ln σ/4
	TimeLog250                      // 250·ln σ
	TimeLambda                      // λ = -ln σ
	TimeSigma                       // σ
	timeInputs
)

var timeInputNames = [timeInputs]string{"time", "quarter_log_sigma", "log_sigma_250", "lambda", "sigma"}

func (t TimeInput) String() string {
	if t >= timeInputs {
		return "unknown time input"
	}
	return timeInputNames[t]
}

// TimeInputs lists every time input.
func TimeInputs() []TimeInput {
	return []TimeInput{TimeOwn, TimeQuarterLog, TimeLog250, TimeLambda, TimeSigma}
}

// Reading says how a network is asked and what its output means.
type Reading struct {
	Prediction Prediction
	Time       TimeInput
	Scale      float64 // of TimeOwn; 0: 1
	Data       float64 // σ_data, the deviation of the pictures' values; 0: 0.5
	Least      float64 // the sigma at which PredictConsistency gives back what it gets; 0: 0.002
	Boundary   float64 // time scaling of a latent consistency model's boundary, usually 10; 0: it has none
}

// NoSignalError is the clash of a reading and a level without signal: there x is ε whatever x0 was.
type NoSignalError struct {
	Level schedule.Level
	what  string
}

func (e *NoSignalError) Error() string { return e.Problem() + ": " + e.Remedy() }

// Problem says what clashes.
func (e *NoSignalError) Problem() string {
	return fmt.Sprintf("%s says nothing about the picture at time %v, where no signal is left", e.what, e.Level.T)
}

// Remedy says what works instead.
func (e *NoSignalError) Remedy() string { return "use a grid that begins later, such as leading" }

// VarianceError is v prediction, which is made for levels of variance 1, at another level.
type VarianceError struct{ Level schedule.Level }

func (e *VarianceError) Error() string {
	return fmt.Sprintf("v prediction at rates %v and %v: use a process that preserves the variance", e.Level.A, e.Level.S)
}

// Param is the parameterisation of a network that is asked about the noisy picture as it is, at the process' own time.
func (p Prediction) Param() Param { return Reading{Prediction: p}.Param() }

// Param returns the parameterisation.
func (r Reading) Param() Param {
	if r.Scale == 0 {
		r.Scale = 1
	}
	if r.Data == 0 {
		r.Data = 0.5
	}
	if r.Least == 0 {
		r.Least = 0.002
	}
	return func(l schedule.Level) (Precond, error) {
		c, err := r.read(l)
		if err != nil {
			return Precond{}, err
		}
		if r.Boundary != 0 {
			c = r.bound(c, l)
		}
		c.Time, err = r.time(l)
		return c, err
	}
}

// read is the prediction's own formula.
func (r Reading) read(l schedule.Level) (Precond, error) {
	switch r.Prediction {
	case PredictV:
		if v := float64(l.A*l.A) + float64(l.S*l.S); !(math.Abs(v-1) < 1e-6) {
			return Precond{}, &VarianceError{l}
		}
		return Precond{In: 1, Skip: l.A, Out: -l.S}, nil
	case PredictSample:
		return Precond{In: 1, Skip: 0, Out: 1}, nil
	case PredictFlow:
		return Precond{In: 1, Skip: 1 / (l.A + l.S), Out: -l.S / (l.A + l.S)}, nil
	case PredictTrig:
		return Precond{In: 1 / r.Data, Skip: l.A, Out: -l.S}, nil
	case PredictEDM:
		return r.karras(l, 0, 1), nil
	case PredictEDMV:
		return r.karras(l, 0, -1), nil
	case PredictConsistency:
		return r.karras(l, r.Least, 1), nil
	}
	if l.A == 0 {
		return Precond{}, &NoSignalError{l, r.Prediction.String() + " prediction"}
	}
	if r.Prediction == PredictScore {
		return Precond{In: 1, Skip: 1 / l.A, Out: float64(l.S*l.S) / l.A}, nil
	}
	return Precond{In: 1, Skip: 1 / l.A, Out: -l.S / l.A}, nil
}

// karras is the preconditioning of EDM (T. Karras et al., table 1) and, with an m, of consistency models (Y. Song et
// al., arXiv 2303.01469, appendix C), on x in the place of X: with S = σ·A nothing is divided by A, which may be 0.
//
//	In = 1/√(S² + A²·d²),  Skip = A·d²/((S - A·m)² + A²·d²),  Out = (S - A·m)·d/√(S² + A²·d²)
func (r Reading) karras(l schedule.Level, m, sign float64) Precond {
	ad := float64(l.A * r.Data)
	above := l.S - float64(l.A*m)
	root := math.Sqrt(float64(l.S*l.S) + float64(ad*ad))
	return Precond{
		In:   1 / root,
		Skip: float64(ad*r.Data) / (float64(above*above) + float64(ad*ad)),
		Out:  float64(float64(sign*above) * (r.Data / root)),
	}
}

// bound mixes x into the estimate so that it is x itself at time 0 (S. Luo et al., arXiv 2310.04378):
//
//	D' = c·x + o·D,  c = d²/(u² + d²), o = u/√(u² + d²), u = Boundary·t
func (r Reading) bound(c Precond, l schedule.Level) Precond {
	u := float64(r.Boundary * l.T)
	v := float64(u*u) + float64(r.Data*r.Data)
	o := u / math.Sqrt(v)
	c.Skip = float64(r.Data*r.Data)/v + float64(o*c.Skip)
	c.Out = float64(o * c.Out)
	return c
}

// time is what the network is told.
func (r Reading) time(l schedule.Level) (float64, error) {
	if r.Time == TimeOwn {
		return float64(l.T * r.Scale), nil
	}
	if l.A == 0 {
		return 0, &NoSignalError{l, "a network that is told its sigma"}
	}
	sigma := l.Sigma()
	switch r.Time {
	case TimeQuarterLog:
		return exact.Log(sigma) / 4, nil
	case TimeLog250:
		return 250 * exact.Log(sigma), nil
	case TimeLambda:
		return -exact.Log(sigma), nil
	}
	return sigma, nil
}
