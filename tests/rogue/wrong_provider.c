/* Calls a plugin that is there in a version it does not accept. */
#define ROGUE_NAME "caller"
#define ROGUE_CALLS "{\"operation\":\"rogue.find_it\",\"version\":\">=9.0.0\"}"
#include "frame.inc"
#include "frame_entry.inc"
