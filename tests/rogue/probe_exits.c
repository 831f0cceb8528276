/* Ends the process when its settings are checked. */
#define ROGUE_CONFIGURE rogue_configure_exits
#include <unistd.h>

#include "frame.inc"

static mortise_status rogue_configure_exits(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    (void)mode;
    (void)error;
    _exit(7);
}
#include "frame_entry.inc"
