//go:build goexperiment.simd && !purego && !js && !amd64.v3

// A hundred pictures take minutes, in scalar builds and under Node an hour. What is tried here is mathematics: that all
// builds draw the same bytes, TestPictures proves.

package main

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tintype/core/pipeline"
	"tintype/core/schedule"
	"tintype/core/solver"
	"tintype/internal/picture"
	"tintype/model"
)

var sheets = flag.String("sheets", "", "folder for solvers-MODEL.png, the pictures that TestNoOfferedSolverEndsInNoise draws, in its order")

// shipped are the models that are no students, with the steps of a quick picture.
var shipped = map[string]int{"nouns-32": 12, "fashion-mnist-32": 10}

func loadShipped(t *testing.T, name string) *model.Model {
	t.Helper()
	m, _, err := load(models + "/" + name + ".safetensors.zst")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// roughness is the mean difference of neighbouring pixels, in grey levels of 256.
func roughness(m *image.NRGBA) float64 {
	sum, n := 0, 0
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		for x := range w {
			for c := range 3 {
				at := int(m.Pix[y*m.Stride+4*x+c])
				if x+1 < w {
					d := at - int(m.Pix[y*m.Stride+4*x+4+c])
					sum, n = sum+max(d, -d), n+1
				}
				if y+1 < h {
					d := at - int(m.Pix[(y+1)*m.Stride+4*x+c])
					sum, n = sum+max(d, -d), n+1
				}
			}
		}
	}
	return float64(sum) / float64(n)
}

// drawnBy draws one picture.
func drawnBy(m *model.Model, s pipeline.Spec) (*image.NRGBA, error) {
	run, err := pipeline.Compile(&m.Model, s, nil)
	if err != nil {
		return nil, err
	}
	for done := false; !done; {
		if done, err = run.Step(); err != nil {
			return nil, err
		}
	}
	return view(run, pipeline.ViewX)
}

