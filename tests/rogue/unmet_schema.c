/* Works with a schema that no migration of its brings. */
#define ROGUE_MORE_JSON ",\"schema\":{\"min\":1,\"max\":1}"
#include "frame.inc"
#include "frame_entry.inc"
