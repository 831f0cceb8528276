/* Writes more records than any queue holds, out of its own memory, and is taken out while they are on their way. Allowed, if rude: what
 * the host still has of them must not lie in a library that is gone. */
#define ROGUE_OPEN rogue_keep(host)
#define ROGUE_STOP rogue_log_much
#include "frame.inc"

#include "mortise/log.h"

static const mortise_host* rogue_host;
static const mortise_log* rogue_log;

static mortise_status rogue_keep(const mortise_host* host) {
    const void* table = NULL;
    rogue_host = host;
    const mortise_status status =
        host->query(host, rogue_text(MORTISE_LOG_INTERFACE), sizeof(mortise_log), &table, NULL);
    rogue_log = (const mortise_log*)table;
    return status;
}

static mortise_status rogue_log_much(void* self, uint32_t deadline_ms, mortise_error* error) {
    static char text[] = "a text that lies in the library";
    (void)self;
    (void)deadline_ms;
    (void)error;
    mortise_field field;
    memset(&field, 0, sizeof field);
    field.key = rogue_text("text");
    field.kind = MORTISE_FIELD_TEXT;
    field.text = rogue_text(text);
    for (int i = 0; i < 20000; ++i) {
        rogue_log->write(rogue_host, NULL, MORTISE_LOG_INFO, rogue_text("rogue.said"), &field, 1);
    }
    return MORTISE_OK;
}
#include "frame_entry.inc"
