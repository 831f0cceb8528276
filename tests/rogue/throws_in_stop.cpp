// Lets something that is no std::exception out of stop.
#define ROGUE_STOP throwing
#include "frame.inc"

static mortise_status throwing(void*, uint32_t, mortise_error*) {
    throw 42;
}
#include "frame_entry.inc"
