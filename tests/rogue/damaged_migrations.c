/* The section of its migrations holds something else. */
#include "frame.inc"

__attribute__((section(MORTISE_MIGRATIONS_SECTION), used,
               aligned(8))) static const mortise_migration_entry rogue_migrations[] = {
    {0x21212121u, 4, 4}, {0x21212121u, 4, 4}};
#include "frame_entry.inc"
