/* Dies of a failed assertion of its own before it gives its table. */
#define ROGUE_OPEN (abort(), MORTISE_OK)
#include "frame.inc"
#include "frame_entry.inc"
