/* Finds its settings bad as soon as they are checked. */
#define ROGUE_CONFIGURE rogue_configure_refuses
#include "frame.inc"

static mortise_status rogue_configure_refuses(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    (void)mode;
    return rogue_fail(error, MORTISE_INVALID_ARGUMENT, "first and last contradict each other");
}
#include "frame_entry.inc"
