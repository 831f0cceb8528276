/* Dies before anything of it was called: code that runs when the library is loaded is code like any other. */
#include <signal.h>

#include "frame.inc"

__attribute__((constructor)) static void rogue_constructor(void) {
    raise(SIGILL);
}
#include "frame_entry.inc"
