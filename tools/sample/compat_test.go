package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The student's scheduler is a DDIM that clips: the reference goes on with the slope from before the clip, ours with
// that of the clipped picture, so the pictures differ. Both are drawn the same each time.
func TestCompatDrawsAnotherPicture(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a.png")
	ours := sample(t, "-model", student, "-o", out)
	theirs := sample(t, "-model", student, "-compat", "-o", out)
	if ours == theirs {
		t.Error("the reference's picture is ours")
	}
	if again := sample(t, "-model", student, "-compat", "-o", out); again != theirs {
		t.Error("a second picture of the same seed is another one")
	}
}

func TestCompatRefuses(t *testing.T) {
	for _, c := range []struct {
		flags []string
		want  string
	}{
		{[]string{"-solver", "euler"}, "leave -solver and -grid out"},
		{[]string{"-grid", "karras"}, "leave -solver and -grid out"},
		{[]string{"-steps", "3"}, "use 4"}, // a student's contract holds
		{[]string{"-set", "order=3"}, "order is not an argument"},
		{[]string{"-set", "grid.offset=1"}, "leave grid.offset out"},
	} {
		var out, errs bytes.Buffer
		args := append([]string{"-model", student, "-compat", "-o", filepath.Join(t.TempDir(), "a.png")}, c.flags...)
		if code := run(args, &out, &errs); code == 0 || !strings.Contains(errs.String(), c.want) {
			t.Errorf("%v: exit status %d, %q: want %q", c.flags, code, errs.String(), c.want)
		}
	}
}

// directory is a small model as diffusers would save it, with a scheduler's config.
func directory(t *testing.T, config string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../core/arch/testdata/ddpm")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "scheduler_config.json"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The file's own config is no argument of a step: -compat takes what it says, whatever strict makes of it.
func TestCompatTakesTheFilesOwnConfig(t *testing.T) {
	for _, config := range []string{
		`"_class_name": "DDPMScheduler", "variance_type": "fixed_large"`,
		`"_class_name": "DDPMScheduler", "thresholding": true`,
		`"_class_name": "DEISMultistepScheduler"`,
		`"_class_name": "DPMSolverMultistepScheduler", "solver_type": "heun"`,
		`"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++", "variance_type": "fixed_small"`,
		`"_class_name": "UniPCMultistepScheduler", "solver_type": "bh1", "solver_order": 3`,
		`"_class_name": "EDMDPMSolverMultistepScheduler", "solver_type": "heun"`,
		`"_class_name": "CMStochasticIterativeScheduler", "s_noise": 1.1`,
		`"_class_name": "LTXEulerAncestralRFScheduler", "eta": 0.5`,
		`"_class_name": "RePaintScheduler", "eta": 0.5`,
		`"_class_name": "ScoreSdeVeScheduler", "snr": 0.1`,
	} {
		sample(t, "-model", directory(t, "{"+config+"}"), "-label", "0", "-compat", "-steps", "4", "-o", filepath.Join(t.TempDir(), "a.png"))
	}
}

// A picture that the reference would fill with NaN is said to be one.
func TestCompatSaysWhereTheReferenceFails(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"-model", directory(t, `{"_class_name": "UniPCMultistepScheduler", "lower_order_final": false}`), "-label", "0", "-compat", "-steps", "4",
		"-o", filepath.Join(t.TempDir(), "a.png")}
	if code := run(args, &out, &errs); code != 0 || !strings.Contains(errs.String(), "fills its picture with NaN") {
		t.Errorf("exit status %d, %q", code, errs.String())
	}
}

// In steps of a grid of 151 or 201 a consistency model is the reference's.
func TestConsistencyModelsKeepTheirGrid(t *testing.T) {
	hashes := map[string]bool{}
	for _, steps := range []string{"40", "151", "201"} {
		model := directory(t, `{"_class_name": "CMStochasticIterativeScheduler", "num_train_timesteps": `+steps+`}`)
		ours, theirs := sample(t, "-model", model, "-label", "0", "-steps", "4"), sample(t, "-model", model, "-label", "0", "-steps", "4", "-compat")
		if ours != theirs {
			t.Errorf("of %s steps strict draws %s, the reference %s", steps, ours, theirs)
		}
		hashes[ours] = true
	}
	if len(hashes) != 3 {
		t.Errorf("%d pictures of three grids", len(hashes))
	}
}