// TestNoOfferedSolverEndsInNoise draws a quick picture with every solver, nothing else said: it is no rougher than 1.6 times a
// long one of ddim's, or refused before it runs. -v prints the table.
func TestNoOfferedSolverEndsInNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred pictures")
	}
	for name, steps := range shipped {
		m := loadShipped(t, name)
		s := m.Defaults()
		s.Seed = 1
		s.Use(solver.KindDDIM)
		s.Steps = 100
		long, err := drawnBy(m, s)
		if err != nil {
			t.Fatal(err)
		}
		drawn, refused := 0, 0
		var all []*image.NRGBA
		for _, info := range solver.Solvers() {
			s := m.Defaults()
			s.Seed = 1
			s.Use(info.Kind)
			s.Steps = steps
			drew, err := drawnBy(m, s)
			var clash *pipeline.Clash
			if errors.As(err, &clash) {
				refused++
				t.Logf("%s %-20s %v", name, info.Name, err)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			drawn++
			all = append(all, drew)
			ratio := roughness(drew) / roughness(long)
			t.Logf("%s %-20s %.2f", name, info.Name, ratio)
			if ratio > 1.6 {
				t.Errorf("%s: %v in %d steps is %.2f times as rough as a long run", name, info.Kind, steps, ratio)
			}
		}
		t.Logf("%s: %d draw, %d are refused", name, drawn, refused)
		if *sheets != "" {
			file, err := picture.PNG(picture.Sheet(all), "", deflate)
			if err == nil {
				err = os.WriteFile(filepath.Join(*sheets, "solvers-"+name+".png"), file, 0o666)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if drawn < 40 {
			t.Errorf("%s: %d solvers draw, expected at least 40", name, drawn)
		}
	}
}

// TestForeseen looks ahead for every solver on every grid in 4 to 60 steps. On the models' own grid only Langevin's solvers
// are refused; what is refused is said with its share, and the grid that is named does.
func TestForeseen(t *testing.T) {
	counts := []int{4, 5, 8, 12, 20, 37, 60}
	if testing.Short() {
		counts = []int{8}
	}
	for name := range shipped {
		m := loadShipped(t, name)
		refused, all := 0, 0
		for _, info := range solver.Solvers() {
			if m.CheckSolver(info.Kind) != nil {
				continue
			}
			for _, g := range schedule.Grids() {
				if m.CheckGrid(g.Kind) != nil || g.Kind.Listed() {
					continue
				}
				for _, n := range counts {
					s := m.Defaults()
					s.Use(info.Kind)
					s.UseGrid(g.Kind)
					s.Steps = n
					all++
					err := m.Foresee(s)
					if err == nil {
						continue
					}
					refused++
					var noise *pipeline.NoiseError
					if !errors.As(err, &noise) || !(noise.Share > 0.25 && noise.Share <= 1) {
						t.Errorf("%s: %v", name, err)
					}
					langevin := info.Kind == solver.KindALD || info.Kind == solver.KindPC
					if g.Kind == m.Contract.Defaults.Grid && !langevin {
						t.Errorf("%s, its own grid: %v", name, err)
					}
				}
			}
		}
		t.Logf("%s: %d of %d are refused", name, refused, all)
		if refused == 0 || refused > all/4 {
			t.Errorf("%s: %d of %d are refused", name, refused, all)
		}
	}
}

// Guidance can be kept for a range of levels, and every estimate be held to its range.
func TestEstimateSettings(t *testing.T) {
	out := t.TempDir() + "/a.png"
	args := []string{"-model", fashion, "-label", "bag", "-guidance", "4", "-steps", "6"}
	draw := func(more ...string) string { return sample(t, append(args[:len(args):len(args)], more...)...) }
	whole, alone := draw(), sample(t, "-model", fashion, "-label", "bag", "-guidance", "1", "-steps", "6")
	if got := draw("-set", "guidance.sigma-min=0,guidance.sigma-max=1e9"); got != whole {
		t.Errorf("guided at every sigma it is %s, without bounds %s", got, whole)
	}
	if got := draw("-set", "guidance.sigma-min=1e8"); got != alone {
		t.Errorf("guided at no sigma it is %s, without guidance %s", got, alone)
	}
	part := draw("-set", "guidance.sigma-min=0.3,guidance.sigma-max=5", "-o", out)
	if part == whole || part == alone {
		t.Error("some levels are guided as all are, or none")
	}
	if again := sample(t, "-model", fashion, "-recipe", out); again != part {
		t.Errorf("the recipe draws %s, the flags %s", again, part)
	}
	if got := draw("-set", "threshold.quantile=0.9", "-o", out); got == whole {
		t.Error("the threshold changes nothing")
	} else if again := sample(t, "-model", fashion, "-recipe", out); again != got {
		t.Errorf("the recipe draws %s, the flags %s", again, got)
	}
	for _, more := range [][]string{
		{"-set", "guidance.sigma-min=5,guidance.sigma-max=1"}, {"-set", "guidance.sigma-min=-1"}, {"-set", "threshold.quantile=2"},
		{"-set", "threshold.quantile=0.9,threshold.max=0.5"}, {"-set", "guidance.sigma-max=9", "-solver", "euler-cfgpp"}, {"-set", "guidance.sigma=9"},
	} {
		if run(append(args[:len(args):len(args)], more...), io.Discard, io.Discard) == 0 {
			t.Errorf("%v draws", more)
		}
	}
}

// A list of levels is a grid, by flags and by the recipe of what it drew.
func TestLevels(t *testing.T) {
	model := models + "/nouns-32.safetensors.zst"
	out := t.TempDir() + "/a.png"
	hash := sample(t, "-model", model, "-seed", "3", "-guidance", "1", "-grid", "times", "-levels", "999,700,400,100", "-o", out)
	if again := sample(t, "-model", model, "-recipe", out); again != hash {
		t.Errorf("the recipe draws %s, the flags %s", again, hash)
	}
	if other := sample(t, "-model", model, "-seed", "3", "-guidance", "1", "-grid", "sigmas", "-levels", "80,3,0.9,0.2"); other == hash {
		t.Error("sigmas draw what times draw")
	}
	for _, args := range [][]string{
		{"-grid", "times"}, {"-grid", "times", "-levels", "1,2"}, {"-grid", "times", "-levels", "1000,2"}, {"-grid", "sigmas", "-levels", "1e9,2"},
		{"-grid", "sigmas", "-levels", "80,0"}, {"-levels", "9,8"}, {"-grid", "times", "-levels", "9,x"}, {"-grid", "times", "-levels", ""},
		{"-grid", "times", "-levels", "999,500", "-steps", "3"},
	} {
		if run(append([]string{"-model", model}, args...), io.Discard, io.Discard) == 0 {
			t.Errorf("%v draws", args)
		}
	}
}

// -force draws what is refused, and says what it will be; a list beside a model says it too.
func TestForce(t *testing.T) {
	model := models + "/nouns-32.safetensors.zst"
	asked := []string{"-model", model, "-solver", "heun", "-set", "opening=own", "-steps", "6", "-guidance", "1"}
	if run(asked, io.Discard, io.Discard) == 0 {
		t.Error("heun by itself from sigma 20,000 is drawn")
	}
	sample(t, append(asked, "-force")...)
	var listed bytes.Buffer
	if run([]string{"-list", "-model", model}, &listed, io.Discard) != 0 || !strings.Contains(listed.String(), "pc in 12 steps") || strings.Contains(listed.String(), "heun in 12 steps") {
		t.Errorf("the list beside a model: %.300s", listed.String())
	}
}
