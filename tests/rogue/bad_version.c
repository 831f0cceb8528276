/* Its version is not a semantic one. */
#define ROGUE_VERSION "1.0"
#include "frame.inc"
#include "frame_entry.inc"
