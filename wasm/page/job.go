//go:build js && wasm

package page

import (
	"slices"
	"syscall/js"
	"time"

	"tintype/wasm/proto"
)

// A job is one Sample of the page on its way through the workers. Whoever asked
// for it hears what one worker would say: the pictures' events, in whatever
// order they come, and one answer.
type job struct {
	request proto.Sample
	info    *proto.Info // of the model
	handle  func(proto.Message)
	shared  bool // may be done by several members, and again
	open    int  // tasks that are not done
	stopped bool // no more than the answer is wanted
	begun   time.Time
	pixels  []js.Value // ArrayBuffers, of the pictures that are made
	recipe  string     // of picture 0
	sheet   bool       // is asked for
	done    proto.Done
	problem *proto.Error // the first
}

// A task is a request that one member does for a job.
type task struct {
	job     *job
	request proto.Message
	by      *member // while it is done
	id      int
	lost    bool // with its worker, once
}

// sample shares a request out, picture by picture where there is more than one
// member.
func (c *workers) sample(request proto.Sample, info *proto.Info, handle func(proto.Message)) *job {
	j := &job{request: request, info: info, handle: handle, begun: time.Now(), pixels: make([]js.Value, request.Count)}
	j.shared = c.size() > 1 && request.Edit == nil // an edit's picture goes to one worker
	each := 1
	if !j.shared {
		each = request.Count
	}
	for first := 0; first < j.request.Count; first += each {
		request.First, request.Count = first, each
		c.add(len(c.queue), j, request)
	}
	c.assign()
	return j
}

// add puts a task into the queue.
func (c *workers) add(at int, j *job, request proto.Message) {
	c.queue = slices.Insert(c.queue, at, &task{job: j, request: request})
	j.open++
}

// classifier is the SHA-256 of the file that guides a job, "" for none.
func (j *job) classifier() string {
	s := &j.request
	wanted := s.Classify > 0
	for _, l := range s.Before {
		wanted = wanted || l.Classify > 0
	}
	if !wanted || s.Model.Classifier == nil {
		return ""
	}
	return s.Model.Classifier.SHA256
}

// hear handles what a member says about a task.
func (c *workers) hear(t *task, message proto.Message) {
	j := t.job
	switch e := message.(type) {
	case proto.Done:
		e.Memory = max(e.Memory, j.done.Memory) // the pictures' tasks know
		e.Evals += j.done.Evals
		c.work = max(c.work, e.Memory)
		j.done = e
		c.close(t)
		return
	case *proto.Error:
		if c.lose(t, e.Type) {
			return
		}
		if j.problem == nil {
			j.problem = e
		}
		c.cancel(j)
		c.close(t)
		return
	case proto.Progress:
		if j.shared {
			return // the others draw meanwhile
		}
	case proto.Step:
		if file := j.classifier(); file != c.guide && file != "" {
			c.guide = file
			c.assign()
		}
	case proto.Picture:
		j.pixels[e.Picture] = e.RGBA
		if e.Picture == 0 {
			j.recipe = e.Recipe
		}
	}
	j.handle(message)
}

// close ends a task, and with the last one the job.
func (c *workers) close(t *task) {
	t.by.doing = nil
	t.job.open--
	c.conclude(t.job)
	c.assign()
}

// conclude answers a job whose tasks are done. Pictures of several workers are
// put together first.
func (c *workers) conclude(j *job) {
	switch {
	case j.open > 0:
	case j.problem != nil:
		j.handle(j.problem)
	case j.shared && j.request.Count > 1 && !j.sheet:
		j.sheet = true
		c.add(0, j, proto.Sheet{Width: j.info.Width, Height: j.info.Height, Pictures: j.pixels, Recipe: j.recipe})
	case j.sheet:
		j.done.Millis = float64(time.Since(j.begun).Microseconds()) / 1e3
		fallthrough
	default:
		j.handle(j.done)
	}
}

// cancel gives a job up: what waits of it is dropped, what is done is cancelled.
func (c *workers) cancel(j *job) {
	if j.stopped {
		return
	}
	j.stopped = true
	var rest []*task
	for _, t := range c.queue {
		if t.job != j {
			rest = append(rest, t)
			continue
		}
		j.open--
		if j.problem == nil {
			j.problem = &proto.Error{Type: proto.ErrCancelled, Text: "Cancelled.", Remedy: "Press Generate to start again."}
		}
	}
	dropped := len(rest) < len(c.queue)
	c.queue = rest
	for _, m := range c.members {
		if m.doing != nil && m.doing.job == j {
			m.cancel(m.doing.id)
		}
	}
	if dropped {
		c.conclude(j)
	}
}
