/* Does nothing wrong; what the others are compared with. ROGUE_NAME and ROGUE_VERSION come from the build. */
#include "frame.inc"
#include "frame_entry.inc"
