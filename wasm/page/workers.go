//go:build js && wasm

package page

import (
	"slices"
	"syscall/js"

	"tintype/core/limits"
	"tintype/wasm/proto"
)

const (
	// crewBytes is what they may hold together: each has the weights.
	crewBytes = 512 << 20
	// programBytes is what a worker holds besides weights and run: the program and what it has not collected yet. With the
	// shipped models a worker's memory grows to 41 to 50 MB, of which this is half or more.
	programBytes = 32 << 20
	// idleMillis is how long, in milliseconds, workers beyond the first wait for another run.
	idleMillis = 60_000
)

// workers are those of the page. The first does everything that is asked of
// one worker. Where it has no threads to share the work of one picture, the
// pictures themselves are shared: further workers are started when there is
// something for them to do, as many as processors and memory allow.
type workers struct {
	start   js.Value // returns a new Worker with the program on its way; its argument: with one thread
	first   *client
	members []*member      // the first among them
	queue   []*task        // what waits for a member, in order
	threads int            // of the first
	asked   int            // members that the machine, or the page's address, asks for
	room    int            // members that can be had, as far as was tried
	model   proto.ModelRef // that was loaded last, as further members read it
	guide   string         // SHA-256 of the classifier's file that was fetched last
	weights int64          // bytes of the model
	work    int64          // bytes that the largest run so far took besides
	turn    int            // counts what ended an idle time
}

// A member is a worker and what it is doing.
type member struct {
	*client
	ready bool  // it has the model
	doing *task // nil when it is free
}

func newWorkers(start js.Value, asked int) *workers {
	c := &workers{start: start, asked: asked, room: limits.Threads}
	c.first = newClient(func() js.Value { return start.Invoke(false) })
	c.members = []*member{{client: c.first, ready: true}}
	js.Global().Call("setInterval", js.FuncOf(func(js.Value, []js.Value) any {
		for _, m := range slices.Clone(c.members) { // a lost one leaves
			m.ping()
		}
		return nil
	}), pingEvery)
	return c
}

// size is how many members may work now.
func (c *workers) size() int {
	if c.threads > 1 {
		return 1
	}
	affordable := int(crewBytes / (programBytes + c.weights + c.work))
	return max(min(c.asked, c.room, affordable, limits.Threads), 1)
}

// rounds is how many pictures are made one after the other where count are asked for, with the members that are ready now.
func (c *workers) rounds(count int) int {
	n := min(len(c.members)-c.starting(), c.size())
	return (count + n - 1) / n
}

// busy is how many members are at work.
func (c *workers) busy() (n int) {
	for _, m := range c.members {
		if m.doing != nil {
			n++
		}
	}
	return n
}

// load has the first member load a model. The others go: they hold another one.
func (c *workers) load(model proto.ModelRef, handle func(proto.Message)) int {
	c.keep(1)
	c.model, c.weights, c.work = model, 0, 0
	return c.first.request(proto.Load{Model: model}, func(m proto.Message) {
		if e, ok := m.(proto.Loaded); ok && c.model.SHA256 == model.SHA256 {
			c.weights, c.threads = e.Info.Memory, e.Threads
			if c.size() > 1 && !e.File.IsNull() {
				c.model.File = e.File // nobody shall download it again
			}
		}
		handle(m)
	})
}

// keep ends members that are free until there are n.
func (c *workers) keep(n int) {
	for last := len(c.members) - 1; last >= n && c.members[last].doing == nil; last-- {
		c.members[last].end()
		c.members = c.members[:last]
	}
}

// assign hands out what waits.
func (c *workers) assign() {
	n := c.size()
	c.keep(n)
	c.turn++
	for len(c.queue) > 0 {
		t := c.queue[0]
		if file := t.job.classifier(); file != c.guide && file != "" {
			n = 1 // who else needs the file shall find it kept
		}
		m := c.free(n)
		if m == nil {
			break
		}
		c.queue = c.queue[1:]
		m.doing, t.by = t, m
		t.id = m.request(c.addressed(t.request), func(message proto.Message) { c.hear(t, message) })
	}
	for waiting := len(c.queue); waiting > c.starting() && len(c.members) < n; {
		c.hire()
	}
	c.rest()
}

// free is one of the first n members that has nothing to do, nil for none.
func (c *workers) free(n int) *member {
	for _, m := range c.members[:min(n, len(c.members))] {
		if m.ready && m.doing == nil {
			return m
		}
	}
	return nil
}

// starting is how many members are not ready yet. Nothing waits for them: the
// others may be through before.
func (c *workers) starting() (n int) {
	for _, m := range c.members {
		if !m.ready {
			n++
		}
	}
	return n
}

// hire starts another member. Where one cannot be had there is no room for it.
func (c *workers) hire() {
	m := &member{client: newClient(func() js.Value { return c.start.Invoke(true) })}
	c.members = append(c.members, m)
	m.request(proto.Load{Model: c.model}, func(message proto.Message) {
		switch message.(type) {
		case proto.Loaded:
			m.ready = true
			c.assign()
		case *proto.Error:
			c.fire(m)
			c.room = len(c.members)
		}
	})
}

// fire parts with a member. The first stays: it starts anew when it is asked.
func (c *workers) fire(m *member) {
	if m.client == c.first {
		return
	}
	m.end()
	c.members = slices.DeleteFunc(c.members, func(other *member) bool { return other == m })
}

// rest lets the first member alone when nothing was to do for a while.
func (c *workers) rest() {
	turn := c.turn
	if len(c.members) == 1 || c.busy() > 0 {
		return
	}
	after(idleMillis, func() {
		if turn == c.turn {
			c.keep(1)
		}
	})
}

// addressed is a request with the model's file in place of its address, where
// there is one.
func (c *workers) addressed(request proto.Message) proto.Message {
	if s, ok := request.(proto.Sample); ok && s.Model.SHA256 == c.model.SHA256 {
		s.Model.File = c.model.File
		return s
	}
	return request
}

// lose gives a task back whose worker is gone, to be done again by another. It
// returns false where that is of no use: a request that was lost twice may be
// what ends workers.
func (c *workers) lose(t *task, why proto.ErrorType) bool {
	if why != proto.ErrCrashed && why != proto.ErrMemory || !t.job.shared || t.job.stopped || t.lost {
		return false
	}
	t.lost = true
	t.by.doing = nil
	if why == proto.ErrMemory {
		c.room = max(len(c.members)-1, 1)
	}
	c.fire(t.by)
	c.queue = slices.Insert(c.queue, 0, t)
	c.assign()
	return true
}
