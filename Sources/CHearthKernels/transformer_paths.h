/* What the sources of transformer.h share: paths as attributes, panels and tiles. */
#ifndef HEARTH_TRANSFORMER_PATHS_H
#define HEARTH_TRANSFORMER_PATHS_H

#include "transformer.h"

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_X86_PATHS 1
#define FOR_AVX2 __attribute__((target("avx2,fma")))
#define FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define FOR_VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma")))
#else
#define HAS_X86_PATHS 0
#endif

/* The most rows and columns that one micro kernel computes. */
#define TILE_ROWS 12
#define PANEL_MOST 32

INLINE int smaller(int a, int b) { return a < b ? a : b; }
INLINE size_t round_up(size_t count, size_t unit) { return (count + unit - 1) / unit * unit; }

/* Output columns of a panel of floats. */
INLINE int panel_f32(hearth_path path) { return path >= HEARTH_PATH_AVX512 ? 32 : 16; }

/* y[rows × panel] = x·panel + bias + residual for one whole panel whose input rows are `panel_stride` floats apart. `bias`
 * and `residual` may be NULL. */
void hearth_panel_f32(
    hearth_path path, const float *x, size_t x_stride, int rows, int inputs, const float *panel, size_t panel_stride,
    const float *bias, const float *residual, size_t residual_stride, float *y, size_t y_stride);

/* Rows are divided evenly among tiles instead of leaving a thin one at the end. */
typedef struct {
    int tiles, least, larger;
} row_split;

INLINE row_split split_rows(int rows, int most) {
    int tiles = (rows + most - 1) / most;
    if (tiles == 0) return (row_split){0, 0, 0};
    return (row_split){tiles, rows / tiles, rows % tiles};
}

INLINE int rows_of_tile(row_split split, int tile) { return split.least + (tile < split.larger); }

#endif
