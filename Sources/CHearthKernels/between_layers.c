#include <math.h>

#include "transformer_paths.h"

/* Sums may be reordered and products fused: the same freedom that the vector paths take. */
#pragma clang fp reassociate(on) contract(fast)

enum { LANES = 16 };

/* exp for x ≤ 0 and the few above it that gelu and softmax pass: reduced to ±½·ln 2, then the polynomial of Cephes' expf;
 * relative error 1e-7. */
INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    float scaled = x * 1.44269504f;
    int32_t power = (int32_t)(scaled + (scaled < 0 ? -0.5f : 0.5f));
    float whole = (float)power;
    float rest = x - whole * 0.693359375f;
    rest = rest + whole * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * rest + 1.3981999507e-3f;
    p = p * rest + 8.3334519073e-3f;
    p = p * rest + 4.1665795894e-2f;
    p = p * rest + 1.6666665459e-1f;
    p = p * rest + 5.0000001201e-1f;
    p = p * rest * rest + rest + 1.0f;
    union {
        int32_t bits;
        float value;
    } two = {(power + 127) << 23};
    return p * two.value;
}

/* Abramowitz and Stegun 7.1.26 */
INLINE float error_function(float x) {
    float a = x < 0 ? -x : x;
    float t = 1.0f / (1.0f + 0.3275911f * a);
    float p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    float y = 1.0f - p * t * exponential(-a * a);
    return x < 0 ? -y : y;
}

INLINE void gelu(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = 0.5f * x[i] * (1.0f + error_function(x[i] * 0.70710678f));
}

INLINE void layer_norm(float *x, int rows, int width, const float *gain, const float *bias, float epsilon) {
    for (int row = 0; row < rows; row++) {
        float *y = x + (size_t)row * (size_t)width, sum = 0, squares = 0;
        for (int i = 0; i < width; i++) sum += y[i];
        float mean = sum / (float)width;
        for (int i = 0; i < width; i++) {
            float distance = y[i] - mean;
            squares += distance * distance;
        }
        float factor = 1.0f / sqrtf(squares / (float)width + epsilon);
        for (int i = 0; i < width; i++) y[i] = (y[i] - mean) * factor * gain[i] + bias[i];
    }
}

INLINE void softmax(float *x, int rows, int columns, size_t stride, float scale) {
    for (int row = 0; row < rows; row++) {
        float *y = x + (size_t)row * stride, highest[LANES];
        for (int lane = 0; lane < LANES; lane++) highest[lane] = y[0];
        int i = 0;
        for (; i + LANES <= columns; i += LANES)
            for (int lane = 0; lane < LANES; lane++)
                highest[lane] = y[i + lane] > highest[lane] ? y[i + lane] : highest[lane];
        for (; i < columns; i++) highest[0] = y[i] > highest[0] ? y[i] : highest[0];
        for (int lane = 1; lane < LANES; lane++) highest[0] = highest[lane] > highest[0] ? highest[lane] : highest[0];
        float top = highest[0], sum = 0;
        for (i = 0; i < columns; i++) {
            float power = exponential((y[i] - top) * scale);
            y[i] = power;
            sum += power;
        }
        float factor = 1.0f / sum;
        for (i = 0; i < columns; i++) y[i] *= factor;
    }
}

#if HAS_X86_PATHS
FOR_AVX512 static void gelu_avx512(float *x, size_t count) { gelu(x, count); }
FOR_AVX2 static void gelu_avx2(float *x, size_t count) { gelu(x, count); }
FOR_AVX512 static void layer_norm_avx512(float *x, int rows, int width, const float *gain, const float *bias, float e) {
    layer_norm(x, rows, width, gain, bias, e);
}
FOR_AVX2 static void layer_norm_avx2(float *x, int rows, int width, const float *gain, const float *bias, float e) {
    layer_norm(x, rows, width, gain, bias, e);
}
FOR_AVX512 static void softmax_avx512(float *x, int rows, int columns, size_t stride, float scale) {
    softmax(x, rows, columns, stride, scale);
}
FOR_AVX2 static void softmax_avx2(float *x, int rows, int columns, size_t stride, float scale) {
    softmax(x, rows, columns, stride, scale);
}
#define DISPATCH(name, ...)                                                                                        \
    if (path >= HEARTH_PATH_AVX512)                                                                                \
        name##_avx512(__VA_ARGS__);                                                                                \
    else if (path == HEARTH_PATH_AVX2)                                                                             \
        name##_avx2(__VA_ARGS__);                                                                                  \
    else                                                                                                           \
        name(__VA_ARGS__);
#else
#define DISPATCH(name, ...)                                                                                        \
    (void)path;                                                                                                    \
    name(__VA_ARGS__);
#endif

void hearth_gelu(hearth_path path, float *x, size_t count) { DISPATCH(gelu, x, count) }

void hearth_layer_norm(
    hearth_path path, float *x, int rows, int width, const float *gain, const float *bias, float epsilon) {
    DISPATCH(layer_norm, x, rows, width, gain, bias, epsilon)
}

void hearth_softmax(hearth_path path, float *x, int rows, int columns, size_t stride, float scale) {
    DISPATCH(softmax, x, rows, columns, stride, scale)
}

void hearth_add3(const float *a, const float *b, const float *c, float *out, int count) {
    for (int i = 0; i < count; i++) out[i] = a[i] + b[i] + c[i];
}

void hearth_mean_rows(const float *x, int rows, int width, float *out) {
    for (int i = 0; i < width; i++) out[i] = 0;
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < width; i++) out[i] += x[(size_t)row * (size_t)width + (size_t)i];
    for (int i = 0; i < width; i++) out[i] /= (float)rows;
}

int hearth_is_finite(const float *x, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i])) return 0;
    return 1;
}

void hearth_normalise(float *x, int width) {
    float squares = 0;
    for (int i = 0; i < width; i++) squares += x[i] * x[i];
    if (!(squares > 0)) return;
    float factor = 1.0f / sqrtf(squares);
    for (int i = 0; i < width; i++) x[i] *= factor;
}
