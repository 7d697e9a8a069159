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
// down to 2x2 pixels, tiles of 2; all else the definition. Direct-convolution
// GFLOP/s of one thread, each column from one run on a busy machine, in which
// Gemm 256x64, k=576 made 77 natively and 21 in Chromium (the tile below makes 50
// there now, which changes no choice: passes of unet32-64 take as long with tiles
// of 2 on 8x8 pixels):
//
//	                    native          Chromium
//	tile                4     2         4     2
//	32x32  64 to  64  233              79
//	32x32 128 to 128  245              94
//	16x16 128 to 128  251              86
//	16x16 256 to 256  266              96
//	 8x8  256 to 256  227   159       100    58
//	 4x4  256 to 256        156              57
//
// Below 16 channels the transforms cost what they save, and a vector is not
// full. On 4x4 pixels a tile of 4 is one row of each product, and its weights,
// four times the definition's, come from memory once for each. With weights too
// many for the caches (256 to 256 channels, several sets in turn) 8x8 pixels
// take 0.54 ms with tiles of 4 and 0.62 with tiles of 2 natively, 1.8 and 2.0 on
// wasm; 4x4 pixels 0.22 with tiles of 2 and 0.31 by the definition, 0.67 and 0.72.
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
// # Measured
//
// Two cores of an AMD EPYC (Zen 4) virtual machine with other work on it, one
// thread, best of many, Go 1.27.4, Chromium 156, Node 24 (V8 13.6):
//
//	                              native    Node 24         Chromium scalar
//	Gemm 256x64, k=576  GFLOP/s       79         50                    1.3
//	Conv3x3 16x16, 128 to 128         79         51                    1.5
//	Frame with SiLU ns an element   0.32       0.95                     14
//	GroupNorm, 32x32x64             0.16       0.83                    2.7
//	SoftmaxRows of 256              0.56        1.6                     12
//
// Those of wasm are of programs as they are shipped. Of what the linker
// leaves, a browser makes slower code: Go's compiler gives each vector load an
// addition of its own, which internal/postlink folds into the load, each broadcast
// float an instruction more, and a loop a way through the function's head, on which
// V8 puts vectors into memory. The same Go in one run, Node 24, GFLOP/s:
//
//	                              linked   shipped
//	Gemm 256x64, k=576              33.0      49.8
//	Gemm 256x256, k=64              32.0      47.7
//	Winograd 32x32, 64 to 64          98       138
//	Winograd 16x16, 256 to 256       108       155
//	Winograd 8x8, 256 to 256         103       146
//
// A tile of 2x16 written by hand, in a module of its own, makes 55 to 57, and the
// processor at most 58: two products and two sums of four floats a cycle. (Measure
// that over memory that has been written: pages of zeros that nobody wrote are all
// the same one, and its lines drive each other from the cache. 42 comes out then.)
// The order of a product, a product, a sum, a sum is worth 5 % over product, sum,
// product, sum.
//
// In a pass of unet32-64 the tile makes 41: weights come from memory then, 100 MB
// of them, and on 8x8 pixels (4 tiles of 4x4) each is used four times only.
//
// With 256-bit vectors (GODEBUG=simd=256) the native products run at 33
// GFLOP/s: the compiler keeps more broadcasts alive than there are registers.
//
// Of a Winograd convolution 32x32x64 to 64 on wasm, 0.55 ms, the products take
// 68 %, each of the transforms 11.
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
//	passes of unet32-64, unet32-128, unet64-64     1.70, 1.79, 1.73 (fastest of each)
//
// GroupNorm by groups of channels gained 1.16: each part read half of every
// pixel, and what applied the norm was no job. Its parts are blocks of pixels now.
//
// Threads are seldom equally fast. On this virtual machine passes of unet32-64 on
// one thread took 42 ms for a second or two and then 60 to 75, with nothing else
// at work in it. With four equal parts a job the faster of two threads then takes
// two, as if nothing had happened, and waits: 8 of the 31 ms that jobs took in a
// pass, when one core was slow. Hence the rounds of shrinking parts (parallel.go),
// which end within 15 % of a cut to measure for threads up to three times apart
// (TestUnequalThreads).
//
// # Tried and rejected
//
//   - Parts of 2^16 multiplications instead of 2^18: with other programs on the
//     processors a pass took 1.5 times as long, because each job more can wait for
//     a thread that does not run.
//   - On wasm, other tiles: by hand, where 2x16 makes 57 GFLOP/s, 2x20 makes as
//     much, 3x12 and 4x8 make 54, and 3x16 and 6x8, which need more than 15
//     registers, 30.
//   - In the wasm tile, four floats of a at once and broadcasts of lanes (34
//     GFLOP/s where single floats gave 42), k unrolled by 4 (2 % slower) or 16 (no
//     gain), and its loads of b in a helper function (22 instead of 33): V8 keeps
//     the order in which Go emits loads, so a load must stand right before its
//     products.
//   - Winograd's points 0, 1, -1, 2, -2, infinity: twice the error.
//   - The output transform unrolled as the input transform is: no gain. The input
//     transform with tiles of 4 as two loops: 88 µs instead of 57 (32x32x64); what
//     it writes in place of a table between its passes: 63.
//   - Reading weights a page ahead, so that they are near when their turn comes: a
//     pass 10 % longer, since a load that waits for memory holds up all behind it.
//   - GroupNorm's sums as a basic block: no gain, V8 finds its way through the head
//     of a short function.
//   - For a doubled picture, leaving out the products that vanish: with the point
//     -1 they are 11 of the 36, 2 % of a pass of the networks of tools/bench, but
//     0, ±5/8, ±3/2, infinity have none, and points of its own would be another
//     pair of transforms.
//   - SiLU's constants as broadcasts in the loop (2.2 ns an element in Chromium,
//     where vectors from a table before the loop give 1.1), loaded by a helper
//     wherever they are used (2.6), masks instead of the integer clamp (1.24).
//   - GroupNorm's sums in one pass with four vectors of one pixel a round of the
//     loop: no faster than the two passes before it; two vectors of four pixels
//     take two thirds.
//   - Four running maxima in softmax: no gain.
//   - Slices under simd.LoadFloat32s on wasm: an addition takes 5 times as long
//     as through vector_simd.go's arrays; both unrolled by 4, still 1.4 times.
//   - unsafe.Slice under simd.LoadFloat32s on wasm: 2.8 GFLOP/s.
//   - Raw pointers in the native tile: 1 % (what limits it is that a broadcast
//     takes an arithmetic slot), not worth the bounds checks.
//
// Known to be slow: fewer outputs than a panel is wide, and a product with a single
// row natively.
package kernel
