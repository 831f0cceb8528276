/* Two of its migrations have the same number. */
#define ROGUE_MORE_JSON ",\"schema\":{\"min\":0,\"max\":2}"
#include "frame.inc"

#define MIGRATION(name) \
    { {MORTISE_MIGRATION_MAGIC, sizeof(name) - 1, 8}, name, "SELECT 1" }

struct rogue_migration {
    mortise_migration_entry head;
    char name[24];
    char body[8];
};

__attribute__((section(MORTISE_MIGRATIONS_SECTION), used,
               aligned(8))) static const struct rogue_migration rogue_migrations[] = {
    MIGRATION("0001_create_first.up.sql"), MIGRATION("0001_create_other.up.sql")};
#include "frame_entry.inc"
