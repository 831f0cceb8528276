/* Hangs in activate until the file named by MORTISE_ROGUE_RELEASE exists, so that a test can end it. */
#define ROGUE_ACTIVATE rogue_activate_hangs
#include "frame.inc"

#include "hang.inc"

static void rogue_activate_hangs(void* self) {
    rogue_hang(self, 0, NULL);
}

#include "frame_entry.inc"
