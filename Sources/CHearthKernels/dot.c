#include "HearthDot.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define AVX2 __attribute__((target("avx2,fma")))
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#else
#define CLONES
#endif

#define INLINE static inline __attribute__((always_inline))

/* How many codes ahead of the one being multiplied are asked for from memory; in a scan, how many bytes: the processor's own
 * prefetching ends at every page. */
enum { PREFETCH_DISTANCE = 4, SCAN_PREFETCH_DISTANCE = 4096 };

size_t hearth_code_stride(size_t dimension) { return sizeof(float) + (dimension + 3) / 4 * 4; }

void hearth_encode(const float *vector, size_t dimension, uint8_t *code) {
    float largest = 1e-20f;
    for (size_t i = 0; i < dimension; i++) {
        float magnitude = fabsf(vector[i]);
        if (magnitude > largest) largest = magnitude;
    }
    float scale = largest / 127, inverse = 127 / largest;
    memset(code, 0, hearth_code_stride(dimension));
    memcpy(code, &scale, sizeof scale);
    int8_t *components = (int8_t *)(code + sizeof scale);
    for (size_t i = 0; i < dimension; i++) components[i] = (int8_t)lrintf(vector[i] * inverse);
}

CLONES float hearth_dot(const float *left, const float *right, size_t dimension) {
#pragma clang fp reassociate(on) contract(fast)
    float sum = 0;
    for (size_t i = 0; i < dimension; i++) sum += left[i] * right[i];
    return sum;
}

typedef int32_t dot_function(const int8_t *, const int8_t *, size_t);

INLINE int32_t dot_portable(const int8_t *left, const int8_t *right, size_t dimension) {
    int32_t sum = 0;
    for (size_t i = 0; i < dimension; i++) sum += (int32_t)left[i] * right[i];
    return sum;
}

INLINE int32_t excess_portable(const int8_t *right, size_t dimension) { return 0; }

#if defined(__x86_64__)
AVX2 static inline int32_t dot_avx2(const int8_t *left, const int8_t *right, size_t dimension) {
    __m256i sum = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 16 <= dimension; i += 16) {
        __m256i a = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(left + i)));
        __m256i b = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(right + i)));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_hadd_epi32(half, half);
    half = _mm_hadd_epi32(half, half);
    int32_t result = _mm_cvtsi128_si32(half);
    for (; i < dimension; i++) result += (int32_t)left[i] * right[i];
    return result;
}

INLINE int32_t excess_avx2(const int8_t *right, size_t dimension) { return 0; }

/* The instruction multiplies unsigned by signed: 128 is added to the left components, which makes the result too large by 128 times
 * the sum of the right ones. */
VNNI static inline int32_t dot_vnni(const int8_t *left, const int8_t *right, size_t dimension) {
    const __m512i offset = _mm512_set1_epi8((char)0x80);
    __m512i sum = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 64 <= dimension; i += 64) {
        __m512i a = _mm512_xor_si512(_mm512_loadu_si512(left + i), offset), b = _mm512_loadu_si512(right + i);
        sum = _mm512_dpbusd_epi32(sum, a, b);
    }
    if (i < dimension) {
        __mmask64 mask = ~0ull >> (64 - (dimension - i));
        __m512i a = _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, left + i), offset);
        __m512i b = _mm512_maskz_loadu_epi8(mask, right + i);
        sum = _mm512_dpbusd_epi32(sum, a, b);
    }
    return _mm512_reduce_add_epi32(sum);
}

INLINE int32_t excess_vnni(const int8_t *right, size_t dimension) {
    int32_t sum = 0;
    for (size_t i = 0; i < dimension; i++) sum += right[i];
    return 128 * sum;
}
#endif

INLINE float scale_of(const uint8_t *code) {
    float scale;
    memcpy(&scale, code, sizeof scale);
    return scale;
}

