/* A member of its plugin.json is misspelt, so that the grant would silently be none. */
#define ROGUE_MORE_JSON ",\"grant\":{\"routes\":[\"/api/v1/rogue\"]}"
#include "frame.inc"
#include "frame_entry.inc"
