/* Does not let itself be replaced. */
#define ROGUE_QUIESCE rogue_quiesce_refuses
#include "frame.inc"

static mortise_status rogue_quiesce_refuses(void* self, mortise_error* error) {
    (void)self;
    return rogue_fail(error, MORTISE_CONFLICT, "a backup is being written");
}
#include "frame_entry.inc"
