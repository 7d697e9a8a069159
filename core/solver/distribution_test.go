package solver_test

import (
	"bufio"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"tintype/core/rng"
	"tintype/core/schedule"
	. "tintype/core/solver"
	. "tintype/core/tape"
	"tintype/internal/oracle"
)

// draws is the number of samples that distributions are measured by.
const draws = 4096

// gaussNoise is the runner's own generator.
func gaussNoise(seed uint64) Noise {
	return func(dst []float32, key uint32) { rng.Normal(dst, seed, key, 0) }
}

// ring is eight narrow modes around a circle, with weights that are not equal.
func ring() oracle.Mixture {
	var m oracle.Mixture
	for k := range 8 {
		sin, cos := math.Sincos(math.Pi / 4 * float64(k))
		m.Weights = append(m.Weights, []float64{0.05, 0.1, 0.15, 0.2}[k%4])
		m.Means = append(m.Means, []float64{cos, sin})
		m.Vars = append(m.Vars, []float64{0.01, 0.01})
	}
	return m
}

// wide is three modes in sixteen dimensions, each of a width of its own in every direction.
func wide() oracle.Mixture {
	m := oracle.Mixture{Weights: []float64{0.5, 0.3, 0.2}}
	for k := range 3 {
		mean, v := make([]float64, 16), make([]float64, 16)
		for i := range mean {
			mean[i] = 0.8 * math.Sin(float64(5*k+i*(k+1)))
			v[i] = 0.25 * math.Pow(0.75, float64((i+5*k)%16))
		}
		m.Means, m.Vars = append(m.Means, mean), append(m.Vars, v)
	}
	return m
}

// exact draws from a mixture itself, one row a sample.
func exact(m oracle.Mixture, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 7))
	d := len(m.Means[0])
	x := make([]float32, 0, draws*d)
	for range draws {
		u, k := r.Float64(), 0
		for u > m.Weights[k] && k < len(m.Weights)-1 {
			u -= m.Weights[k]
			k++
		}
		for i := range d {
			x = append(x, float32(m.Means[k][i]+math.Sqrt(m.Vars[k][i])*r.NormFloat64()))
		}
	}
	return x
}

// many is a mixture as a Denoiser of rows.
type many struct {
	oracle.Mixture
	logs []float64
}

func (m *many) Denoise(dst, x []float32, l schedule.Level) error {
	d := len(m.Means[0])
	marginal := make([][]float64, len(m.Weights)) // 1/(A²·v + S²)
	constant := make([]float64, len(m.Weights))
	for k, w := range m.Weights {
		constant[k] = math.Log(w)
		for _, v := range m.Vars[k] {
			c := l.A*l.A*v + l.S*l.S
			marginal[k] = append(marginal[k], 1/c)
			constant[k] -= 0.5 * math.Log(c)
		}
	}
	m.logs = slices.Grow(m.logs[:0], len(m.Weights))[:len(m.Weights)]
	for at := 0; at < len(x); at += d {
		most := math.Inf(-1)
		for k := range m.logs {
			sum := constant[k]
			for i := range d {
				e := float64(x[at+i]) - l.A*m.Means[k][i]
				sum -= 0.5 * e * e * marginal[k][i]
			}
			m.logs[k] = sum
			most = max(most, sum)
		}
		total := 0.0
		for k, v := range m.logs {
			m.logs[k] = math.Exp(v - most)
			total += m.logs[k]
		}
		for i := range d {
			sum := 0.0
			for k, r := range m.logs {
				mean := m.Means[k][i]
				sum += r * (mean + l.A*m.Vars[k][i]*marginal[k][i]*(float64(x[at+i])-l.A*mean))
			}
			dst[at+i] = float32(sum / total)
		}
	}
	return nil
}

// reference holds what samples of a mixture are compared with.
type reference struct {
	oracle.Mixture
	directions [][]float64
	sorted     [][]float64 // an exact sample along each direction
	waves      [][]float64 // frequencies of random features, the phase last
	features   []float64   // their means over the exact sample
}

