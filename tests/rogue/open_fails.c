/* Does not open. */
#define ROGUE_OPEN rogue_fail(error, MORTISE_DENIED, "the licence of this plugin is over")
#include "frame.inc"
#include "frame_entry.inc"
