#include <math.h>
#include <string.h>

#include "transformer_paths.h"

/* x ≈ step·q + least with q in 0…255, w ≈ scale·p with p in −127…127, so
 *     Σ x·w ≈ scale·(step·Σ q·p + least·Σ p)
 * and only Σ q·p depends on both. It is exact in 32 bits: 255 · 127 · HEARTH_DENSE_I8_INPUTS < 2³¹.
 *
 * VNNI multiplies four bytes at once. AVX2's product of bytes saturates at 16 bits, so that path multiplies pairs of 16-bit
 * numbers, which is exact as well; both q and p are kept in that width for it. */

/* Inputs are padded to this, so that every path may take four at once. */
#define GROUP 4
#define LEAST_RANGE 1e-12f

INLINE int panel_i8(hearth_path path) { return path >= HEARTH_PATH_AVX512_VNNI ? 32 : 16; }
INLINE int is_wide(hearth_path path) { return path == HEARTH_PATH_AVX2 || path == HEARTH_PATH_AVX512; }

size_t hearth_dense_i8_size(hearth_path path, int outputs, int inputs) {
    size_t count = round_up((size_t)outputs, (size_t)panel_i8(path)) * round_up((size_t)inputs, GROUP);
    return is_wide(path) ? count * 2 : count;
}

size_t hearth_dense_i8_scratch(int rows, int inputs) {
    return (size_t)rows * (round_up((size_t)inputs, GROUP) * 2 + 2 * sizeof(float));
}

void hearth_dense_i8_pack(
    hearth_path path, const float *weights, int outputs, int inputs, void *packed, float *scales, int32_t *sums) {
    int width = panel_i8(path), padded = (int)round_up((size_t)inputs, GROUP);
    int group = path >= HEARTH_PATH_AVX512_VNNI ? 4 : is_wide(path) ? 2 : 1;
    memset(packed, 0, hearth_dense_i8_size(path, outputs, inputs));
    for (int output = 0; output < outputs; output++) {
        const float *row = weights + (size_t)output * (size_t)inputs;
        float largest = 0;
        for (int k = 0; k < inputs; k++) largest = fmaxf(largest, fabsf(row[k]));
        float scale = largest > 0 ? largest / 127 : 1;
        int32_t sum = 0;
        size_t panel = (size_t)(output / width) * (size_t)width * (size_t)padded;
        for (int k = 0; k < inputs; k++) {
            int value = (int)lrintf(row[k] / scale);
            size_t at = panel + ((size_t)(k / group) * (size_t)width + (size_t)(output % width)) * (size_t)group +
                        (size_t)(k % group);
            sum += value;
            if (is_wide(path))
                ((int16_t *)packed)[at] = (int16_t)value;
            else
                ((int8_t *)packed)[at] = (int8_t)value;
        }
        scales[output] = scale;
        sums[output] = sum;
    }
}

/* One row to q, `step` and `least`. Written so that compilers vectorise it: extremes in lanes, rounding by truncation. */
INLINE void quantise(const float *x, int inputs, int padded, uint8_t *narrow, int16_t *wide, float *step, float *least) {
    enum { LANES = 16 };
    float low[LANES], high[LANES];
    for (int lane = 0; lane < LANES; lane++) low[lane] = high[lane] = x[0];
    int k = 0;
    for (; k + LANES <= inputs; k += LANES) {
        for (int lane = 0; lane < LANES; lane++) {
            float value = x[k + lane];
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
        }
    }
    for (; k < inputs; k++) {
        low[0] = x[k] < low[0] ? x[k] : low[0];
        high[0] = x[k] > high[0] ? x[k] : high[0];
    }
    for (int lane = 1; lane < LANES; lane++) {
        low[0] = low[lane] < low[0] ? low[lane] : low[0];
        high[0] = high[lane] > high[0] ? high[lane] : high[0];
    }
    float range = high[0] - low[0], from = low[0];
    if (!(range > LEAST_RANGE)) range = LEAST_RANGE;
    float factor = 255 / range;
    *step = range / 255;
    *least = from;
    if (narrow) {
        for (k = 0; k < inputs; k++) narrow[k] = (uint8_t)(int32_t)((x[k] - from) * factor + 0.5f);
        for (; k < padded; k++) narrow[k] = 0;
    } else {
        for (k = 0; k < inputs; k++) wide[k] = (int16_t)(int32_t)((x[k] - from) * factor + 0.5f);
        for (; k < padded; k++) wide[k] = 0;
    }
}

/* Where a tile's sums go: turned back into floats, with bias and residual, into the columns that exist. */
INLINE void finish(
    const int32_t *products, int width, int columns, float step, float least, const float *scales, const int32_t *sums,
    const float *bias, const float *residual, float *y) {
    (void)width;
    for (int column = 0; column < columns; column++) {
        float value = scales[column] * (step * (float)products[column] + least * (float)sums[column]);
        if (bias) value += bias[column];
        if (residual) value += residual[column];
        y[column] = value;
    }
}

