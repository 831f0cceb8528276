/* Its note promises more JSON than it holds. */
#define ROGUE_JSON_MORE 64
#include "frame.inc"
#include "frame_entry.inc"
