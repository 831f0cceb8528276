/* Built for a layer L0 from before the first release. */
#define ROGUE_ABI 0u
#include "frame.inc"
#include "frame_entry.inc"
