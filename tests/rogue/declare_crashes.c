/* Divides by the number of its routes, which is none. */
#define ROGUE_DECLARE rogue_declare_crashes
#include <signal.h>

#include "frame.inc"

static mortise_status rogue_declare_crashes(void* self, const mortise_declare* table,
                                            mortise_declaration* declaration,
                                            mortise_error* error) {
    (void)self;
    (void)table;
    (void)declaration;
    (void)error;
    raise(SIGFPE);
    return MORTISE_OK;
}
#include "frame_entry.inc"
