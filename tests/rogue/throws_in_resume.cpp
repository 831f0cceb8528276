// Throws out of resume, which cannot even report a failure.
#define ROGUE_RESUME rogue_resume_throws
#include <stdexcept>

#include "frame.inc"

static void rogue_resume_throws(void*) {
    throw std::runtime_error("not in the mood to go on");
}
#include "frame_entry.inc"
