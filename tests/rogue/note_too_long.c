/* Its note says it is longer than its section. */
#define ROGUE_DESCRIPTOR_MORE 4096
#include "frame.inc"
#include "frame_entry.inc"
