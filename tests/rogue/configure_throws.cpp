// Lets an exception out of configure.
#include <stdexcept>
#define ROGUE_CONFIGURE throwing
#include "frame.inc"

static mortise_status throwing(void*, uint32_t, mortise_error*) {
    throw std::runtime_error("thrown in configure");
}
#include "frame_entry.inc"
