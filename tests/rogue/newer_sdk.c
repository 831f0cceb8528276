/* Built for hosts of a later minor release, although its tables look small. */
#define ROGUE_SDK (MORTISE_SDK_VERSION + 400u)
#include "frame.inc"
#include "frame_entry.inc"
