// Lets an exception out of declare.
#include <stdexcept>
#define ROGUE_DECLARE throwing
#include "frame.inc"

static mortise_status throwing(void*, const mortise_declare*, mortise_declaration*,
                               mortise_error*) {
    throw std::runtime_error("thrown in declare");
}
#include "frame_entry.inc"
