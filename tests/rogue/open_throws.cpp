// Lets an exception out of open.
#include <stdexcept>
#define ROGUE_OPEN (throw std::runtime_error("thrown in open"), MORTISE_OK)
#include "frame.inc"
#include "frame_entry.inc"
