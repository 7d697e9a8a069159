//go:build !goexperiment.simd || purego

package kernel

// The scalar build: every kernel is its generic twin.

const panelCols = 8

func panelWidth() int { return panelCols }

func gemmPanel(dst []float32, ldd int, a []float32, lda int, panel []float32, m, cols int, r runs, accumulate bool) {
	gemmPanelGeneric(dst, ldd, a, lda, panel, m, cols, r, accumulate, panelCols)
}

func add(dst, a, b []float32)                   { addGeneric(dst, a, b) }
func scale(dst, x []float32, s float32)         { scaleGeneric(dst, x, s) }
func addRows(dst, x, row []float32)             { addRowsGeneric(dst, x, row) }
func affineRows(dst, x, a, b []float32, ld int) { affineRowsGeneric(dst, x, a, b, ld) }
func channelMoments(sum, square, x, first []float32, pixels, ld int) {
	channelMomentsGeneric(sum, square, x, first, pixels, ld)
}
func silu(dst, x []float32)                          { siluGeneric(dst, x) }
func siluGrad(dst, x, dy []float32)                  { siluGradGeneric(dst, x, dy) }
func softmaxRow(dst, x []float32, s float32)         { softmaxRowGeneric(dst, x, s) }
func finite(x []float32) bool                        { return finiteGeneric(x) }
func avgPixels(dst, top, bottom []float32)           { avgPixelsGeneric(dst, top, bottom) }
func winogradIn4(v, d []float32, plane, line, c int) { winogradIn4Generic(v, d, plane, line, c) }
func winogradIn2(v, d []float32, plane, line, c int) { winogradIn2Generic(v, d, plane, line, c) }
func winogradOut(dst, m, row, res []float32, scale float32, tile, plane, line, pixel int) {
	winogradOutGeneric(dst, m, row, res, scale, tile, plane, line, pixel, panelCols)
}
func affineSiLU(dst, x, a, b []float32, ld, pixels int) {
	affineSiLUGeneric(dst, x, a, b, ld, pixels)
}
func gate(dst, x []float32, p *[gateTerms]float32) { gateGeneric(dst, x, p) }
func relu(dst, x []float32)                        { reluGeneric(dst, x) }
func mul(dst, a, b []float32)                      { mulGeneric(dst, a, b) }
func rowSum(x []float32) float32                   { return rowSumGeneric(x) }
func rowSquares(x []float32, mean float32) float32 { return rowSquaresGeneric(x, mean) }
func rowNorm(dst, x []float32, mean, r float32)    { rowNormGeneric(dst, x, mean, r) }
