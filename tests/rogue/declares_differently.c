/* Shows another face in the probe, where settings are only checked, than in the host. */
#define ROGUE_CONFIGURE rogue_configure_watch
#define ROGUE_DECLARE rogue_declare_other
#include "frame.inc"

static uint32_t rogue_mode;

static mortise_status rogue_configure_watch(void* self, uint32_t mode, mortise_error* error) {
    (void)self;
    (void)error;
    rogue_mode = mode;
    return MORTISE_OK;
}

static mortise_status rogue_declare_other(void* self, const mortise_declare* table,
                                          mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    return rogue_add_route(
        table, declaration,
        rogue_mode == MORTISE_CONFIGURE_APPLY ? ROGUE_ROUTE "/hidden" : ROGUE_ROUTE, error);
}
#include "frame_entry.inc"
