/* Prints to standard output what looks like the answer of a probe. Allowed, if rude: it must do no harm. */
#define ROGUE_DECLARE rogue_declare_loudly
#include <stdio.h>

#include "frame.inc"

static mortise_status rogue_declare_loudly(void* self, const mortise_declare* table,
                                           mortise_declaration* declaration, mortise_error* error) {
    puts("{\"ok\":true,\"ledger\":{}}");
    fflush(stdout);
    return rogue_declare(self, table, declaration, error);
}
#include "frame_entry.inc"
