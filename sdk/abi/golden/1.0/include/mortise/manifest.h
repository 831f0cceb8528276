/* mortise/manifest.h: the note a plugin carries so that it can be judged without running any of its code.
 *
 * The library has an ELF section `.note.mortise` (owner "Mortise", type MORTISE_NOTE_TYPE). Its descriptor is:
 *
 *   +--------------------------+---------------------------------+------------------------+
 *   | mortise_manifest (fixed) | interface_count entries of      | json_size bytes of     |
 *   |                          | mortise_manifest_interface      | JSON, UTF-8            |
 *   +--------------------------+---------------------------------+------------------------+
 *
 * The JSON object is the plugin's checked `plugin.json`: calls, grants, settings, schema range, description. The
 * section `.mortise.migrations` holds the migrations, see mortise_migration_entry. mortise_add_plugin() writes both;
 * a plugin in another language writes the same bytes.
 *
 * Numbers are in the byte order of the machine the library is for. Since 1.0, layer L0.
 */
#ifndef MORTISE_MANIFEST_H
#define MORTISE_MANIFEST_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_NOTE_SECTION ".note.mortise"
#define MORTISE_NOTE_OWNER "Mortise"
#define MORTISE_NOTE_TYPE 1u
#define MORTISE_MANIFEST_MAGIC 0x5354524Du /* "MRTS" */
#define MORTISE_MIGRATIONS_SECTION ".mortise.migrations"

/** Flag: the plugin keeps state in memory that a swap loses; the operator is told. */
#define MORTISE_MANIFEST_STATEFUL 1u

/** Fixed head of the descriptor. Texts are terminated and padded with zeros. */
typedef struct mortise_manifest {
    uint32_t magic;
    uint32_t abi_version;
    /** MORTISE_TARGET of the build: hosts from this minor release on take the plugin. */
    uint32_t sdk_version;
    uint32_t flags;
    uint32_t interface_count;
    uint32_t json_size;
    /** `[a-z][a-z0-9_]{0,30}`; also route group, configuration prefix and database schema. */
    char name[32];
    /** Semantic version, semver.org 2.0.0. */
    char version[32];
} mortise_manifest;

/** One interface the plugin needs, with the table size it was built against. */
typedef struct mortise_manifest_interface {
    /** For example "mortise.db/1", terminated. */
    char id[44];
    uint32_t table_size_min;
} mortise_manifest_interface;

/** Head of one migration file inside `.mortise.migrations`; entries follow each other, each aligned to 8 bytes:
 *  head, `name_size` bytes of file name (`NNNN_verb_noun.up.sql` or `.down.sql`), `body_size` bytes of SQL, padding. */
typedef struct mortise_migration_entry {
    uint32_t magic;
    uint32_t name_size;
    uint64_t body_size;
} mortise_migration_entry;

#define MORTISE_MIGRATION_MAGIC 0x474D524Du /* "MRMG" */

#ifdef __cplusplus
}
#endif

#endif
