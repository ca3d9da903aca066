#include "transformer_paths.h"

hearth_path hearth_best_path(void) {
#if HAS_X86_PATHS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return __builtin_cpu_supports("avx512vnni") ? HEARTH_PATH_AVX512_VNNI : HEARTH_PATH_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return HEARTH_PATH_AVX2;
#endif
    return HEARTH_PATH_PORTABLE;
}
