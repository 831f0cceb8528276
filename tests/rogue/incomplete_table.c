/* Leaves a function of its table unset. */
#define ROGUE_QUIESCE NULL
#include "frame.inc"
#include "frame_entry.inc"
