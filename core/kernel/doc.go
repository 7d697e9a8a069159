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
//     product; ky, kx, channel in a direct convolution, channels at each point
//     of a Winograd convolution; pixels by fours, in blocks, in GroupNorm; sixteen partial
//     sums in softmax;
//   - 2^x is our own polynomial, and nothing is converted to an integer;
//   - limits are compare and select.
//
// TestSameBits holds each kernel to one hash in every build.
//
// # Layout
//
// Activations are NHWC and contiguous. The right-hand side of a product is
// packed once (Pack, PackT, PackConv3x3, Winograd.Pack) into panels of
// panelWidth columns, each [k][width], the last one padded with zero columns. A
// tile of a few rows by one panel stays in registers over the whole of k, also
// over the three rows of a filter: 2 rows by 16 columns on wasm, 4 rows by 2
// vectors natively. Rows of the left-hand side are read in place; for a direct
// convolution they are overlapping runs of the framed picture, so there is no
// im2col copy. Edge tiles go through a copy of the tile.
//
// A Winograd convolution takes the tiles of a batch in blocks. Input transforms
// a block into planes [point][tile][cin], whose distance is a cache line more
// than a round number, because 36 planes a power of two apart would share one
// set of the first-level cache. Output then takes panel by panel: the products
// of all points with that panel, [point][tile][width], stay in the cache and are
// transformed back at once, with bias, time embedding and residual added before
// the only store. Weights are [panel][point][cin][width], one forward stream.
// Lanes are channels everywhere: neither transform shuffles.
//
// Frame fills the zeros around a picture, and on the way joins two sources along
// the channels, doubles pixels, and applies a norm's gain and shift with SiLU.
//
// # Which convolution
//
// WinogradTile decides by the layer's shape alone: 3x3 with stride 1, 16 input
// channels or more, and a picture of at least four tiles of 4x4 takes tiles of 4;
// down to 2x2 pixels, tiles of 2; all else the definition.
//
// Below 16 channels the transforms cost what they save, and a vector is not
// full. On 4x4 pixels a tile of 4 is one row of each product, and its weights,
// four times the definition's, come from memory once for each.
//
// # Parts
//
// Frame.Fill, Winograd.Input, Winograd.Output and GemmPart compute a range of
// rows, tiles or panels, and neither allocate nor write pointers: ranges of one
// call may run side by side, and no bit depends on the cut.
//
// In a product whose rows are one block a thread reads panels of its own, and
// panels are cut into groups of rows besides.
//
// # Variants
//
// A file *_generic.go, or the generic function in a file without a suffix, is
// the scalar twin: always compiled, and the oracle of the tests. The build tags
// goexperiment.simd and purego alone choose: *_simd.go is one portable body
// for native and wasm, gemm_wasm.go the one tile that is written with
// archsimd, pure.go binds the twins.
//
// # Threads
//
// A call that is worth it is a job (parallel.go): rows, groups, pixels or blocks
// that a team's threads do in parts, with the bits of one thread.
//
// Threads are seldom equally fast, so parts shrink from round to round (parallel.go).
// They end within 15 % of a cut to measure for threads up to three times apart
// (TestUnequalThreads).
//
// Known to be slow: fewer outputs than a panel is wide, and a product with a single
// row natively.
//
// What these choices were measured by, and what was tried and rejected, is in
// docs/CALIBRATION.md.
package kernel
