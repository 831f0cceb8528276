/* Never comes to the end of its declarations. */
#define ROGUE_DECLARE rogue_declare_loops
#include "frame.inc"

static volatile uint32_t rogue_rounds;

static mortise_status rogue_declare_loops(void* self, const mortise_declare* table,
                                          mortise_declaration* declaration, mortise_error* error) {
    (void)self;
    (void)table;
    (void)declaration;
    (void)error;
    while (1) {
        rogue_rounds += 1;
    }
    return MORTISE_OK;
}
#include "frame_entry.inc"
