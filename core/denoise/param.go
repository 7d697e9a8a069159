package denoise

import (
	"fmt"

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

// The predictions, each with the D that follows from x = A·x0 + S·ε.
const (
	PredictEpsilon Prediction = iota // F = ε:            D = x/A - (S/A)·F
	PredictV                         // F = A·ε - S·x0:   D = A·x - S·F    (A² + S² = 1)
	PredictSample                    // F = x0:           D = F
	predictions
)

var predictionNames = [predictions]string{"epsilon", "v_prediction", "sample"}

// String is diffusers' name of the prediction.
func (p Prediction) String() string {
	if p >= predictions {
		return "unknown prediction"
	}
	return predictionNames[p]
}

// Predictions lists every prediction.
func Predictions() []Prediction { return []Prediction{PredictEpsilon, PredictV, PredictSample} }

// NoSignalError is the clash of epsilon prediction and a level without signal: there x is ε whatever x0 was.
type NoSignalError struct{ Level schedule.Level }

func (e *NoSignalError) Error() string { return e.Problem() + ": " + e.Remedy() }

// Problem says what clashes.
func (e *NoSignalError) Problem() string {
	return fmt.Sprintf("epsilon prediction says nothing about the picture at time %v, where no signal is left", e.Level.T)
}

// Remedy says what works instead.
func (e *NoSignalError) Remedy() string { return "use a grid that begins later, such as leading" }

// Param returns the preconditioning of a network that takes the noisy picture as it is and the level's time.
func (p Prediction) Param() Param {
	switch p {
	case PredictV:
		return func(l schedule.Level) (Precond, error) {
			return Precond{In: 1, Skip: l.A, Out: -l.S, Time: l.T}, nil
		}
	case PredictSample:
		return func(l schedule.Level) (Precond, error) {
			return Precond{In: 1, Skip: 0, Out: 1, Time: l.T}, nil
		}
	}
	return func(l schedule.Level) (Precond, error) {
		if l.A == 0 {
			return Precond{}, &NoSignalError{l}
		}
		return Precond{In: 1, Skip: 1 / l.A, Out: -l.S / l.A, Time: l.T}, nil
	}
}
