/* mortise/log.h: interface "mortise.log/1": structured events.
 *
 * An event is a dotted name with fields, never a sentence glued together. The host adds time, level, plugin, request id,
 * user and path, redacts secrets and formats off the calling thread; nothing it keeps points into the plugin.
 * Since 1.0.
 */
#ifndef MORTISE_LOG_H
#define MORTISE_LOG_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_LOG_INTERFACE "mortise.log/1"

#define MORTISE_LOG_DEBUG 1u
#define MORTISE_LOG_INFO 2u
#define MORTISE_LOG_WARNING 3u
#define MORTISE_LOG_ERROR 4u
#define MORTISE_LOG_CRITICAL 5u

#define MORTISE_FIELD_TEXT 0u
#define MORTISE_FIELD_INTEGER 1u
#define MORTISE_FIELD_NUMBER 2u
#define MORTISE_FIELD_BOOLEAN 3u

/** One field. Which of text, integer and number counts depends on `kind`; a boolean is `integer` 0 or 1. */
typedef struct mortise_field {
    mortise_str key;
    uint32_t kind;
    uint32_t reserved;
    mortise_str text;
    int64_t integer;
    double number;
} mortise_field;

typedef struct mortise_log {
    uint32_t struct_size;
    uint32_t reserved;

    /** Writes an event. Dropped and counted when the queue is full.
     *  in: `context` or NULL; `level` MORTISE_LOG_*; `event` as `area.past_or_noun`; all copied.
     *  out: nothing. status: none. owner: the host copies. thread: [any], does not block. since: 1.0 */
    void (*write)(const mortise_host *host, mortise_context *context, uint32_t level,
                  mortise_str event, const mortise_field *fields, uint32_t field_count);

    /** Tells whether an event of this level would be written, to save the work of making it.
     *  in: `level`. out: 1 or 0. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    uint32_t (*enabled)(const mortise_host *host, uint32_t level);
} mortise_log;

#ifdef __cplusplus
}
#endif

#endif
