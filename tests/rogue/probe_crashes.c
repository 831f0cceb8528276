/* Dies of a signal when its settings are checked. */
#define ROGUE_CONFIGURE rogue_configure_crashes
#include <signal.h>

#include "frame.inc"

static mortise_status rogue_configure_crashes(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    (void)mode;
    (void)error;
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return MORTISE_OK;
}
#include "frame_entry.inc"
