/* Needs an interface no host offers. */
#define ROGUE_INTERFACE "mortise.telepathy/1"
#include "frame.inc"
#include "frame_entry.inc"
