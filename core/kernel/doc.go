// Package kernel holds the leaf float32 loops of the inference core: matrix
// product, 3x3 convolution, normalisation, activation, softmax, resampling and
// elementwise operations over NHWC pictures.
//
// Every kernel takes its destination first, never allocates and panics with a
// constant string on a shape error, which is a programmer's error.
//
// Every result has the same bits on every platform, with any vector length and
// in the scalar build: products are rounded before they are added (never
// fused), each reduction states its order, and e^x is our own polynomial.
package kernel
