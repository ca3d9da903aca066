#ifndef HEARTH_DOT_H
#define HEARTH_DOT_H

#include <stddef.h>
#include <stdint.h>

/* Inner products of vectors, and the small operations on shared memory that a search among them needs.
 *
 * A code is a vector in 8 bits per dimension: a float `scale`, then one int8 per dimension, each the vector's component divided
 * by `scale`. Codes lie `hearth_code_stride(dimension)` bytes apart. No pointer needs an alignment. */

/* Bytes of a code, a multiple of 4. */
size_t hearth_code_stride(size_t dimension);

/* Writes the code of a vector of finite numbers; the largest magnitude becomes 127. Bytes after the last dimension are 0. */
void hearth_encode(const float *vector, size_t dimension, uint8_t *code);

/* Inner product of two vectors of single precision. */
float hearth_dot(const float *left, const float *right, size_t dimension);

/* scores[i] = inner product of the code `query` with code `first + i`. */
void hearth_scan_codes(
    const uint8_t *query, const uint8_t *codes, size_t dimension, size_t first, size_t count, float *scores);

/* scores[i] = inner product of the code `query` with code `slots[i]`. */
void hearth_gather_codes(
    const uint8_t *query, const uint8_t *codes, size_t dimension, const uint32_t *slots, size_t count, float *scores);

/* The ways to compute with codes. Which ones work depends on the processor; the fastest is chosen at load. */
enum { HEARTH_CODES_PORTABLE = 0, HEARTH_CODES_AVX2 = 1, HEARTH_CODES_VNNI = 2 };
int hearth_codes_supports(int way);
int hearth_codes_way(void);
/* As hearth_scan_codes in one way, for tests; the way must be supported. */
void hearth_scan_codes_by(
    int way, const uint8_t *query, const uint8_t *codes, size_t dimension, size_t first, size_t count, float *scores);

/* CRC-32C (RFC 3720, appendix B.4) of the bytes after those whose checksum is `before`; 0 for none. */
uint32_t hearth_crc32c(uint32_t before, const void *bytes, size_t count);
/* The same from a table, for tests and for processors without the instruction. */
uint32_t hearth_crc32c_portable(uint32_t before, const void *bytes, size_t count);

/* Memory that one thread writes while others read it. */
static inline uint32_t hearth_load(const uint32_t *place) { return __atomic_load_n(place, __ATOMIC_RELAXED); }
static inline void hearth_store(uint32_t *place, uint32_t value) { __atomic_store_n(place, value, __ATOMIC_RELAXED); }
static inline uint32_t hearth_load_acquiring(const uint32_t *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }
static inline void hearth_store_releasing(uint32_t *place, uint32_t value) {
    __atomic_store_n(place, value, __ATOMIC_RELEASE);
}
static inline uint8_t hearth_load_byte(const uint8_t *place) { return __atomic_load_n(place, __ATOMIC_RELAXED); }
static inline void hearth_store_byte(uint8_t *place, uint8_t value) { __atomic_store_n(place, value, __ATOMIC_RELAXED); }

#endif