INLINE void tile_portable(const uint8_t *q, int padded, const int8_t *panel, int32_t *products) {
    for (int column = 0; column < 16; column++) products[column] = 0;
    for (int k = 0; k < padded; k++) {
        int32_t factor = q[k];
        for (int column = 0; column < 16; column++) products[column] += factor * panel[(size_t)k * 16 + (size_t)column];
    }
}

static void dense_portable(
    const float *x, size_t x_stride, int rows, const int8_t *packed, const float *scales, const int32_t *sums,
    const float *bias, const float *residual, int outputs, int inputs, float *y, uint8_t *q) {
    int padded = (int)round_up((size_t)inputs, GROUP);
    for (int row = 0; row < rows; row++) {
        float step, least;
        int32_t products[16];
        quantise(x + (size_t)row * x_stride, inputs, padded, q, NULL, &step, &least);
        for (int first = 0; first < outputs; first += 16) {
            size_t at = (size_t)row * (size_t)outputs + (size_t)first;
            tile_portable(q, padded, packed + (size_t)first * (size_t)padded, products);
            finish(
                products, 16, smaller(16, outputs - first), step, least, scales + first, sums + first,
                bias ? bias + first : NULL, residual ? residual + at : NULL, y + at);
        }
    }
}

#if HAS_X86_PATHS

FOR_AVX2 INLINE void tile_avx2(const int rows, const int16_t *q, int padded, const int16_t *panel, int32_t *products) {
    __m256i left[6], right[6];
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) left[row] = right[row] = _mm256_setzero_si256();
    for (int k = 0; k < padded; k += 2) {
        __m256i panel_left = _mm256_loadu_si256((const __m256i *)(panel + (size_t)k * 16));
        __m256i panel_right = _mm256_loadu_si256((const __m256i *)(panel + (size_t)k * 16 + 16));
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            int32_t pair;
            memcpy(&pair, q + (size_t)row * (size_t)padded + (size_t)k, sizeof pair);
            __m256i factor = _mm256_set1_epi32(pair);
            left[row] = _mm256_add_epi32(left[row], _mm256_madd_epi16(factor, panel_left));
            right[row] = _mm256_add_epi32(right[row], _mm256_madd_epi16(factor, panel_right));
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        _mm256_storeu_si256((__m256i *)(products + row * 16), left[row]);
        _mm256_storeu_si256((__m256i *)(products + row * 16 + 8), right[row]);
    }
}

FOR_AVX2 static void dense_avx2(
    const float *x, size_t x_stride, int rows, const int16_t *packed, const float *scales, const int32_t *sums,
    const float *bias, const float *residual, int outputs, int inputs, float *y, int16_t *q, float *steps) {
    int padded = (int)round_up((size_t)inputs, GROUP);
    float *leasts = steps + rows;
    for (int row = 0; row < rows; row++)
        quantise(
            x + (size_t)row * x_stride, inputs, padded, NULL, q + (size_t)row * (size_t)padded, steps + row, leasts + row);
    row_split split = split_rows(rows, 6);
    for (int first = 0; first < outputs; first += 16) {
        const int16_t *panel = packed + (size_t)first * (size_t)padded;
        int columns = smaller(16, outputs - first), row = 0;
        for (int tile = 0; tile < split.tiles; tile++) {
            int32_t products[6 * 16];
            int count = rows_of_tile(split, tile);
            const int16_t *at_row = q + (size_t)row * (size_t)padded;
            switch (count) {
            case 1: tile_avx2(1, at_row, padded, panel, products); break;
            case 2: tile_avx2(2, at_row, padded, panel, products); break;
            case 3: tile_avx2(3, at_row, padded, panel, products); break;
            case 4: tile_avx2(4, at_row, padded, panel, products); break;
            case 5: tile_avx2(5, at_row, padded, panel, products); break;
            default: tile_avx2(6, at_row, padded, panel, products); break;
            }
            for (int i = 0; i < count; i++, row++) {
                size_t at = (size_t)row * (size_t)outputs + (size_t)first;
                finish(
                    products + i * 16, 16, columns, steps[row], leasts[row], scales + first, sums + first,
                    bias ? bias + first : NULL, residual ? residual + at : NULL, y + at);
            }
        }
    }
}

/* What the sums of one panel are turned into floats with, in registers. */
typedef struct {
    __m512 scale[2], weighted_sum[2], bias[2];
    __mmask16 columns[2];
} vnni_panel;

