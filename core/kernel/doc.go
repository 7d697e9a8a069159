// Package kernel holds the leaf float32 loops of the inference core: matrix
// product, 3x3 convolution, normalisation, activation, softmax, resampling and
// elementwise operations over NHWC pictures.
//
// Every kernel takes its destination first, never allocates and panics with a
// constant string on a shape error, which is a programmer's error.
//
// # The same bits everywhere
//
// A result is the same on every platform, with any vector length and in the
// scalar build, because
//
//   - a product is rounded before it is added: Mul then Add, and
//     float32(x*y) + z in scalar code, never fused;
//   - the lanes of a vector are outputs (columns of a product, channels of a
//     picture), and each sum runs in one stated order: k ascending in a matrix
//     product; ky, kx, channel in a convolution; pixels by fours in GroupNorm;
//     sixteen partial sums in softmax;
//   - e^x is our own polynomial, and nothing is converted to an integer;
//   - limits are compare and select.
//
// TestSameBits holds each kernel to one hash in every build.
//
// # Layout
//
// Activations are NHWC and contiguous. The right-hand side of a product is
// packed once (Pack, PackT, PackConv3x3) into panels of panelWidth columns,
// each [k][width], the last one padded with zero columns. A tile of a few rows
// by one panel stays in registers over the whole of k, also over the three
// rows of a filter: 2 rows by 16 columns on wasm, 4 rows by 2 vectors natively.
// Rows of the left-hand side are read in place; for a convolution they are
// overlapping runs of the framed picture, so there is no im2col copy. Edge
// tiles go through a copy of the tile.
//
// # Variants
//
// A file *_generic.go, or the generic function in a file without a suffix, is
// the scalar twin: always compiled, and the oracle of the tests. The build tags
// goexperiment.simd and purego alone choose: *_simd.go is one portable body
// for native and wasm, gemm_wasm.go the one tile that is written with
// archsimd, pure.go binds the twins.
//
// # Measured
//
// Two cores of an AMD EPYC (Zen 4) virtual machine with other work on it, one
// thread, best of many, Go 1.27.4, Chromium 156, Node 20:
//
//	                              native   Chromium   Node   Chromium scalar
//	Gemm 256x64, k=576  GFLOP/s       79         30     25               1.3
//	Conv3x3 16x16, 128 to 128         79         30     19               1.5
//	SiLU           ns an element     0.56        1.9    2.0               37
//	GroupNorm, 32x32x64              0.17       0.76   0.95              3.8
//
// With 256-bit vectors (GODEBUG=simd=256) the native products run at 33
// GFLOP/s: the compiler keeps more broadcasts alive than there are registers.
//
// Reproduce with: go test -bench . ./core/kernel
//
// # Threads
//
// A call that is worth it is a job (parallel.go): rows, groups, pixels or blocks
// that a team's threads do in parts, with the bits of one thread. Two threads
// against one, Chromium 156, the best of many each:
//
//	Gemm 256x256x256, 1024x128x128, 4096x256x256   1.99, 1.98, 2.01
//	Conv3x3 32x32 and 8x8, 128 and 256 channels    2.00, 1.99
//	SiLU, SoftmaxRows, Add of 128 Ki floats        2.02, 1.98, 1.80
//	GroupNorm of 128 Ki floats                     1.16
//	pass of a network, 32x32, base 64              1.77
//
// GroupNorm is the poor one: its parts are groups of channels, so that each sum
// keeps its order, and read half of every pixel that the other core wrote.
//
// # Tried and rejected
//
//   - One or four parts a thread instead of two: a pass took 66 and 69 ms instead
//     of 68 with nothing else to do, 80 and 69 instead of 70 beside other work.
//   - On wasm, tiles of 4x8, 5x8, 6x8, 3x12, 4x12 and 3x16 (24, 27, 23, 32, 26
//     and 26 GFLOP/s in one run where 2x16 gave 32): two rows also fit pictures
//     of any even width. Unrolling k by 2 gives 29, by 8 gives 33.
//   - Slices under simd.LoadFloat32s on wasm: an addition takes 5 times as long
//     as through vector_simd.go's arrays; both unrolled by 4, still 1.4 times.
//   - unsafe.Slice under simd.LoadFloat32s on wasm: 2.8 GFLOP/s.
//   - Raw pointers in the native tile: 1 % (what limits it is that a broadcast
//     takes an arithmetic slot), not worth the bounds checks.
//
// Known to be slow: fewer outputs than a panel is wide (64 to 3 channels runs
// at a sixth of the rate), and a product with a single row natively.
package kernel
