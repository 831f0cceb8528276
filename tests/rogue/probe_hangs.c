/* Hangs as soon as its settings are checked. */
#define ROGUE_CONFIGURE rogue_configure_hangs
#include <unistd.h>

#include "frame.inc"

static mortise_status rogue_configure_hangs(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    (void)mode;
    (void)error;
    while (1) {
        pause();
    }
    return MORTISE_OK;
}
#include "frame_entry.inc"
