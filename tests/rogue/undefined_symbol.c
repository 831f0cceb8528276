/* Calls a function that nobody defines. */
#define ROGUE_ACTIVATE rogue_activate
#include "frame.inc"

void rogue_function_of_nobody(void);

static void rogue_activate(void* self) {
    (void)self;
    rogue_function_of_nobody();
}
#include "frame_entry.inc"
