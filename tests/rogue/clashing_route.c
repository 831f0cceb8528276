/* Wants the route of plugin "rogue". */
#define ROGUE_NAME "rival"
#define ROGUE_ROUTE "/api/v1/rogue"
#include "frame.inc"
#include "frame_entry.inc"
