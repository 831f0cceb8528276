// Lets an exception out of its request handler.
#include <stdexcept>
#define ROGUE_DECLARE declareThrowing
#include "frame.inc"

static mortise_status throwing(void*, mortise_request*, mortise_error*) {
    throw std::runtime_error("thrown in a handler");
}

static mortise_status declareThrowing(void*, const mortise_declare* table,
                                      mortise_declaration* declaration, mortise_error* error) {
    mortise_route route{};
    route.struct_size = sizeof route;
    route.flags = MORTISE_ROUTE_INLINE;
    route.method = rogue_text("GET");
    route.pattern = rogue_text(ROGUE_ROUTE);
    route.handler = throwing;
    return table->add_route(declaration, &route, error);
}
#include "frame_entry.inc"
