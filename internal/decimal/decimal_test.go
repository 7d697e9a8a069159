package decimal

import (
	"math"
	"testing"
)

func TestNumbersAreDecimal(t *testing.T) {
	for text, want := range map[string]int{"010": 10, "08": 8, "0": 0, "-0": 0, "-3": -3, "+5": 5, "0000": 0} {
		if got, err := Int(text); err != nil || got != want {
			t.Errorf("Int(%q) is %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]uint64{"010": 10, "09": 9, "18446744073709551615": math.MaxUint64} {
		if got, err := Uint64(text); err != nil || got != want {
			t.Errorf("Uint64(%q) is %d, %v, want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]float64{"010": 10, "0.5": 0.5, ".5": 0.5, "1e-3": 1e-3, "-0": 0, "1E+2": 100} {
		if got, err := Float(text); err != nil || got != want {
			t.Errorf("Float(%q) is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", " 1", "1 ", "0x10", "0b1", "0o7", "1_000", "inf", "NaN", "Infinity", "1,5", "one", "１", "0x1p-2", "1e999", "--1", "18446744073709551616"} {
		if v, err := Int(text); err == nil {
			t.Errorf("Int(%q) is %d", text, v)
		}
		if v, err := Uint64(text); err == nil {
			t.Errorf("Uint64(%q) is %d", text, v)
		}
		if v, err := Float(text); err == nil && text != "18446744073709551616" {
			t.Errorf("Float(%q) is %v", text, v)
		}
	}
	for _, text := range []string{"-1", "1.0", "1e3"} {
		if v, err := Uint64(text); err == nil {
			t.Errorf("Uint64(%q) is %d", text, v)
		}
	}
}
