/* Dense layers, attention and the functions between them, for encoders and small networks.
 *
 * Each function takes the path that computes it, so that a program decides once and a test can try them all. Matrices are
 * row-major, float unless said otherwise; sizes are counts of elements. Buffers must not overlap unless said otherwise. */
#ifndef HEARTH_TRANSFORMER_H
#define HEARTH_TRANSFORMER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a processor offers, in rising order; each includes those below it. */
typedef enum hearth_path {
    HEARTH_PATH_PORTABLE = 0,    /* plain C */
    HEARTH_PATH_AVX2 = 1,        /* AVX2 and FMA */
    HEARTH_PATH_AVX512 = 2,      /* AVX-512 F, BW, DQ, VL */
    HEARTH_PATH_AVX512_VNNI = 3, /* and products of bytes */
} hearth_path;

/* The highest path that this processor and its operating system can run. */
hearth_path hearth_best_path(void);

/* A dense layer y = x·Wᵀ + bias (+ residual), W with `outputs` rows of `inputs` columns. Weights are packed once into
 * panels of output columns; a packed matrix belongs to the path that packed it. */
size_t hearth_dense_f32_size(hearth_path path, int outputs, int inputs); /* floats of `packed`, 64-byte aligned */
void hearth_dense_f32_pack(hearth_path path, const float *weights, int outputs, int inputs, float *packed);
/* `x_stride` is the distance of two rows of x, and may be less than `inputs` (overlapping windows). `bias` has `outputs`
 * floats or is NULL; `residual` has the shape of y and is added, or is NULL, and may be y itself. y rows are `outputs` apart. */
void hearth_dense_f32(
    hearth_path path, const float *x, size_t x_stride, int rows, const float *packed, const float *bias,
    const float *residual, int outputs, int inputs, float *y);

/* The same with weights of 8 bits: one scale per output (symmetric), and x quantised row by row to 8 bits between its
 * smallest and largest value while it is multiplied. Sums are exact in 32 bits, so all paths agree but for the rounding of
 * x; `inputs` must not exceed HEARTH_DENSE_I8_INPUTS. */
#define HEARTH_DENSE_I8_INPUTS 65536
size_t hearth_dense_i8_size(hearth_path path, int outputs, int inputs); /* bytes of `packed`, 64-byte aligned */
size_t hearth_dense_i8_scratch(int rows, int inputs);                   /* bytes of `scratch`, 64-byte aligned */
/* `scales` and `sums` have `outputs` elements: what a quantised weight is multiplied by, and the sum of those of a row. */
void hearth_dense_i8_pack(
    hearth_path path, const float *weights, int outputs, int inputs, void *packed, float *scales, int32_t *sums);
void hearth_dense_i8(
    hearth_path path, const float *x, size_t x_stride, int rows, const void *packed, const float *scales,
    const int32_t *sums, const float *bias, const float *residual, int outputs, int inputs, float *y, void *scratch);

/* Multi-head self-attention within one sequence: `qkv` has `length` rows of queries, keys and values, each
 * heads × head_size; `out` has `length` rows of heads × head_size. */
size_t hearth_attention_scratch(int length, int head_size); /* floats of `scratch`, 64-byte aligned */
void hearth_attention(
    hearth_path path, const float *qkv, int length, int heads, int head_size, float *out, float *scratch);

/* x ← gelu(x) = x·Φ(x), with erf after Abramowitz and Stegun 7.1.26 (absolute error of erf 1.5e-7). */
void hearth_gelu(hearth_path path, float *x, size_t count);
/* Each row to mean 0 and variance 1, then times gain plus bias. */
void hearth_layer_norm(
    hearth_path path, float *x, int rows, int width, const float *gain, const float *bias, float epsilon);
/* Each row of `columns` floats, `stride` apart, to exp(scale·x) over its sum. scale must not be negative. */
void hearth_softmax(hearth_path path, float *x, int rows, int columns, size_t stride, float scale);
/* out[i] = a[i] + b[i] + c[i]; out may be any of them. */
void hearth_add3(const float *a, const float *b, const float *c, float *out, int count);
/* out = mean of the rows */
void hearth_mean_rows(const float *x, int rows, int width, float *out);
/* Whether no element is infinite or not a number: 1 or 0. */
int hearth_is_finite(const float *x, size_t count);
/* x to length 1; zeros stay zeros. */
void hearth_normalise(float *x, int width);

#ifdef __cplusplus
}
#endif

#endif
