/* Keeps the table of declare() and registers a route in prepare. Fails with what it was told. */
#define ROGUE_DECLARE rogue_declare_keep
#define ROGUE_PREPARE rogue_prepare_register
#include "frame.inc"

static const mortise_declare* rogue_table;
static mortise_declaration* rogue_declaration;

static mortise_status rogue_declare_keep(void* self, const mortise_declare* table,
                                         mortise_declaration* declaration, mortise_error* error) {
    rogue_table = table;
    rogue_declaration = declaration;
    return rogue_declare(self, table, declaration, error);
}

static mortise_status rogue_prepare_register(void* self, uint32_t deadline_ms,
                                             mortise_error* error) {
    (void)self;
    (void)deadline_ms;
    return rogue_add_route(rogue_table, rogue_declaration, ROGUE_ROUTE "/late", error);
}
#include "frame_entry.inc"
