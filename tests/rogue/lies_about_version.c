/* Its note says 9.9.9, its JSON 1.0.0. */
#define ROGUE_NOTE_VERSION "9.9.9"
#include "frame.inc"
#include "frame_entry.inc"
