#include <string.h>

#include "transformer_paths.h"

/* The micro kernels keep a tile of y in registers while they walk along the inputs: a row of the panel is loaded once and
 * multiplied with one broadcast element of each row of x. `rows` is a constant at every call, so that the loops over it
 * unroll and the tile never leaves its registers. */

INLINE void tile_portable(
    const float *x, int inputs, const float *panel, size_t panel_stride, const float *bias, const float *residual,
    float *y) {
    float sum[16];
    for (int column = 0; column < 16; column++) sum[column] = bias ? bias[column] : 0;
    for (int k = 0; k < inputs; k++) {
        float factor = x[k];
        const float *row = panel + (size_t)k * panel_stride;
        for (int column = 0; column < 16; column++) sum[column] += factor * row[column];
    }
    for (int column = 0; column < 16; column++) y[column] = sum[column] + (residual ? residual[column] : 0);
}

#if HAS_X86_PATHS

#define TILE_PARAMETERS                                                                                            \
    const float *x, size_t x_stride, int inputs, const float *panel, size_t panel_stride, const float *bias,       \
        const float *residual, size_t residual_stride, float *y, size_t y_stride
#define TILE_ARGUMENTS                                                                                             \
    x, x_stride, inputs, panel, panel_stride, bias, residual, residual_stride, y, y_stride

FOR_AVX512 INLINE void tile_avx512(const int rows, TILE_PARAMETERS) {
    __m512 left[TILE_ROWS], right[TILE_ROWS];
    __m512 panel_left = bias ? _mm512_loadu_ps(bias) : _mm512_setzero_ps();
    __m512 panel_right = bias ? _mm512_loadu_ps(bias + 16) : _mm512_setzero_ps();
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        left[row] = panel_left;
        right[row] = panel_right;
    }
    for (int k = 0; k < inputs; k++) {
        panel_left = _mm512_loadu_ps(panel + (size_t)k * panel_stride);
        panel_right = _mm512_loadu_ps(panel + (size_t)k * panel_stride + 16);
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            __m512 factor = _mm512_set1_ps(x[(size_t)row * x_stride + k]);
            left[row] = _mm512_fmadd_ps(factor, panel_left, left[row]);
            right[row] = _mm512_fmadd_ps(factor, panel_right, right[row]);
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        if (residual) {
            left[row] = _mm512_add_ps(left[row], _mm512_loadu_ps(residual + (size_t)row * residual_stride));
            right[row] = _mm512_add_ps(right[row], _mm512_loadu_ps(residual + (size_t)row * residual_stride + 16));
        }
        _mm512_storeu_ps(y + (size_t)row * y_stride, left[row]);
        _mm512_storeu_ps(y + (size_t)row * y_stride + 16, right[row]);
    }
}

FOR_AVX2 INLINE void tile_avx2(const int rows, TILE_PARAMETERS) {
    __m256 left[6], right[6];
    __m256 panel_left = bias ? _mm256_loadu_ps(bias) : _mm256_setzero_ps();
    __m256 panel_right = bias ? _mm256_loadu_ps(bias + 8) : _mm256_setzero_ps();
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        left[row] = panel_left;
        right[row] = panel_right;
    }
    for (int k = 0; k < inputs; k++) {
        panel_left = _mm256_loadu_ps(panel + (size_t)k * panel_stride);
        panel_right = _mm256_loadu_ps(panel + (size_t)k * panel_stride + 8);
#pragma clang loop unroll(full)
        for (int row = 0; row < rows; row++) {
            __m256 factor = _mm256_set1_ps(x[(size_t)row * x_stride + k]);
            left[row] = _mm256_fmadd_ps(factor, panel_left, left[row]);
            right[row] = _mm256_fmadd_ps(factor, panel_right, right[row]);
        }
    }
#pragma clang loop unroll(full)
    for (int row = 0; row < rows; row++) {
        if (residual) {
            left[row] = _mm256_add_ps(left[row], _mm256_loadu_ps(residual + (size_t)row * residual_stride));
            right[row] = _mm256_add_ps(right[row], _mm256_loadu_ps(residual + (size_t)row * residual_stride + 8));
        }
        _mm256_storeu_ps(y + (size_t)row * y_stride, left[row]);
        _mm256_storeu_ps(y + (size_t)row * y_stride + 8, right[row]);
    }
}

