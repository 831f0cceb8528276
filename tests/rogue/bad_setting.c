/* Declares a setting of a type that does not exist. */
#define ROGUE_SETTINGS "{\"key\":\"colour\",\"type\":\"colour\",\"description\":\"Which one.\"}"
#include "frame.inc"
#include "frame_entry.inc"
