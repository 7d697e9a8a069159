// Package decimal reads numbers as people write them: decimal digits, whatever zeros they begin with. Go's literals of
// other bases, separators, infinities and NaN are refused wherever a number is read from a text.
package decimal

import (
	"errors"
	"strconv"
)

// errNumber says no more: what reads a number knows which one it expects.
var errNumber = errors.New("not a decimal number")

// Int reads a whole number.
func Int(text string) (int, error) {
	n, err := strconv.ParseInt(text, 10, 0)
	if err != nil {
		return 0, errNumber
	}
	return int(n), nil
}

// Uint64 reads a whole number of 64 bits, without a sign.
func Uint64(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, errNumber
	}
	return n, nil
}

// Float reads a finite number, with or without a fraction and an exponent.
func Float(text string) (float64, error) {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, errNumber
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, errNumber // none, or one beyond the range of a float64
	}
	return v, nil
}
