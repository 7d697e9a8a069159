package exact

import (
	"math"
	"math/big"
)

// The oracle: the same functions from their definitions, in big.Float.

const oraclePrec = 320

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(oraclePrec).SetFloat64(x) }

// bigExp sums the series of e^(x/2^k) and squares k times.
func bigExp(x *big.Float) *big.Float {
	const halvings = 16
	r := new(big.Float).SetPrec(oraclePrec + 32)
	r.SetMantExp(new(big.Float).SetPrec(oraclePrec+32).Set(x), -halvings)
	sum := new(big.Float).SetPrec(oraclePrec + 32).SetInt64(1)
	term := new(big.Float).SetPrec(oraclePrec + 32).SetInt64(1)
	for i := int64(1); i < 60; i++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(i))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog refines an estimate twice by Halley's step y + 2(x-e^y)/(x+e^y), each tripling the digits.
func bigLog(x *big.Float) *big.Float {
	m := new(big.Float)
	e := x.MantExp(m)
	f, _ := m.Float64()
	y := bigFloat(math.Log(f) + float64(e)*math.Ln2)
	for range 2 {
		ey := bigExp(y)
		num := new(big.Float).SetPrec(oraclePrec).Sub(x, ey)
		den := new(big.Float).SetPrec(oraclePrec).Add(x, ey)
		num.Quo(num, den)
		y.Add(y, num.Add(num, num))
	}
	return y
}

// bigPi is Machin's 16·atan(1/5) - 4·atan(1/239), with the bits the reduction of the largest float64 needs.
func bigPi(prec uint) *big.Float {
	atan := func(n int64) *big.Float {
		inv := new(big.Float).SetPrec(prec).Quo(big.NewFloat(1), new(big.Float).SetPrec(prec).SetInt64(n))
		sq := new(big.Float).SetPrec(prec).Mul(inv, inv)
		sum := new(big.Float).SetPrec(prec)
		for i := int64(0); inv.Sign() != 0 && inv.MantExp(nil) > -int(prec); i++ {
			t := new(big.Float).SetPrec(prec).Quo(inv, new(big.Float).SetInt64(2*i+1))
			if i%2 == 0 {
				sum.Add(sum, t)
			} else {
				sum.Sub(sum, t)
			}
			inv.Mul(inv, sq)
		}
		return sum
	}
	a, b := atan(5), atan(239)
	a.Mul(a, big.NewFloat(16))
	return a.Sub(a, b.Mul(b, big.NewFloat(4)))
}

var oraclePi = bigPi(1500)

// bigSincos reduces by whole turns of a 1500-bit π and sums the series.
func bigSincos(x float64) (sin, cos *big.Float) {
	const prec = 1500
	turn := new(big.Float).SetPrec(prec).Mul(oraclePi, big.NewFloat(2))
	r := new(big.Float).SetPrec(prec).SetFloat64(x)
	q, _ := new(big.Float).SetPrec(prec).Quo(r, turn).Int(nil)
	r.Sub(r, turn.Mul(turn, new(big.Float).SetPrec(prec).SetInt(q)))
	r.SetPrec(oraclePrec)
	s, c := bigFloat(0), bigFloat(0)
	term := bigFloat(1)
	for i := int64(0); i < 120; i++ {
		switch i % 4 {
		case 0:
			c.Add(c, term)
		case 1:
			s.Add(s, term)
		case 2:
			c.Sub(c, term)
		case 3:
			s.Sub(s, term)
		}
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(i+1))
	}
	return s, c
}

// ulps returns |got-want| in units of the last place of want.
func ulps(got float64, want *big.Float) float64 {
	w, _ := want.Float64()
	if math.IsInf(w, 0) || math.IsInf(got, 0) {
		if got == w {
			return 0
		}
		return math.Inf(1)
	}
	ulp := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	d := new(big.Float).SetPrec(oraclePrec).Sub(bigFloat(got), want)
	f, _ := d.Quo(d, bigFloat(ulp)).Float64()
	return math.Abs(f)
}
