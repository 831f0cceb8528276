/* Calls an operation of a plugin that is not there. */
#define ROGUE_CALLS "{\"operation\":\"nobody.answer_call\",\"version\":\">=1.0.0\"}"
#include "frame.inc"
#include "frame_entry.inc"
