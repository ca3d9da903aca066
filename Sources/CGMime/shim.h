#include <gmime/gmime.h>

// GMime tells kinds of parts apart with macros, which Swift does not see.
static inline int hearth_is_multipart(GMimeObject *part) { return GMIME_IS_MULTIPART(part); }
static inline int hearth_is_message_part(GMimeObject *part) { return GMIME_IS_MESSAGE_PART(part); }
static inline int hearth_is_part(GMimeObject *part) { return GMIME_IS_PART(part); }
static inline GMimeMultipart *hearth_multipart(GMimeObject *part) { return GMIME_MULTIPART(part); }
static inline GMimeMessagePart *hearth_message_part(GMimeObject *part) { return GMIME_MESSAGE_PART(part); }
static inline GMimePart *hearth_part(GMimeObject *part) { return GMIME_PART(part); }
static inline GMimeObject *hearth_object(GMimeMessage *message) { return GMIME_OBJECT(message); }
static inline GByteArray *hearth_bytes(GMimeStream *stream) {
    return g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
}
