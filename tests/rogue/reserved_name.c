/* Its name is that of a part of the host. */
#define ROGUE_NAME "database"
#include "frame.inc"
#include "frame_entry.inc"
