/* Needs a Poco of its own. */
#define ROGUE_ACTIVATE rogue_activate
#include "frame.inc"

int rogue_private_function(void);

static void rogue_activate(void* self) {
    (void)self;
    (void)rogue_private_function();
}
#include "frame_entry.inc"
