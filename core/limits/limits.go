// Package limits says how much may be asked of a run, and why not more. Whatever reads a request reads it here: flags,
// recipes, messages, the page's controls and, written from it by "go test ./wasm/proto -update", site/limits.js,
// site/index.html and site/threads.js. What a format or a layer can hold is said where it is read; a model may allow less.
package limits

// Whatever the door.
const (
	// Steps bounds a process, a run on it and a recipe's numbers of steps, so that a hostile config cannot ask for any
	// amount of memory.
	Steps = 1 << 16
	// Guidance bounds the scale of classifier-free guidance, Classifier that of a classifier's. Pictures are saturated long
	// before: what is more was not meant.
	Guidance   = 1000
	Classifier = 1000
	// Rescale, Vary and Strength are parts of a whole.
	Rescale  = 1
	Vary     = 1
	Strength = 1
	// Forks bounds the legs before the last one: each is compiled when it is entered.
	Forks = 8
	// Side bounds the height and width of a picture in pixels, Batch how many are drawn at once, Values the numbers of such
	// a batch: 1 GiB in float32.
	Side   = 1 << 13
	Batch  = 256
	Values = 1 << 28
	// Travel bounds how often a stretch of steps is run, Rounds the evaluations of an inverse's step, Probes those of a
	// likelihood's: each is the cost of as many runs.
	Travel = 100
	Rounds = 100
	Probes = 1000
	// Classes bounds the names that are made before the table itself has proved how many rows it has.
	Classes = 1 << 16
	// Threads bounds those that kernels work with: more wait for memory.
	Threads = 8
)

// On the command line, and in recipes, which it writes for pictures that no page makes.
const (
	// Pictures are all on one sheet.
	Pictures = 1024
	// AskedThreads is what may be asked for, or be said to be there; Threads are used.
	AskedThreads = 1024
	// RecipeLevels is the longest list that is written into a recipe, which is text in a link.
	RecipeLevels = 100
)

// In a page, and so in the messages to its worker.
const (
	// PagePictures are held with the film of their steps, all at once.
	PagePictures = 16
	// PageSteps: the film has a frame of each, and so has an animation.
	PageSteps = 1000
	// PageSeconds is the longest time that a run can be given.
	PageSeconds = 600
)
