package weights

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strconv"
	"strings"
)

// stream is a part that is read once, from front to back: a download.
type stream struct {
	file   string
	src    *source
	raw    io.Reader    // the safetensors bytes
	frames *frameReader // nil if the file is not compressed
	head   *header
	data   hash.Hash // of the data buffer; nil if its hash is not known beforehand, or the whole file's is
	expect Expect

	next  int            // the next tensor that raw will give
	held  map[int][]byte // tensors passed over, not asked for yet
	spare []byte         // room for the next one
	err   error          // after an error nothing more is read
}

// openStream reads and checks the header.
func openStream(r io.Reader, file string, o Options) (*stream, error) {
	s := &stream{file: file, src: newSource(r, file, o), held: map[int][]byte{}, expect: o.Expect}
	buffered := bufio.NewReaderSize(s.src, 64<<10)
	s.raw = buffered
	start, err := buffered.Peek(8)
	if err != nil && err != io.EOF {
		return nil, s.readError(err, ErrHeaderTooSmall, "", "")
	}
	if IsZstd(start) {
		if s.frames, err = newFrameReader(buffered, s.src); err != nil {
			return nil, &Error{Kind: ErrZstd, File: file, Cause: err}
		}
		buffered = bufio.NewReaderSize(s.frames, 4<<10)
		s.raw = buffered
	}
	err = s.look(buffered)
	if err == nil {
		err = s.readHeader(o)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	// The hash of the whole file says all that this one does; a second one would only take time.
	if s.head.metadata["sha256"] != "" && s.expect.SHA256 == "" {
		s.data = sha256.New()
	}
	return s, nil
}

// look says what the file is if it begins as no safetensors file does.
func (s *stream) look(buffered *bufio.Reader) error {
	start, err := buffered.Peek(peekBytes)
	if err != nil && err != io.EOF {
		// A short compressed file may end within what is looked at: it is still looked at, and ends where it is read.
		if own := (*Error)(nil); s.frames == nil || !errors.As(err, &own) || own.Kind != ErrTruncated {
			return s.readError(err, ErrHeaderTooSmall, "", "")
		}
	}
	if err := foreign(s.file, start, s.frames != nil); err != nil {
		return err
	}
	if err == io.EOF && len(start) < 8 {
		return tooSmall(s.file, len(start))
	}
	return nil
}

func (s *stream) readHeader(o Options) error {
	var length [8]byte
	if err := s.read(length[:], ErrHeaderTooSmall, ""); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return tooLarge(s.file, n)
	}
	text := make([]byte, n) // at most maxHeader
	if err := s.read(text, ErrHeaderLength, ""); err != nil {
		return err
	}
	head, err := parseHeader(s.file, string(text))
	if err != nil {
		return err
	}
	if most := o.maxBytes(); head.bytes > most {
		return &Error{Kind: ErrTooLarge, File: s.file, Detail: strconv.FormatInt(head.bytes, 10) +
			" bytes of tensors, at most " + strconv.FormatInt(most, 10) + " are read"}
	}
	if want := o.Expect.RawBytes; want > 0 && head.bytes != want {
		return &Error{Kind: ErrSize, File: s.file, Detail: "expected " + strconv.FormatInt(want, 10) +
			" bytes decoded, its header says " + strconv.FormatInt(head.bytes, 10)}
	}
	s.head = head
	return nil
}

// read fills p or says why not. Where the file ends too early, the error is of kind early.
func (s *stream) read(p []byte, early error, tensor string) error {
	n, err := io.ReadFull(s.raw, p)
	if err == nil {
		return nil
	}
	return s.readError(err, early, tensor, "expected "+strconv.Itoa(len(p))+" more bytes, found "+strconv.Itoa(n))
}

// readError sorts an error of the reader or the decoder into our kinds.
func (s *stream) readError(err, early error, tensor, detail string) error {
	if own := (*Error)(nil); errors.As(err, &own) {
		return err
	}
	e := &Error{File: s.file, Tensor: tensor}
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		e.Kind, e.Detail = early, detail
	case s.src.err != nil && s.src.err != io.EOF: // the network failed, whatever the decoder makes of that
		e.Kind, e.Cause = ErrRead, s.src.err
	case s.frames == nil:
		e.Kind, e.Cause = ErrRead, err
	default:
		e.Kind, e.Cause = ErrZstd, err
	}
	return e
}

