/* Wants to call something that is no server. */
#define ROGUE_MORE_GRANTS ",\"http\":[\"https://rates.example.org/path\"]"
#include "frame.inc"
#include "frame_entry.inc"
