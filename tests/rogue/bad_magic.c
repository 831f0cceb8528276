/* Its note does not begin with the magic number. */
#define ROGUE_MAGIC 0x21212121u
#include "frame.inc"
#include "frame_entry.inc"
