/* Refuses its settings when they count, not in the probe. */
#define ROGUE_CONFIGURE rogue_configure_apply
#include "frame.inc"

static mortise_status rogue_configure_apply(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    return mode == MORTISE_CONFIGURE_APPLY
               ? rogue_fail(error, MORTISE_INVALID_ARGUMENT, "setting token_ttl_s is below 1")
               : MORTISE_OK;
}
#include "frame_entry.inc"
