/* Its note promises more interfaces than it holds. */
#define ROGUE_INTERFACE_COUNT 5000
#include "frame.inc"
#include "frame_entry.inc"
