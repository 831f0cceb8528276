/* Gives an error code of the host another meaning. */
#define ROGUE_DECLARE rogue_declare_badly
#include "frame.inc"

static mortise_status rogue_declare_badly(void* self, const mortise_declare* table,
                                          mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    mortise_status status = table->add_error(declaration, rogue_text("NOT_AUTHENTICATED"), 418,
                                             rogue_text("Something else"), error);
    return status == MORTISE_OK ? rogue_add_route(table, declaration, ROGUE_ROUTE, error) : status;
}
#include "frame_entry.inc"
