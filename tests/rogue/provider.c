/* Does nothing wrong, and offers the operation that others here call. */
#define ROGUE_DECLARE rogue_declare_operation
#include "frame.inc"

static mortise_status rogue_find(void* context, mortise_invocation* invocation,
                                 mortise_error* error) {
    (void)context;
    (void)invocation;
    return rogue_fail(error, MORTISE_NOT_FOUND, "nothing is ever found");
}

static mortise_status rogue_declare_operation(void* self, const mortise_declare* table,
                                              mortise_declaration* declaration,
                                              mortise_error* error) {
    (void)self;
    mortise_operation operation;
    memset(&operation, 0, sizeof operation);
    operation.struct_size = sizeof operation;
    operation.flags = MORTISE_OPERATION_BLOCKING;
    operation.name = rogue_text("rogue.find_it");
    operation.handler = rogue_find;
    mortise_status status = table->add_operation(declaration, &operation, error);
    return status == MORTISE_OK ? rogue_add_route(table, declaration, ROGUE_ROUTE, error) : status;
}
#include "frame_entry.inc"