func newReference(m oracle.Mixture, seed uint64) *reference {
	j := &reference{Mixture: m}
	r := rand.New(rand.NewPCG(11, 13))
	d := len(m.Means[0])
	for range 64 {
		v, norm := make([]float64, d), 0.0
		for i := range v {
			v[i] = r.NormFloat64()
			norm += v[i] * v[i]
		}
		for i := range v {
			v[i] /= math.Sqrt(norm)
		}
		j.directions = append(j.directions, v)
	}
	// An RBF kernel is the mean over its random features (A. Rahimi, B. Recht, 2007): here of the widths 0.1, 0.3 and
	// 1, times the root of the dimension.
	for f := range 96 {
		w := make([]float64, d+1)
		for i := range d {
			w[i] = r.NormFloat64() / ([]float64{0.1, 0.3, 1}[f%3] * math.Sqrt(float64(d)))
		}
		w[d] = 2 * math.Pi * r.Float64()
		j.waves = append(j.waves, w)
	}
	x := exact(m, seed)
	for _, v := range j.directions {
		j.sorted = append(j.sorted, project(x, v))
	}
	j.features = j.means(x)
	return j
}

func project(x []float32, v []float64) []float64 {
	out := make([]float64, 0, draws)
	for at := 0; at < len(x); at += len(v) {
		sum := 0.0
		for i, c := range v {
			sum += c * float64(x[at+i])
		}
		out = append(out, sum)
	}
	slices.Sort(out)
	return out
}

func (j *reference) means(x []float32) []float64 {
	d := len(j.Means[0])
	out := make([]float64, len(j.waves))
	for f, w := range j.waves {
		for at := 0; at < len(x); at += d {
			sum := w[d]
			for i := range d {
				sum += w[i] * float64(x[at+i])
			}
			out[f] += math.Sqrt2 * math.Cos(sum) / draws
		}
	}
	return out
}

// The measures, each larger the further a sample is from the mixture.
var measures = []struct {
	name string
	of   func(j *reference, x []float32) float64
}{
	{"sliced-wasserstein", func(j *reference, x []float32) float64 {
		sum := 0.0
		for k, v := range j.directions {
			for i, p := range project(x, v) {
				sum += math.Abs(p - j.sorted[k][i])
			}
		}
		return sum / float64(len(j.directions)*draws)
	}},
	{"mmd", func(j *reference, x []float32) float64 {
		sum := 0.0
		for f, v := range j.means(x) {
			sum += (v - j.features[f]) * (v - j.features[f])
		}
		return math.Sqrt(sum / float64(len(j.features)))
	}},
	{"chi-square", func(j *reference, x []float32) float64 {
		d := len(j.Means[0])
		count := make([]float64, len(j.Weights))
		for at := 0; at < len(x); at += d {
			best, most := 0, math.Inf(-1)
			for k, w := range j.Weights {
				log := math.Log(w)
				for i := range d {
					e := float64(x[at+i]) - j.Means[k][i]
					log -= 0.5 * (e*e/j.Vars[k][i] + math.Log(j.Vars[k][i]))
				}
				if log > most {
					best, most = k, log
				}
			}
			count[best]++
		}
		sum := 0.0
		for k, n := range count {
			want := draws * j.Weights[k]
			sum += (n - want) * (n - want) / want
		}
		return sum
	}},
}

const distances = "testdata/distances.txt"

var mixtures = map[string]func() oracle.Mixture{"ring": ring, "wide": wide}

// TestDistances checks the stored thresholds, or with -update makes them: the 99.9 % quantile (the largest) of each
// measure between two exact samples, over 200 pairs of seeds.
func TestDistances(t *testing.T) {
	if *update {
		var out []byte
		for _, name := range []string{"ring", "wide"} {
			worst := make([]float64, len(measures))
			for seed := range uint64(200) {
				j := newReference(mixtures[name](), 1000+seed)
				x := exact(j.Mixture, 2000+seed)
				for i, m := range measures {
					worst[i] = max(worst[i], m.of(j, x))
				}
			}
			for i, m := range measures {
				out = fmt.Appendf(out, "%s %s %.6g\n", name, m.name, worst[i])
			}
		}
		if err := os.WriteFile(distances, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	limits := readDistances(t)
	for name, mixture := range mixtures {
		j := newReference(mixture(), 1)
		for _, m := range measures {
			limit := limits[name+" "+m.name]
			if got := m.of(j, exact(j.Mixture, 2)); got > limit {
				t.Errorf("%s: %s between exact samples is %v, stored as at most %v", name, m.name, got, limit)
			}
			// What is off is found: every value a tenth closer to the middle.
			x := exact(j.Mixture, 2)
			for i := range x {
				x[i] *= 0.9
			}
			if got := m.of(j, x); m.name != "chi-square" && got < limit {
				t.Errorf("%s: %s of a sample a tenth too small is %v, within %v", name, m.name, got, limit)
			}
		}
	}
}

func readDistances(t *testing.T) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile(distances)
	if err != nil {
		t.Fatal(err)
	}
	limits := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		var mixture, measure string
		var v float64
		if _, err := fmt.Sscan(lines.Text(), &mixture, &measure, &v); err != nil {
			t.Fatal(err)
		}
		limits[mixture+" "+measure] = v
	}
	return limits
}

