package nn

import (
	"math"
	"slices"
	"testing"
)

func TestPositional(t *testing.T) {
	for _, c := range []struct {
		width       int
		shift       float64
		cosineFirst bool
	}{{1, 0, true}, {2, 0, true}, {8, 0, true}, {8, 1, false}, {9, 1, true}, {15, 0.5, false}, {6, 5, true}, {64, 0, true}} {
		p, err := NewPositional(c.width, c.shift, c.cosineFirst)
		if err != nil || p.Width() != c.width {
			t.Fatalf("%+v: %v", c, err)
		}
		times := []float32{0, 1, 37.5, 999}
		rows := noise(1, len(times)*c.width) // every element must be written
		p.Project(rows, times)
		half := c.width / 2
		for n, time := range times {
			want, tolerance := make([]float64, c.width), make([]float64, c.width)
			sine, cosine := 0, half
			if c.cosineFirst {
				sine, cosine = half, 0
			}
			for i := range half {
				angle := float64(time) * math.Pow(10000, -float64(i)/(float64(half)-c.shift))
				want[sine+i], want[cosine+i] = math.Sin(angle), math.Cos(angle)
				// The exponent, the frequency and the angle are rounded to float32.
				tolerance[sine+i], tolerance[cosine+i] = 1e-6*angle, 1e-6*angle
			}
			for i, w := range want {
				if have := float64(rows[n*c.width+i]); !(math.Abs(have-w) <= 1e-7+tolerance[i]) {
					t.Errorf("%+v, time %v: element %d is %v, expected %v", c, time, i, have, w)
				}
			}
		}
	}
}

// TestPositionalFollowsFloat32: the sine is that of the angle rounded to float32, as in torch; the exact angle's
// would differ in the fifth digit.
func TestPositionalFollowsFloat32(t *testing.T) {
	p, err := NewPositional(64, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float32, 64)
	p.Project(row, []float32{999})
	for i, f := range p.frequencies {
		if want := math.Sin(float64(f * 999)); math.Abs(float64(row[i])-want) > 6e-8 {
			t.Errorf("element %d is %v: expected %v", i, row[i], want)
		}
	}
}

func TestPositionalRefuses(t *testing.T) {
	for _, c := range []struct {
		width int
		shift float64
	}{{2, 1}, {3, 1}, {8, 4}, {64, 32.5}} { // the last has a frequency of 10000^62
		if _, err := NewPositional(c.width, c.shift, true); err == nil {
			t.Errorf("width %d, shift %v: expected an error", c.width, c.shift)
		}
	}
}

func TestFourier(t *testing.T) {
	s := stored{}
	w := s.put("x.weight", 5)
	f, err := NewFourier(NewLoader(s), "x", 5)
	if err != nil {
		t.Fatal(err)
	}
	times := []float32{0.002, 1, 80}
	rows := make([]float32, 3*f.Width())
	f.Project(rows, times)
	for n, time := range times {
		for i := range w {
			angle := 2 * math.Pi * float64(w[i]) * math.Log(float64(time))
			sin, cos := float64(rows[n*10+i]), float64(rows[n*10+5+i])
			if math.Abs(sin-math.Sin(angle)) > 1e-5 || math.Abs(cos-math.Cos(angle)) > 1e-5 {
				t.Errorf("time %v, frequency %d: found %v, %v, expected %v, %v", time, i, sin, cos, math.Sin(angle), math.Cos(angle))
			}
		}
	}
}

func TestEmbedding(t *testing.T) {
	s := stored{}
	table := s.put("x.weight", 3, 4)
	e, err := NewEmbedding(NewLoader(s), "x", 3, 4)
	if err != nil || e.Count() != 3 || e.Width() != 4 {
		t.Fatal(err)
	}
	rows := make([]float32, 8)
	e.Project(rows, []float32{2, 0})
	if !slices.Equal(rows, append(slices.Clone(table[8:]), table[:4]...)) {
		t.Errorf("rows 2 and 0 are %v", rows)
	}
}

func TestTimesAreChecked(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	p := &Positional{}
	f := &Fourier{}
	e := &Embedding{count: 10}
	for _, c := range []struct {
		proj TimeProjection
		time float32
		ok   bool
	}{
		{p, 0, true}, {p, -3.5, true}, {p, nan, false}, {p, inf, false}, {p, -inf, false},
		{f, 1e-40, true}, {f, 80, true}, {f, 0, false}, {f, -1, false}, {f, nan, false}, {f, inf, false},
		{e, 0, true}, {e, 9, true}, {e, 10, false}, {e, -1, false}, {e, 0.5, false}, {e, nan, false}, {e, inf, false},
	} {
		if err := c.proj.Check([]float32{1, c.time}); (err == nil) != c.ok {
			t.Errorf("%T, time %v: found %v", c.proj, c.time, err)
		}
	}
}
