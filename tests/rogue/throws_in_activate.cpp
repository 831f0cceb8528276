// Throws out of activate, which cannot even report a failure.
#define ROGUE_ACTIVATE rogue_activate_throws
#include <stdexcept>

#include "frame.inc"

static void rogue_activate_throws(void*) {
    throw std::runtime_error("not in the mood to serve");
}
#include "frame_entry.inc"
