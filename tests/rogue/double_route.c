/* Registers the same route twice. */
#define ROGUE_DECLARE rogue_declare_badly
#include "frame.inc"

static mortise_status rogue_declare_badly(void* self, const mortise_declare* table,
                                          mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    rogue_add_route(table, declaration, ROGUE_ROUTE, error);
    return rogue_add_route(table, declaration, ROGUE_ROUTE, error);
}
#include "frame_entry.inc"
