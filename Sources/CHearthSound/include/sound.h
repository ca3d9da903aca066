#ifndef HEARTH_SOUND_H
#define HEARTH_SOUND_H

/// Rows of `weights` (rows × width) times x, plus bias (may be null) and what is in y already.
void hearth_sound_layer(const float *weights, const float *bias, const float *x, int rows, int width, float *y);

#endif
