#include "sound.h"

#include <stddef.h>

// The loader picks the clone for the processor it runs on.
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
void hearth_sound_layer(const float *weights, const float *bias, const float *x, int rows, int width, float *y) {
    for (int row = 0; row < rows; row++) {
        const float *w = weights + (size_t)row * (size_t)width;
        // Sixteen sums, so that the compiler may use wide registers without changing the order of additions.
        float sums[16] = {0};
        int i = 0;
        for (; i + 16 <= width; i += 16)
            for (int lane = 0; lane < 16; lane++) sums[lane] += w[i + lane] * x[i + lane];
        float sum = 0;
        for (; i < width; i++) sum += w[i] * x[i];
        for (int lane = 0; lane < 16; lane++) sum += sums[lane];
        y[row] += sum + (bias ? bias[row] : 0);
    }
}
