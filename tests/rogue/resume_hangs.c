/* Hangs in resume until the file named by MORTISE_ROGUE_RELEASE exists, so that a test can end it. */
#define ROGUE_RESUME rogue_resume_hangs
#include "frame.inc"

#include "hang.inc"

static void rogue_resume_hangs(void* self) {
    rogue_hang(self, 0, NULL);
}

#include "frame_entry.inc"