// checkMoments compares mean and variance of each coordinate with the mixture's: |z| < 4.5.
func checkMoments(t *testing.T, what string, m oracle.Mixture, x []float32) {
	t.Helper()
	d := len(m.Means[0])
	for i := range d {
		mean, square := 0.0, 0.0
		for k, w := range m.Weights {
			mean += w * m.Means[k][i]
			square += w * (m.Vars[k][i] + m.Means[k][i]*m.Means[k][i])
		}
		variance := square - mean*mean
		var gotMean, gotVar, fourth float64
		for at := i; at < len(x); at += d {
			gotMean += float64(x[at]) / draws
			e := float64(x[at]) - mean
			gotVar += e * e / draws
			fourth += e * e * e * e / draws
		}
		z1 := (gotMean - mean) / math.Sqrt(variance/draws)
		z2 := (gotVar - variance) / math.Sqrt((fourth-gotVar*gotVar)/draws)
		if math.Abs(z1) > 4.5 || math.Abs(z2) > 4.5 {
			t.Errorf("%s: coordinate %d has mean %.4f (z %.1f) and variance %.4f (z %.1f), want %.4f and %.4f",
				what, i, gotMean, z1, gotVar, z2, mean, variance)
		}
	}
}

// Every solver that adds noise draws from the mixture itself: with enough steps no measure tells its samples from exact
// ones. They take turns with the mixtures.
func TestDistributions(t *testing.T) {
	limits := readDistances(t)
	small := Options{}
	for i, c := range []struct {
		kind  Kind
		steps int
		o     Options
	}{
		{KindDDPM, 100, small}, {KindDDIM, 100, small.With(Eta, 0.5)}, {KindPC, 100, small.With(SNR, 0.1)},
		{KindDPM2Ancestral, 60, small}, {KindDPMpp2SAncestral, 60, small}, {KindSDEDPMpp2M, 60, small},
		{KindSDEDPMpp3M, 60, small}, {KindDPMppSDE, 60, small}, {KindFlowAncestral, 100, small},
		{KindHeun, 40, small.With(SChurn, 5)},
		{KindPC, 100, small.With(Predictor, AncestralPredictor).With(Inner, 0)},
		{KindPC, 100, small.With(Predictor, EulerMaruyama).With(Inner, 0)}, {KindAdapt, 4, small.With(Relative, 0.1)},
	} {
		if runtime.GOARCH == "wasm" && i%5 != 0 {
			continue // the bits are the same there (TestRunBits), and take five times as long
		}
		for name, mixture := range mixtures {
			if (name == "ring") != (i%2 == 0) {
				continue
			}
			m := mixture()
			j := newReference(m, 1)
			levels := append(oracle.Rough(-4, 5, c.steps-1), schedule.Clean)
			program, err := c.kind.Compile(c.o, oracle.VP{}, levels)
			if err != nil {
				t.Fatal(err)
			}
			n := draws * len(m.Means[0])
			r := program.Start(Env{Denoiser: &many{Mixture: m}, Noise: gaussNoise(3)}, n)
			for done := false; !done; {
				if done, err = r.Step(); err != nil {
					t.Fatal(err)
				}
			}
			what := fmt.Sprintf("%v in %d steps on the %s", c.kind, c.steps, name)
			checkMoments(t, what, m, r.X())
			line := fmt.Sprintf("%-42s %4d calls:", what, r.Progress().Evals)
			for _, m := range measures {
				got, limit := m.of(j, r.X()), limits[name+" "+m.name]
				line += fmt.Sprintf("  %s %.4g of %.4g", m.name, got, limit)
				if got > limit {
					t.Errorf("%s: %s is %v, between exact samples at most %v", what, m.name, got, limit)
				}
			}
			t.Log(line)
		}
	}
}
