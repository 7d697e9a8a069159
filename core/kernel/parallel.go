package kernel

import (
	"math/bits"
	"sync/atomic"

	"tintype/core/limits"
)

// Several threads for one kernel call. A call that is worth it is a job: units
// of work (rows, groups, blocks of floats) that do not depend on each other, of
// which a team does one part on each thread. How many parts there are and who
// does which never changes a bit: a part computes exactly the outputs that the
// whole call would, each in the same order.
//
// The code of a part is a leaf: it neither allocates nor starts, wakes or waits
// for a goroutine, stores no pointer except on its stack, and cannot panic once
// its kernel has checked the shapes. In the browser it runs on threads that the
// Go runtime knows nothing of, beside a runtime that stands still;
// TestPartsAreLeaves reads the compiler's output for calls that break the rule.

// A Team does the parts of jobs.
type Team interface {
	// Size is the number of threads, the caller's among them.
	Size() int
	// Run calls Part(i) once for each i in [0, parts), on any thread and in
	// any order, best the last first, and returns when all calls have returned.
	Run(parts int)
}

// pool is the team at work. A kernel call that finds it taken, by a call on
// another goroutine, does all of its job itself.
var pool struct {
	team  Team
	size  int
	taken atomic.Bool
	work  sharer
	units int
	// The parts are numbered in rounds of each parts.
	each, rounds uint
}

// A sharer is a job: share does the units [from, to).
type sharer interface{ share(from, to int) }

// SetTeam has the kernels work on the team's threads, nil on the caller's alone
// as at the start. It must not be called while a kernel runs.
func SetTeam(t Team) {
	pool.team, pool.size = t, 1
	if t != nil {
		pool.size = min(t.Size(), limits.Threads)
	}
}

// Part does part i of the job at hand. Only a team calls it, from Run. Helpers
// in the browser find it by its name.
//
//go:noinline
func Part(i int) {
	round := uint(i) / pool.each
	from, to := 0, pool.units>>(pool.rounds-1-round)
	if round > 0 {
		from = pool.units >> (pool.rounds - round)
	}
	units, each := to-from, int(pool.each)
	i -= int(round) * each
	pool.work.share(from+units*i/each, from+units*(i+1)/each)
	scalarNext()
}

// A part is worth its hand-over (a microsecond where a helper is awake, tens of
// them where it sleeps, milliseconds where another program has its processor)
// from about partWork on. Work is counted in multiplications with addition of a
// matrix product.
const partWork = 1 << 18

// Threads are not equally fast: one has a slower core, or shares its core with
// another program for a while. So a job's units are handed out in rounds of one
// part for each thread, each round half of the units that are left and the last
// one all of them: who is late takes fewer of the small parts at the end.
const maxRounds = 4

// The work of one element, in the same unit, as measured in Chromium.
const (
	workMove = 4
	workPack = 16
	workAdd  = 8
	workNorm = 6
	workExp  = 16
)

// A slot is the place from which a team's threads read one kind of job: nothing
// is allocated for a job.
type slot[J sharer] struct{ job J }

func (s *slot[J]) share(from, to int) { s.job.share(from, to) }

// run does all units of the job, work in all, and returns when they are done.
func (s *slot[J]) run(job J, units, work int) {
	most := min(units, work/partWork)
	each := min(most, pool.size)
	if each < 2 || !pool.taken.CompareAndSwap(false, true) {
		job.share(0, units)
		scalarNext()
		return
	}
	s.job = job
	rounds := min(maxRounds, bits.Len(uint(most/each)))
	pool.work, pool.units, pool.each, pool.rounds = s, units, uint(each), uint(rounds)
	pool.team.Run(each * rounds)
	var none J
	s.job, pool.work = none, nil // keep nothing alive
	pool.taken.Store(false)
}
