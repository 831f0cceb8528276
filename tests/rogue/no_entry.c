/* Has a manifest but no entry symbol. */
#include "frame.inc"

__attribute__((used)) static void* const rogue_functions[] = {
    (void*)ROGUE_CONFIGURE, (void*)ROGUE_DECLARE, (void*)ROGUE_PREPARE,
    (void*)ROGUE_QUIESCE,   (void*)rogue_nothing, (void*)rogue_handle};
