#include <math.h>
#include <string.h>

#include "transformer_paths.h"

/* Scratch: the transposed keys (head_size × padded length), the scores (length × padded length), the values
 * (length × padded head), and the result of a head before it is copied (length × padded head). */
size_t hearth_attention_scratch(int length, int head_size) {
    size_t padded_length = round_up((size_t)length, PANEL_MOST), padded_head = round_up((size_t)head_size, PANEL_MOST);
    return (size_t)head_size * padded_length + (size_t)length * padded_length + 2 * (size_t)length * padded_head;
}

void hearth_attention(
    hearth_path path, const float *qkv, int length, int heads, int head_size, float *out, float *scratch) {
    int width = panel_f32(path);
    size_t padded_length = round_up((size_t)length, (size_t)width), padded_head = round_up((size_t)head_size, (size_t)width);
    size_t hidden = (size_t)heads * (size_t)head_size, row_stride = 3 * hidden, head = (size_t)head_size;
    float *keys = scratch;
    float *scores = keys + head * padded_length;
    float *values = scores + (size_t)length * padded_length;
    float *result = values + (size_t)length * padded_head;
    int is_whole = padded_head == head;
    for (int h = 0; h < heads; h++) {
        const float *query = qkv + (size_t)h * head, *key = query + hidden, *value = key + hidden;
        for (size_t d = 0; d < head; d++) {
            float *row = keys + d * padded_length;
            for (int i = 0; i < length; i++) row[i] = key[(size_t)i * row_stride + d];
            for (size_t i = (size_t)length; i < padded_length; i++) row[i] = 0;
        }
        for (size_t first = 0; first < padded_length; first += (size_t)width)
            hearth_panel_f32(
                path, query, row_stride, length, head_size, keys + first, padded_length, NULL, NULL, 0, scores + first,
                padded_length);
        hearth_softmax(path, scores, length, length, padded_length, 1.0f / sqrtf((float)head_size));
        float *to = out + (size_t)h * head;
        if (is_whole) {
            for (size_t first = 0; first < head; first += (size_t)width)
                hearth_panel_f32(
                    path, scores, padded_length, length, length, value + first, row_stride, NULL, NULL, 0, to + first,
                    hidden);
            continue;
        }
        /* A head that is no multiple of a panel: its values are padded aside, and its result copied from there. */
        memset(values, 0, sizeof(float) * (size_t)length * padded_head);
        for (int i = 0; i < length; i++)
            memcpy(values + (size_t)i * padded_head, value + (size_t)i * row_stride, sizeof(float) * head);
        for (size_t first = 0; first < padded_head; first += (size_t)width)
            hearth_panel_f32(
                path, scores, padded_length, length, length, values + first, padded_head, NULL, NULL, 0, result + first,
                padded_head);
        for (int i = 0; i < length; i++)
            memcpy(to + (size_t)i * hidden, result + (size_t)i * padded_head, sizeof(float) * head);
    }
}
