#include <pocketsphinx.h>

// cmd_ln_init takes any number of arguments, so Swift cannot call it. NULL: the model cannot be read.
static inline ps_decoder_t *hearth_recognizer(const char *acoustic, const char *language, const char *dictionary) {
    cmd_ln_t *configuration = cmd_ln_init(
        NULL, ps_args(), TRUE, "-hmm", acoustic, "-lm", language, "-dict", dictionary, "-logfn", "/dev/null",
        // Silence was cut already; what the library cuts on its own would shift the times of words.
        "-remove_silence", "no", NULL);
    if (!configuration) return NULL;
    ps_decoder_t *decoder = ps_init(configuration);
    cmd_ln_free_r(configuration);
    return decoder;
}
