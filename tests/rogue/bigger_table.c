/* Needs more of a table than this host has. */
#define ROGUE_TABLE_SIZE 4096
#include "frame.inc"
#include "frame_entry.inc"
