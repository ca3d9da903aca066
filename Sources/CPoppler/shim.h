#include <poppler.h>

static inline int hearth_is_encrypted_error(const GError *error) {
    return g_error_matches(error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED);
}

static inline const char *hearth_error_message(const GError *error) {
    return error ? error->message : "It cannot be opened";
}