INLINE const int8_t *components_of(const uint8_t *code) { return (const int8_t *)(code + sizeof(float)); }

INLINE void prefetch(const uint8_t *code, size_t stride) {
    for (size_t offset = 0; offset < stride; offset += 64) __builtin_prefetch(code + offset);
}

/* The two loops over codes, once for each way to multiply. */
#define LOOPS(NAME, TARGET) \
    TARGET static void scan_##NAME( \
        const uint8_t *query, const uint8_t *codes, size_t dimension, size_t first, size_t count, float *scores) { \
        size_t stride = hearth_code_stride(dimension); \
        float scale = scale_of(query); \
        int32_t excess = excess_##NAME(components_of(query), dimension); \
        const uint8_t *code = codes + first * stride; \
        for (size_t i = 0; i < count; i++, code += stride) { \
            prefetch(code + SCAN_PREFETCH_DISTANCE, stride); \
            int32_t product = dot_##NAME(components_of(code), components_of(query), dimension) - excess; \
            scores[i] = scale * scale_of(code) * (float)product; \
        } \
    } \
    TARGET static void gather_##NAME( \
        const uint8_t *query, const uint8_t *codes, size_t dimension, const uint32_t *slots, size_t count, \
        float *scores) { \
        size_t stride = hearth_code_stride(dimension); \
        float scale = scale_of(query); \
        int32_t excess = excess_##NAME(components_of(query), dimension); \
        for (size_t i = 0; i < count && i < PREFETCH_DISTANCE; i++) prefetch(codes + slots[i] * stride, stride); \
        for (size_t i = 0; i < count; i++) { \
            if (i + PREFETCH_DISTANCE < count) prefetch(codes + slots[i + PREFETCH_DISTANCE] * stride, stride); \
            const uint8_t *code = codes + slots[i] * stride; \
            int32_t product = dot_##NAME(components_of(code), components_of(query), dimension) - excess; \
            scores[i] = scale * scale_of(code) * (float)product; \
        } \
    }

typedef void scan_function(const uint8_t *, const uint8_t *, size_t, size_t, size_t, float *);
typedef void gather_function(const uint8_t *, const uint8_t *, size_t, const uint32_t *, size_t, float *);

LOOPS(portable, )
#if defined(__x86_64__)
LOOPS(avx2, AVX2)
LOOPS(vnni, VNNI)
static scan_function *const scans[] = {scan_portable, scan_avx2, scan_vnni};
static gather_function *const gathers[] = {gather_portable, gather_avx2, gather_vnni};
#else
static scan_function *const scans[] = {scan_portable};
static gather_function *const gathers[] = {gather_portable};
#endif

int hearth_codes_supports(int way) {
    switch (way) {
    case HEARTH_CODES_PORTABLE: return 1;
#if defined(__x86_64__)
    case HEARTH_CODES_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case HEARTH_CODES_VNNI:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512vnni");
#endif
    default: return 0;
    }
}

static int chosen_way = HEARTH_CODES_PORTABLE;

__attribute__((constructor)) static void choose_way(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
    for (int way = HEARTH_CODES_PORTABLE; way <= HEARTH_CODES_VNNI; way++)
        if (hearth_codes_supports(way)) chosen_way = way;
}

int hearth_codes_way(void) { return chosen_way; }

void hearth_scan_codes(
    const uint8_t *query, const uint8_t *codes, size_t dimension, size_t first, size_t count, float *scores) {
    scans[chosen_way](query, codes, dimension, first, count, scores);
}

void hearth_scan_codes_by(
    int way, const uint8_t *query, const uint8_t *codes, size_t dimension, size_t first, size_t count, float *scores) {
    scans[way](query, codes, dimension, first, count, scores);
}

void hearth_gather_codes(
    const uint8_t *query, const uint8_t *codes, size_t dimension, const uint32_t *slots, size_t count, float *scores) {
    gathers[chosen_way](query, codes, dimension, slots, count, scores);
}
