/* Cannot warm up, and trying again would not help. */
#define ROGUE_PREPARE rogue_prepare_fails
#include "frame.inc"

static mortise_status rogue_prepare_fails(void* self, uint32_t deadline_ms, mortise_error* error) {
    (void)self;
    (void)deadline_ms;
    return rogue_fail(error, MORTISE_INTERNAL, "the cache cannot be filled");
}
#include "frame_entry.inc"
