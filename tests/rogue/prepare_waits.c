/* Cannot warm up until the file named by MORTISE_ROGUE_RELEASE exists: what it needs is away for a while. */
#define ROGUE_PREPARE rogue_prepare_unavailable
#include <unistd.h>

#include "frame.inc"

static mortise_status rogue_prepare_unavailable(void* self, uint32_t deadline_ms,
                                                mortise_error* error) {
    (void)self;
    (void)deadline_ms;
    const char* release = getenv("MORTISE_ROGUE_RELEASE");
    return release != NULL && access(release, F_OK) == 0
               ? MORTISE_OK
               : rogue_fail(error, MORTISE_UNAVAILABLE, "the database is away");
}
#include "frame_entry.inc"
