// Train trains the classifier of noisy pictures that classifier guidance of the model fashion-mnist-32 needs, and
// writes it as the page ships it.
//
//	go run ./tools/train -state train.safetensors
//	go run ./tools/train -state train.safetensors -ship site/models/fashion-mnist-32-classifier.safetensors.zst -manifest site/models/index.json
//
// The pictures are Fashion-MNIST's, as Debian's package dataset-fashion-mnist installs them (apt-get install
// dataset-fashion-mnist); -data names another directory with the same four files. They are padded to 32x32 and scaled
// to -1..1 as the diffusion model's were, and noised to a random step of its process.
//
// The state is saved every minute and at the end, and an existing one is continued; the learning rate follows a
// half cosine over -steps in all. Everything follows from -seed: a training that was interrupted ends with the same
// weights as one that was not. At the end it prints accuracy on the test pictures, clean and at ten noise levels, of
// the file that -ship wrote if there is one. One core of an EPYC (Zen 4) does 700 pictures a second: 17,000 batches
// of 64 take 26 minutes.
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"tintype/core/classify"
	"tintype/core/schedule"
	"tintype/internal/command"
	"tintype/internal/wholefile"
	"tintype/weights"
)

// The diffusion model that the classifier guides, and the classes that both know.
const guidedModel = "fashion-mnist-32"

var classNames = []string{"t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"}

// architecture is what is trained.
var architecture = classify.Config{InChannels: 1, Channels: []int{16, 32, 64}, Groups: 8, TimeDim: 64, Harmonics: 16, Outputs: len(classNames)}

// process is that of the diffusion model.
func process() (*schedule.VPDiscrete, error) {
	betas, err := schedule.BetasCosine(1000)
	if err != nil {
		return nil, err
	}
	return schedule.NewVPDiscrete(betas)
}

// job is one training, as the flags say.
type job struct {
	data, state, ship, manifest string
	steps, batch                int
	until                       int
	seed                        uint64
	rate, decay                 float64
	given                       struct{ ship, manifest, until *command.Flag }
	out                         io.Writer
}

func main() {
	command.Main("train", func(args []string) int { return run(args, os.Stdout, os.Stderr) })
}

func run(args []string, stdout, stderr io.Writer) int {
	j := &job{data: "/usr/share/datasets/fashion-mnist", steps: 17000, batch: 64, seed: 1, rate: 3e-3, decay: 0.02}
	return j.define().Run(args, stdout, stderr, func(stdout io.Writer) error {
		j.out = stdout
		if err := j.check(); err != nil {
			return err
		}
		return j.run()
	})
}

func (j *job) define() *command.Set {
	s := command.New("train", "-state FILE [flags]", "Trains the classifier that guides "+guidedModel+", or goes on with it.")
	s.Group("Files")
	s.Text(&j.data, "data", "DIR", "data set (default "+j.data+")")
	s.Output(&j.state, "state", []string{".safetensors"}, "state of the training: continued if it is there, saved every minute")
	j.given.ship = s.Output(&j.ship, "ship", []string{".zst"}, "classifier to write, in float16")
	j.given.manifest = s.Output(&j.manifest, "manifest", []string{".json"}, "list of models beside it to enter it in")
	s.Group("Training")
	s.Whole(&j.steps, "steps", "N", 0, command.Most, "batches in all (default 17000)")
	j.given.until = s.Whole(&j.until, "until", "N", 0, command.Most, "stop at this step, to go on another time")
	s.Whole(&j.batch, "batch", "N", 1, 4096, "pictures of a batch (default 64)")
	s.Seed(&j.seed, "seed", "N", "of first weights, order, levels and noise (default 1)")
	s.Number(&j.rate, "rate", "X", 0, 1, "learning rate at its highest (default 0.003)")
	s.Number(&j.decay, "decay", "X", 0, 1, "weight decay (default 0.02)")
	return s
}

func (j *job) check() error {
	if j.state == "" {
		return command.Misusef("-state is missing: the file in which the training is kept")
	}
	if err := j.given.manifest.Needs(j.given.ship, "the file that is listed"); err != nil {
		return err
	}
	if j.manifest != "" && !weights.Beside(j.manifest, j.ship) {
		return command.Misusef("-manifest %s and -ship %s are in different directories: a manifest lists the files beside it", j.manifest, j.ship)
	}
	return nil
}

func (j *job) run() error {
	for _, path := range []string{j.state, j.ship} {
		if path == "" {
			continue
		}
		if err := wholefile.Check(path); err != nil { // now, not after the first minute
			return err
		}
	}
	net, opt, err := resume(j.state, j.decay)
	if errors.Is(err, os.ErrNotExist) {
		if net, err = classify.New(architecture, classify.Random(architecture, j.seed)); err == nil {
			opt = newAdamW(net.Weights(), j.decay)
		}
	}
	if err != nil {
		return err
	}
	p, err := process()
	if err != nil {
		return err
	}
	if opt.step < j.steps {
		if err := j.train(net, opt, p); err != nil {
			return err
		}
	}
	if j.ship != "" {
		shipped, err := j.pack(net, opt.step)
		if err != nil {
			return err
		}
		net = shipped.Net // what is tested is what is shipped
	}
	return j.test(net, p)
}

// warmUp is the number of steps over which the learning rate rises.
const warmUp = 200

// train goes on to step j.steps.
func (j *job) train(net *classify.Net, opt *adamW, p *schedule.VPDiscrete) error {
	data, err := readDataset(j.data, "train")
	if err != nil {
		return err
	}
	t, err := net.PlanTraining(j.batch, padded, padded)
	if err != nil {
		return err
	}
	s := newSampler(data, p, j.seed)
	levels, labels := make([]schedule.Level, j.batch), make([]int32, j.batch)
	loss, right, seen := 0.0, 0, 0
	saved, begun, first := time.Now(), time.Now(), opt.step
	last := j.steps
	if j.given.until.Given() {
		last = min(last, j.until)
	}
	for opt.step < last {
		s.fill(t.X(), levels, labels, opt.step)
		l, r, err := t.Step(levels, labels)
		if err != nil {
			return err
		}
		eta := j.rate * min(1, float64(opt.step+1)/warmUp) * (1 + math.Cos(math.Pi*float64(opt.step)/float64(j.steps))) / 2
		opt.update(eta)
		net.Pack()
		loss, right, seen = loss+l, right+r, seen+1
		if opt.step%200 == 0 || opt.step == last {
			rate := float64(j.batch*(opt.step-first)) / time.Since(begun).Seconds()
			fmt.Fprintf(j.out, "step %6d  loss %.4f  accuracy %.3f  rate %.2e  %.0f pictures/s\n",
				opt.step, loss/float64(seen), float64(right)/float64(seen*j.batch), eta, rate)
			loss, right, seen = 0, 0, 0
		}
		if time.Since(saved) > time.Minute || opt.step == last {
			if err := save(j.state, opt); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return nil
}
