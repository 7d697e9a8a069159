package weights

import (
	"errors"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Options of Open. The zero value checks nothing but the file itself.
type Options struct {
	Expect Expect
	// MaxBytes bounds the decoded length, and with it the memory for tensors that are asked for
	// out of order. 0 means 2 GiB, on WebAssembly 1 GiB.
	MaxBytes int64
	// Progress, if not nil, is told how many bytes of the file were read so far.
	Progress func(read int64)
	// Hash, if not nil, computes the file's SHA-256 in place of crypto/sha256. Only its Write and
	// Sum are called, the latter once, when everything was read.
	Hash hash.Hash
}

func (o Options) maxBytes() int64 {
	switch {
	case o.MaxBytes > 0:
		return o.MaxBytes
	case runtime.GOARCH == "wasm":
		return 1 << 30
	}
	return 2 << 30
}

// Expect is what a manifest says of a file; zero fields are not checked.
type Expect struct {
	SHA256   string // of the file, hexadecimal
	Bytes    int64  // of the file
	RawBytes int64  // of the safetensors file inside
}

// Sums is what a file turned out to be, all fields given: what a later Open may expect.
type Sums = Expect

// part is one file of tensors. Its tensors can be taken once each, by their index in its header.
type part interface {
	tensor(i int) ([]byte, error)
	finish() (Sums, error)
	close() error
}

// place is where a tensor lies.
type place struct {
	info  TensorInfo // name and shape as the network knows them
	part  part
	index int // within the part
	taken bool
	// passed: nobody can ask for it, another one has its name.
	passed bool
}

// Checkpoint is a trained network that is being read: metadata first, then tensors by name.
//
// A file streams forward. Tensors asked for in the order of the file are never buffered; those
// passed over are kept until they are asked for. Data that was delivered belongs to the caller,
// and the Checkpoint forgets it. A Checkpoint is for one goroutine.
type Checkpoint struct {
	name     string
	metadata map[string]string
	places   []*place
	byName   map[string]*place
	asked    []string // in the order of delivery
	notes    []Note
	again    func() (*Checkpoint, error) // opens the same directory; nil for a file
	parts    []part
	closers  []io.Closer
}

// Open reads a checkpoint's header: safetensors, plain or in zstd frames, told apart by the first
// bytes. The name is for errors. Open reads no tensor yet.
func Open(r io.Reader, name string, o Options) (*Checkpoint, error) {
	s, err := openStream(r, name, o)
	if err != nil {
		return nil, err
	}
	c := newCheckpoint(name)
	c.metadata = s.head.metadata
	c.parts = []part{s}
	for i, info := range s.head.tensors {
		c.add(info, s, i)
	}
	return c, nil
}

// OpenFile opens a checkpoint on disk. Close it.
func OpenFile(path string) (*Checkpoint, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	c, err := Open(f, path, Options{})
	if err != nil {
		f.Close()
		return nil, err
	}
	c.closers = append(c.closers, f)
	return c, nil
}

func newCheckpoint(name string) *Checkpoint {
	return &Checkpoint{name: name, metadata: map[string]string{}, byName: map[string]*place{}}
}

func (c *Checkpoint) add(info TensorInfo, p part, index int) {
	at := &place{info: info, part: p, index: index}
	c.places = append(c.places, at)
	c.byName[info.Name] = at
}

// pass adds a tensor that cannot be asked for.
func (c *Checkpoint) pass(info TensorInfo, p part, index int) {
	c.places = append(c.places, &place{info: info, part: p, index: index, passed: true})
}

// Name is the path or name that the checkpoint was opened by.
func (c *Checkpoint) Name() string { return c.name }

// Metadata gives the JSON text stored under a key (docs/FORMAT.md lists the keys).
func (c *Checkpoint) Metadata(key string) (text string, ok bool) {
	text, ok = c.metadata[key]
	return text, ok
}

// SetMetadata stores a text under a key, in memory: for a tool that completes a checkpoint before
// it writes it.
func (c *Checkpoint) SetMetadata(key, text string) { c.metadata[key] = text }

// AllMetadata gives a copy of all keys and texts.
func (c *Checkpoint) AllMetadata() map[string]string { return maps.Clone(c.metadata) }

// Tensors lists all tensors that can be asked for, those of a file in its order.
func (c *Checkpoint) Tensors() []TensorInfo {
	infos := make([]TensorInfo, 0, len(c.places))
	for _, at := range c.places {
		if !at.passed {
			infos = append(infos, at.info)
		}
	}
	return infos
}

// Tensor gives a tensor's data, little-endian, row by row. Each tensor can be had once.
func (c *Checkpoint) Tensor(name string) (info TensorInfo, raw []byte, err error) {
	at := c.byName[name]
	if at == nil {
		return info, nil, &Error{Kind: ErrNoTensor, File: c.name, Tensor: name}
	}
	if at.taken {
		return info, nil, &Error{Kind: ErrDelivered, File: c.name, Tensor: name}
	}
	if at.info.DType.Size() == 0 {
		return info, nil, &Error{Kind: ErrDType, File: c.name, Tensor: name,
			Detail: "found " + string(at.info.DType) + ", only F64, F32, F16, BF16, I64 and I32 are read"}
	}
	raw, err = at.part.tensor(at.index)
	if err != nil {
		return info, nil, err
	}
	at.taken = true
	c.asked = append(c.asked, name)
	return at.info, raw, nil
}

// Reuse gives back data that Tensor delivered and nobody reads any more: the next
// tensor may come in its place, so that a whole file is read through one buffer.
func (c *Checkpoint) Reuse(raw []byte) {
	for _, p := range c.parts {
		if s, ok := p.(*stream); ok {
			s.spare = raw
		}
	}
}

// Finish reads to the end of the file and checks its exact length, what Options expected and, if
// that was not the hash of the whole file, the `sha256` of its tensors. Until it returns nil the data
// delivered so far is not proven.
// After it no tensor can be had. Sums is zero for a directory.
func (c *Checkpoint) Finish() (Sums, error) {
	var sums Sums
	for _, p := range c.parts {
		one, err := p.finish()
		if err != nil {
			return Sums{}, err
		}
		sums = one
	}
	return sums, nil
}

// Asked names the tensors that were delivered so far, in that order. After a network was built it is
// the order in which a file serves that network best.
func (c *Checkpoint) Asked() []string { return slices.Clone(c.asked) }

// Parameters is how many elements were delivered so far.
func (c *Checkpoint) Parameters() (n int64) {
	for _, at := range c.places {
		if at.taken {
			n += at.info.Bytes() / int64(at.info.DType.Size())
		}
	}
	return n
}

// Unasked lists the tensors that nobody has asked for, in order.
func (c *Checkpoint) Unasked() []TensorInfo {
	var infos []TensorInfo
	for _, at := range c.places {
		if !at.taken {
			infos = append(infos, at.info)
		}
	}
	return infos
}

// Again opens the same directory in the same way, with the metadata of now: its tensors can be had once more. Close it.
func (c *Checkpoint) Again() (*Checkpoint, error) {
	if c.again == nil {
		return nil, &Error{Kind: ErrDelivered, File: c.name, Detail: "a file is read once"}
	}
	twin, err := c.again()
	if err == nil {
		twin.metadata = maps.Clone(c.metadata)
	}
	return twin, err
}

// Close frees what is held. It does not close the reader given to Open.
func (c *Checkpoint) Close() error {
	var errs []error
	for _, p := range c.parts {
		errs = append(errs, p.close())
	}
	for _, f := range c.closers {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// openRegular opens a file for reading. Opening a pipe would hang and a directory would give an
// obscure error later, so both are refused first.
func openRegular(path string) (*os.File, error) {
	if isPickle(path) {
		return nil, &Error{Kind: ErrPickle, File: path, Detail: pickleAdvice}
	}
	stat, err := os.Stat(path)
	if err != nil {
		return nil, &Error{Kind: ErrRead, File: path, Detail: absent(path), Cause: withoutPath(err)}
	}
	if stat.IsDir() {
		return nil, &Error{Kind: ErrRead, File: path, Detail: "a directory, where a file is expected"}
	}
	if !stat.Mode().IsRegular() {
		return nil, &Error{Kind: ErrRead, File: path, Detail: "not a regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &Error{Kind: ErrRead, File: path, Cause: withoutPath(err)}
	}
	return f, nil
}

// absent says why there is no file of a name, as far as one can tell.
func absent(path string) string {
	if strings.Contains(path, "://") {
		return "this is a link; download the file, and give its path"
	}
	return dangling(path)
}

// dangling says which symbolic link on the way to a file leads nowhere, if one does.
func dangling(path string) string {
	for {
		target, err := os.Readlink(path)
		if _, statErr := os.Stat(path); err == nil && statErr != nil {
			return path + " is a symbolic link to " + strconv.Quote(target)
		}
		parent := filepath.Dir(path)
		if parent == path {
			return ""
		}
		path = parent
	}
}

// withoutPath drops the path from an error of package os: ours names the file already.
func withoutPath(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

const pickleAdvice = "reading one can run any code; convert it with diffusers in Python: " +
	"UNet2DModel.from_pretrained(DIR).save_pretrained(DIR, safe_serialization=True)"

func isPickle(path string) bool {
	switch filepath.Ext(path) {
	case ".bin", ".ckpt", ".pt", ".pth", ".pkl":
		return true
	}
	return false
}
