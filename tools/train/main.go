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

// training is one training, as the flags say.
type training struct {
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
	tr := &training{data: "/usr/share/datasets/fashion-mnist", steps: 17000, batch: 64, seed: 1, rate: 3e-3, decay: 0.02}
	return tr.define().Run(args, stdout, stderr, func(stdout io.Writer) error {
		tr.out = stdout
		if err := tr.check(); err != nil {
			return err
		}
		return tr.run()
	})
}

func (tr *training) define() *command.Set {
	s := command.New("train", "-state FILE [flags]", "Trains the classifier that guides "+guidedModel+", or goes on with it.")
	s.Group("Files")
	s.Text(&tr.data, "data", "DIR", "data set (default "+tr.data+")")
	s.Output(&tr.state, "state", []string{".safetensors"}, "state of the training: continued if it is there, saved every minute")
	tr.given.ship = s.Output(&tr.ship, "ship", []string{".zst"}, "classifier to write, in float16")
	tr.given.manifest = s.Output(&tr.manifest, "manifest", []string{".json"}, "list of models beside it to enter it in")
	s.Group("Training")
	s.Whole(&tr.steps, "steps", "N", 0, command.Most, "batches in all (default 17000)")
	tr.given.until = s.Whole(&tr.until, "until", "N", 0, command.Most, "stop at this step, to go on another time")
	s.Whole(&tr.batch, "batch", "N", 1, 4096, "pictures of a batch (default 64)")
	s.Seed(&tr.seed, "seed", "N", "of first weights, order, levels and noise (default 1)")
	s.Number(&tr.rate, "rate", "X", 0, 1, "learning rate at its highest (default 0.003)")
	s.Number(&tr.decay, "decay", "X", 0, 1, "weight decay (default 0.02)")
	return s
}

func (tr *training) check() error {
	if tr.state == "" {
		return command.Misusef("-state is missing: the file in which the training is kept")
	}
	if err := tr.given.manifest.Needs(tr.given.ship, "the file that is listed"); err != nil {
		return err
	}
	if tr.manifest != "" && !weights.Beside(tr.manifest, tr.ship) {
		return command.Misusef("-manifest %s and -ship %s are in different directories: a manifest lists the files beside it", tr.manifest, tr.ship)
	}
	return nil
}

func (tr *training) run() error {
	for _, path := range []string{tr.state, tr.ship} {
		if path == "" {
			continue
		}
		if err := wholefile.Check(path); err != nil { // now, not after the first minute
			return err
		}
	}
	net, opt, err := resume(tr.state, tr.decay)
	if errors.Is(err, os.ErrNotExist) {
		if net, err = classify.New(architecture, classify.Random(architecture, tr.seed)); err == nil {
			opt = newAdamW(net.Weights(), tr.decay)
		}
	}
	if err != nil {
		return err
	}
	p, err := process()
	if err != nil {
		return err
	}
	if opt.step < tr.steps {
		if err := tr.train(net, opt, p); err != nil {
			return err
		}
	}
	if tr.ship != "" {
		shipped, err := tr.pack(net, opt.step)
		if err != nil {
			return err
		}
		net = shipped.Net // what is tested is what is shipped
	}
	return tr.test(net, p)
}

// warmUp is the number of steps over which the learning rate rises.
const warmUp = 200

// train goes on to step tr.steps.
func (tr *training) train(net *classify.Net, opt *adamW, p *schedule.VPDiscrete) error {
	data, err := readDataset(tr.data, "train")
	if err != nil {
		return err
	}
	t, err := net.PlanTraining(tr.batch, padded, padded)
	if err != nil {
		return err
	}
	s := newSampler(data, p, tr.seed)
	levels, labels := make([]schedule.Level, tr.batch), make([]int32, tr.batch)
	loss, right, seen := 0.0, 0, 0
	saved, begun, first := time.Now(), time.Now(), opt.step
	last := tr.steps
	if tr.given.until.Given() {
		last = min(last, tr.until)
	}
	for opt.step < last {
		s.fill(t.X(), levels, labels, opt.step)
		l, r, err := t.Step(levels, labels)
		if err != nil {
			return err
		}
		eta := tr.rate * min(1, float64(opt.step+1)/warmUp) * (1 + math.Cos(math.Pi*float64(opt.step)/float64(tr.steps))) / 2
		opt.update(eta)
		net.Pack()
		loss, right, seen = loss+l, right+r, seen+1
		if opt.step%200 == 0 || opt.step == last {
			rate := float64(tr.batch*(opt.step-first)) / time.Since(begun).Seconds()
			fmt.Fprintf(tr.out, "step %6d  loss %.4f  accuracy %.3f  rate %.2e  %.0f pictures/s\n",
				opt.step, loss/float64(seen), float64(right)/float64(seen*tr.batch), eta, rate)
			loss, right, seen = 0, 0, 0
		}
		if time.Since(saved) > time.Minute || opt.step == last {
			if err := save(tr.state, opt); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	return nil
}
