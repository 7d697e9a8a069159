package main

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Fashion-MNIST (H. Xiao et al., arXiv 1708.07747) in the idx format of MNIST: a big-endian magic number, the sizes,
// then bytes.

const (
	side   = 28 // of the pictures in the files
	padded = 32 // of the pictures that the diffusion model draws: a border of black around them
)

// dataset is pictures and their classes.
type dataset struct {
	pixels []byte // [n,side,side], 0 black
	labels []byte // [n]
}

func (d *dataset) len() int { return len(d.labels) }

// readDataset reads dir/kind-{images-idx3,labels-idx1}-ubyte.gz.
func readDataset(dir, kind string) (*dataset, error) {
	pixels, n, err := readIDX(filepath.Join(dir, kind+"-images-idx3-ubyte.gz"), 0x803, side, side)
	if err != nil {
		return nil, err
	}
	labels, m, err := readIDX(filepath.Join(dir, kind+"-labels-idx1-ubyte.gz"), 0x801)
	if err != nil {
		return nil, err
	}
	if n != m {
		return nil, fmt.Errorf("%s: %d %s pictures and %d labels", dir, n, kind, m)
	}
	for i, l := range labels {
		if int(l) >= len(classNames) {
			return nil, fmt.Errorf("%s: %s label %d is %d, expected 0 to %d", dir, kind, i, l, len(classNames)-1)
		}
	}
	return &dataset{pixels, labels}, nil
}

// readIDX reads a file of n records of the given shape.
func readIDX(path string, magic uint32, shape ...int) (data []byte, n int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: install Debian's dataset-fashion-mnist, or give its directory with -data", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	head := make([]uint32, 2+len(shape))
	if err := binary.Read(z, binary.BigEndian, head); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	size := 1
	for i, d := range shape {
		if head[2+i] != uint32(d) {
			return nil, 0, fmt.Errorf("%s: pictures of %v, expected %v", path, head[2:], shape)
		}
		size *= d
	}
	n = int(head[1])
	if head[0] != magic || n < 1 || n > 1<<20 {
		return nil, 0, fmt.Errorf("%s: begins with %x and %d records: not this idx file", path, head[0], n)
	}
	data = make([]byte, n*size)
	if _, err := io.ReadFull(z, data); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return data, n, nil
}

// picture writes picture i to dst [padded,padded], -1 black to 1 white.
func (d *dataset) picture(dst []float32, i int) {
	const border = (padded - side) / 2
	for at := range dst {
		dst[at] = -1
	}
	for at, v := range d.pixels[i*side*side:][:side*side] {
		dst[(at/side+border)*padded+at%side+border] = float32(v)/127.5 - 1
	}
}
