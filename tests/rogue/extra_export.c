/* Exports a symbol that other libraries could bind to by accident. */
#include "frame.inc"

MORTISE_EXPORT int helper_everybody_sees(void) {
    return 1;
}
#include "frame_entry.inc"
