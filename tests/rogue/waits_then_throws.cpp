// Cannot warm up for a while, as prepare_waits, and throws out of activate when it could at last.
#define ROGUE_ACTIVATE rogue_activate_throws
#include <stdexcept>

static void rogue_activate_throws(void*) {
    throw std::runtime_error("not in the mood to serve");
}
#include "prepare_waits.c"
