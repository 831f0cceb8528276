/* Registers a route for a method that belongs to the host. */
#define ROGUE_DECLARE rogue_declare_badly
#include "frame.inc"

static mortise_status rogue_declare_badly(void* self, const mortise_declare* table,
                                          mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    mortise_route route = rogue_route(ROGUE_ROUTE);
    route.method = rogue_text("OPTIONS");
    return table->add_route(declaration, &route, error);
}
#include "frame_entry.inc"
