/* Built for a layer L0 that does not exist yet. */
#define ROGUE_ABI 2u
#include "frame.inc"
#include "frame_entry.inc"