FOR_AVX512 static void panel_avx512(int rows, TILE_PARAMETERS) {
    switch (rows) {
    case 1: tile_avx512(1, TILE_ARGUMENTS); break;
    case 2: tile_avx512(2, TILE_ARGUMENTS); break;
    case 3: tile_avx512(3, TILE_ARGUMENTS); break;
    case 4: tile_avx512(4, TILE_ARGUMENTS); break;
    case 5: tile_avx512(5, TILE_ARGUMENTS); break;
    case 6: tile_avx512(6, TILE_ARGUMENTS); break;
    case 7: tile_avx512(7, TILE_ARGUMENTS); break;
    case 8: tile_avx512(8, TILE_ARGUMENTS); break;
    case 9: tile_avx512(9, TILE_ARGUMENTS); break;
    case 10: tile_avx512(10, TILE_ARGUMENTS); break;
    case 11: tile_avx512(11, TILE_ARGUMENTS); break;
    default: tile_avx512(12, TILE_ARGUMENTS); break;
    }
}

FOR_AVX2 static void panel_avx2(int rows, TILE_PARAMETERS) {
    switch (rows) {
    case 1: tile_avx2(1, TILE_ARGUMENTS); break;
    case 2: tile_avx2(2, TILE_ARGUMENTS); break;
    case 3: tile_avx2(3, TILE_ARGUMENTS); break;
    case 4: tile_avx2(4, TILE_ARGUMENTS); break;
    case 5: tile_avx2(5, TILE_ARGUMENTS); break;
    default: tile_avx2(6, TILE_ARGUMENTS); break;
    }
}

#endif

void hearth_panel_f32(
    hearth_path path, const float *x, size_t x_stride, int rows, int inputs, const float *panel, size_t panel_stride,
    const float *bias, const float *residual, size_t residual_stride, float *y, size_t y_stride) {
    row_split split = split_rows(rows, path >= HEARTH_PATH_AVX512 ? TILE_ROWS : path == HEARTH_PATH_AVX2 ? 6 : 1);
    for (int tile = 0; tile < split.tiles; tile++) {
        int count = rows_of_tile(split, tile);
#if HAS_X86_PATHS
        if (path >= HEARTH_PATH_AVX512)
            panel_avx512(count, TILE_ARGUMENTS);
        else if (path == HEARTH_PATH_AVX2)
            panel_avx2(count, TILE_ARGUMENTS);
        else
#endif
            tile_portable(x, inputs, panel, panel_stride, bias, residual, y);
        x += (size_t)count * x_stride;
        y += (size_t)count * y_stride;
        if (residual) residual += (size_t)count * residual_stride;
    }
}

size_t hearth_dense_f32_size(hearth_path path, int outputs, int inputs) {
    return round_up((size_t)outputs, (size_t)panel_f32(path)) * (size_t)inputs;
}

/* Panel after panel; in a panel, input after input; for each input, the weights of the panel's outputs. */
void hearth_dense_f32_pack(hearth_path path, const float *weights, int outputs, int inputs, float *packed) {
    int width = panel_f32(path);
    for (int first = 0; first < outputs; first += width) {
        for (int k = 0; k < inputs; k++) {
            for (int column = 0; column < width; column++) {
                int output = first + column;
                *packed++ = output < outputs ? weights[(size_t)output * (size_t)inputs + (size_t)k] : 0;
            }
        }
    }
}

void hearth_dense_f32(
    hearth_path path, const float *x, size_t x_stride, int rows, const float *packed, const float *bias,
    const float *residual, int outputs, int inputs, float *y) {
    int width = panel_f32(path);
    size_t stride = (size_t)outputs;
    for (int first = 0; first < outputs; first += width) {
        const float *panel = packed + (size_t)first * (size_t)inputs;
        const float *panel_bias = bias ? bias + first : NULL;
        const float *panel_residual = residual ? residual + first : NULL;
        if (first + width <= outputs) {
            hearth_panel_f32(
                path, x, x_stride, rows, inputs, panel, (size_t)width, panel_bias, panel_residual, stride, y + first,
                stride);
            continue;
        }
        /* The last panel is wider than what is left of y: computed aside, and only what exists is copied. */
        float tile[TILE_ROWS * PANEL_MOST];
        int columns = outputs - first;
        for (int row = 0; row < rows; row += TILE_ROWS) {
            int count = smaller(TILE_ROWS, rows - row);
            hearth_panel_f32(
                path, x + (size_t)row * x_stride, x_stride, count, inputs, panel, (size_t)width, NULL, NULL, 0, tile,
                PANEL_MOST);
            for (int i = 0; i < count; i++) {
                size_t at = (size_t)(row + i) * stride;
                for (int column = 0; column < columns; column++) {
                    float value = tile[i * PANEL_MOST + column];
                    if (bias) value += panel_bias[column];
                    if (residual) value += panel_residual[at + (size_t)column];
                    y[at + (size_t)first + (size_t)column] = value;
                }
            }
        }
    }
}
