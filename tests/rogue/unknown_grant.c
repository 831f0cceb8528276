/* Asks for a grant that does not exist. */
#define ROGUE_MORE_GRANTS ",\"identity\":[\"omnipotence\"]"
#include "frame.inc"
#include "frame_entry.inc"
