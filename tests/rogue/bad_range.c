/* Names no range for the operation it calls. */
#define ROGUE_CALLS "{\"operation\":\"other.find_it\",\"version\":\"newest\"}"
#include "frame.inc"
#include "frame_entry.inc"
