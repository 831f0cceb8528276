// Lets an exception out of prepare, although nothing may be thrown across the line.
#include <stdexcept>
#define ROGUE_PREPARE throwing
#include "frame.inc"

static mortise_status throwing(void*, uint32_t, mortise_error*) {
    throw std::runtime_error("thrown in prepare");
}
#include "frame_entry.inc"
