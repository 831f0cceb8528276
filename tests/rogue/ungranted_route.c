/* Registers a route its manifest does not ask for, and does not look at the refusal. */
#define ROGUE_DECLARE rogue_declare_ungranted
#include "frame.inc"

static mortise_status rogue_declare_ungranted(void* self, const mortise_declare* table,
                                              mortise_declaration* declaration,
                                              mortise_error* error) {
    (void)self;
    (void)error;
    rogue_add_route(table, declaration, "/api/v1/users", NULL);
    return MORTISE_OK;
}
#include "frame_entry.inc"
