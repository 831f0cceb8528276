/* Its plugin.json ends too early. */
#define ROGUE_JSON "{\"name\":\"rogue\",\"version\":\"1.0.0\""
#include "frame.inc"
#include "frame_entry.inc"
