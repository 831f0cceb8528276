// Manifest: what a plugin says about itself in its ELF note, readable without running any of its code.
//
// The layout of the note is in sdk/include/mortise/manifest.h. The fixed head and the JSON name the plugin twice on purpose: a
// difference means that the file was put together wrongly, and it is refused. Migrations come from a section of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin_pattern.hpp"
#include "plugin/version.hpp"

namespace mortise::plugin {

class ElfFile;

struct RequiredInterface {
    std::string id;
    std::uint32_t table_size_min = 0;
};

/// An operation of another plugin this one calls.
struct RequiredCall {
    std::string operation;
    VersionRange version;

    /// The part before the first dot.
    std::string provider() const;
};

struct RequiredSchema {
    std::string plugin;
    std::uint32_t min = 0;
};

struct Manifest {
    std::string name;
    Version version;
    std::uint32_t abi_version = 0;
    /// The oldest release of the contract it was built for: major * 10000 + minor * 100.
    std::uint32_t sdk_version = 0;
    bool stateful = false;
    std::string description;
    std::vector<RequiredInterface> interfaces;
    std::vector<RequiredCall> calls;
    /// Prefixes under which routes may be added, such as "/api/v1/users".
    std::vector<std::string> route_grants;
    std::vector<std::string> identity_grants;
    std::vector<std::string> jobs_grants;
    /// Servers it may call.
    std::vector<OriginPattern> http_grants;
    /// JSON array of setting declarations as in plugin.json; "[]" when there are none.
    std::string settings_json = "[]";
    /// Range of migration numbers this build works with; 0 and 0 without a database.
    std::uint32_t schema_min = 0;
    std::uint32_t schema_max = 0;
    std::vector<RequiredSchema> schema_needs;
    /// The whole JSON object as it stands in the note.
    std::string json;

    bool hasIdentityGrant(std::string_view word) const;
    bool hasJobsGrant(std::string_view word) const;
    /// True when `operation` stands under "calls".
    bool declaresCall(std::string_view operation) const;

    /// Reads the note. Throws Error MANIFEST_MISSING, MANIFEST_DAMAGED, MANIFEST_ABI or MANIFEST_INVALID; the last one lists
    /// every problem of the content.
    static Manifest read(const ElfFile& file);
    /// Parses a descriptor; as above.
    static Manifest parse(std::string_view descriptor);
};

struct Migration {
    /// `NNNN_verb_noun.up.sql` or `.down.sql`.
    std::string name;
    std::string body;
};

/// Migrations of the library in file order; empty without the section. Throws Error MIGRATIONS_DAMAGED.
std::vector<Migration> readMigrations(const ElfFile& file);

/// `[a-z][a-z0-9_]{0,30}` and not the name of a host area or of a PostgreSQL schema.
bool isPluginName(std::string_view name);

}  // namespace mortise::plugin