FOR_VNNI INLINE void tile_vnni(
    const int rows, const uint8_t *q, int padded, const int8_t *panel, const vnni_panel *about, const float *steps,
    const float *leasts, const float *residual, float *y, size_t stride) {
    __m512i left[TILE_ROWS], right[TILE_ROWS];
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) left[row] = right[row] = _mm512_setzero_si512();
    for (int k = 0; k < padded; k += 4) {
        __m512i panel_left = _mm512_loadu_si512(panel + (size_t)k * 32);
        __m512i panel_right = _mm512_loadu_si512(panel + (size_t)k * 32 + 64);
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            int32_t four;
            memcpy(&four, q + (size_t)row * (size_t)padded + (size_t)k, sizeof four);
            __m512i factor = _mm512_set1_epi32(four);
            left[row] = _mm512_dpbusd_epi32(left[row], factor, panel_left);
            right[row] = _mm512_dpbusd_epi32(right[row], factor, panel_right);
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        __m512 step = _mm512_set1_ps(steps[row]), least = _mm512_set1_ps(leasts[row]);
        float *to = y + (size_t)row * stride;
        __m512 value = _mm512_fmadd_ps(
            _mm512_mul_ps(step, _mm512_cvtepi32_ps(left[row])), about->scale[0],
            _mm512_fmadd_ps(least, about->weighted_sum[0], about->bias[0]));
        if (residual) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(about->columns[0], residual + (size_t)row * stride));
        _mm512_mask_storeu_ps(to, about->columns[0], value);
        value = _mm512_fmadd_ps(
            _mm512_mul_ps(step, _mm512_cvtepi32_ps(right[row])), about->scale[1],
            _mm512_fmadd_ps(least, about->weighted_sum[1], about->bias[1]));
        if (residual)
            value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(about->columns[1], residual + (size_t)row * stride + 16));
        _mm512_mask_storeu_ps(to + 16, about->columns[1], value);
    }
}

FOR_VNNI static void dense_vnni(
    const float *x, size_t x_stride, int rows, const int8_t *packed, const float *scales, const int32_t *sums,
    const float *bias, const float *residual, int outputs, int inputs, float *y, uint8_t *q, float *steps) {
    int padded = (int)round_up((size_t)inputs, GROUP);
    float *leasts = steps + rows;
    size_t stride = (size_t)outputs;
    for (int row = 0; row < rows; row++)
        quantise(
            x + (size_t)row * x_stride, inputs, padded, q + (size_t)row * (size_t)padded, NULL, steps + row, leasts + row);
    row_split split = split_rows(rows, TILE_ROWS);
    for (int first = 0; first < outputs; first += 32) {
        const int8_t *panel = packed + (size_t)first * (size_t)padded;
        vnni_panel about;
        for (int half = 0; half < 2; half++) {
            int from = first + half * 16, columns = outputs - from;
            __mmask16 mask = columns >= 16 ? 0xffff : columns <= 0 ? 0 : (__mmask16)((1u << columns) - 1);
            about.columns[half] = mask;
            about.scale[half] = _mm512_maskz_loadu_ps(mask, scales + from);
            about.weighted_sum[half] =
                _mm512_mul_ps(about.scale[half], _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, sums + from)));
            about.bias[half] = bias ? _mm512_maskz_loadu_ps(mask, bias + from) : _mm512_setzero_ps();
        }
        int row = 0;
        for (int tile = 0; tile < split.tiles; tile++) {
            int count = rows_of_tile(split, tile);
            size_t at = (size_t)row * stride + (size_t)first;
            const uint8_t *at_row = q + (size_t)row * (size_t)padded;
            const float *at_residual = residual ? residual + at : NULL;
#define TILE(n)                                                                                                    \
    case n:                                                                                                        \
        tile_vnni(n, at_row, padded, panel, &about, steps + row, leasts + row, at_residual, y + at, stride);       \
        break;
            switch (count) { TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) }
#undef TILE
            row += count;
        }
    }
}

#endif

void hearth_dense_i8(
    hearth_path path, const float *x, size_t x_stride, int rows, const void *packed, const float *scales,
    const int32_t *sums, const float *bias, const float *residual, int outputs, int inputs, float *y, void *scratch) {
#if HAS_X86_PATHS
    float *steps = scratch;
    void *q = steps + 2 * (size_t)rows;
    if (path >= HEARTH_PATH_AVX512_VNNI) {
        dense_vnni(x, x_stride, rows, packed, scales, sums, bias, residual, outputs, inputs, y, q, steps);
        return;
    }
    if (is_wide(path)) {
        dense_avx2(x, x_stride, rows, packed, scales, sums, bias, residual, outputs, inputs, y, q, steps);
        return;
    }
#endif
    dense_portable(x, x_stride, rows, packed, scales, sums, bias, residual, outputs, inputs, y, scratch);
}
