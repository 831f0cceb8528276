/* Hangs in prepare until the file named by MORTISE_ROGUE_RELEASE exists, so that a test can end it. */
#define ROGUE_PREPARE rogue_hang
#include "frame.inc"

#include "hang.inc"

#include "frame_entry.inc"