// tensor gives the data of tensor i, reading up to it. What lies before it is kept for later.
func (s *stream) tensor(i int) ([]byte, error) {
	if raw, ok := s.held[i]; ok {
		delete(s.held, i)
		return raw, nil
	}
	for s.err == nil && s.next <= i {
		if s.next < i {
			s.spare = nil // what is held needs room of its own
		}
		raw, err := s.readTensor(s.head.tensors[s.next])
		if err != nil {
			s.err = err
			break
		}
		if s.next++; s.next > i {
			return raw, nil
		}
		s.held[s.next-1] = raw
	}
	return nil, s.err
}

// readStep is how much room is made for a tensor before any of it has arrived: a
// header alone must not make the reader take gigabytes.
const readStep = 16 << 20

// readTensor reads into what was given back, or makes room as the data arrives.
func (s *stream) readTensor(info TensorInfo) ([]byte, error) {
	size := info.Bytes()
	raw := s.spare[:0]
	s.spare = nil
	if room := min(size, readStep); int64(cap(raw)) < room {
		if cap(raw) > 0 { // whoever gave it back will do so again: once is enough for all
			for _, t := range s.head.tensors[s.next:] {
				room = max(room, min(t.Bytes(), readStep))
			}
		}
		raw = make([]byte, 0, room)
	}
	for int64(len(raw)) < size {
		if len(raw) == cap(raw) {
			raw = append(make([]byte, 0, min(size, 2*int64(cap(raw)))), raw...)
		}
		part := raw[len(raw):min(int64(cap(raw)), size)]
		if err := s.read(part, ErrTruncated, info.Name); err != nil {
			return nil, err
		}
		raw = raw[:len(raw)+len(part)]
	}
	if s.data != nil {
		s.data.Write(raw)
	}
	return raw, nil
}

// finish reads what is left, without keeping it, and checks that the file is exactly what its
// header and the manifest say.
func (s *stream) finish() (Sums, error) {
	clear(s.held)
	scratch := make([]byte, 64<<10)
	for s.err == nil && s.next < len(s.head.tensors) {
		s.err = s.skip(s.head.tensors[s.next], scratch)
		s.next++
	}
	if s.err != nil {
		return Sums{}, s.err
	}
	s.err = s.end(scratch)
	if s.err != nil {
		return Sums{}, s.err
	}
	// From here on every call is refused: nobody takes a tensor that was passed over for one that is there.
	s.err = &Error{Kind: ErrFinished, File: s.file}
	return Sums{SHA256: s.src.sha256(), Bytes: s.src.count, RawBytes: s.head.bytes}, nil
}

func (s *stream) skip(info TensorInfo, scratch []byte) error {
	for left := info.Bytes(); left > 0; {
		part := scratch[:min(left, int64(len(scratch)))]
		if err := s.read(part, ErrTruncated, info.Name); err != nil {
			return err
		}
		if s.data != nil {
			s.data.Write(part)
		}
		left -= int64(len(part))
	}
	return nil
}

func (s *stream) end(scratch []byte) error {
	// One byte more decides whether anything follows, and has the decoder check its last frame's sum.
	switch n, err := io.ReadFull(s.raw, scratch[:1]); {
	case n > 0:
		return &Error{Kind: ErrTrailing, File: s.file, Detail: "expected " + strconv.FormatInt(s.head.bytes, 10) + " bytes"}
	case err != io.EOF:
		return s.readError(err, ErrTruncated, "", "")
	}
	if want := s.expect.Bytes; want > 0 && s.src.count != want {
		return &Error{Kind: ErrSize, File: s.file, Detail: "expected " + strconv.FormatInt(want, 10) +
			" bytes, found " + strconv.FormatInt(s.src.count, 10)}
	}
	if want, found := s.expect.SHA256, s.src.sha256(); want != "" && !strings.EqualFold(want, found) {
		return &Error{Kind: ErrHash, File: s.file, Detail: "of the file: expected " + want + ", found " + found}
	}
	if s.data != nil {
		want, found := s.head.metadata["sha256"], hex.EncodeToString(s.data.Sum(nil))
		if !strings.EqualFold(want, found) {
			return &Error{Kind: ErrHash, File: s.file, Detail: "of the tensors: expected " + want + ", found " + found}
		}
	}
	return nil
}

func (s *stream) close() error {
	if s.frames != nil {
		s.frames.close()
	}
	return nil
}
