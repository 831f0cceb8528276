// Migrator: brings the schemas of the plugins to the versions their libraries carry.
//
// Every plugin has one line of numbered files, `NNNN_verb_noun.up.sql` and `.down.sql`, and one
// schema named after it. What was applied stands in mortise.migrations with the SHA-256 of the
// file, so an edited file is found instead of believed. One migrator works at a time (advisory
// lock); each file is one transaction together with its row in the table, so a failure leaves
// everything before it applied and nothing of itself. A file that begins with the line
// `-- no-transaction` (CREATE INDEX CONCURRENTLY) is sent outside of one and must hold a single
// statement.
//
// The search path while a file runs is the plugin's schema, then `mortise` and `public`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/settings.hpp"
#include "db/statement.hpp"

namespace mortise::log {
class Log;
}

namespace mortise::db {

class Pool;

struct MigrationFile {
    std::string name;  ///< `NNNN_verb_noun.up.sql` or `.down.sql`
    std::string body;
};

/// The files of one plugin, in any order.
struct MigrationLine {
    struct Requirement {
        std::string plugin;
        unsigned version_min = 0;
    };
    std::string plugin;
    std::vector<MigrationFile> files;
    std::vector<Requirement> requirements = {};
};

struct MigrationStep {
    std::string plugin;
    unsigned version = 0;
    std::string name;             ///< `verb_noun`
    std::string applied_at = {};  ///< ISO 8601, empty when not applied.
};

struct MigrationStatus {
    std::string plugin;
    unsigned applied = 0;    ///< Version in the database, 0 for none.
    unsigned available = 0;  ///< Highest version of the line, 0 when the line was not given.
    std::vector<MigrationStep> pending = {};
};

/// Throws mortise::Error in all functions: MIGRATION_INVALID (a line breaks the rules; every reason
/// in one message), MIGRATION_EDITED (an applied file has another hash now), MIGRATION_LOCKED
/// (another migrator works), MIGRATION_FAILED (the SQL of a file failed; the message names the
/// file), SERVICE_UNAVAILABLE.
class Migrator {
public:
    Migrator(MigratorSettings settings, log::Log& log);
    ~Migrator();
    Migrator(const Migrator&) = delete;
    Migrator& operator=(const Migrator&) = delete;

    /// Every reason why `line` is refused without looking at the database: names, gaps, missing
    /// pairs. Empty when it is fine.
    static std::vector<std::string> check(const MigrationLine& line);

    /// Applies what is missing, required lines first; with `to`, only up to that version (for a
    /// single line). What was done.
    std::vector<MigrationStep> up(std::span<const MigrationLine> lines,
                                  std::optional<unsigned> to = std::nullopt);
    /// Takes back the last `count` steps of a line. What was done.
    std::vector<MigrationStep> down(const MigrationLine& line, unsigned count);
    /// Applied and available, of the lines given and of those that only the database knows. Changes
    /// nothing.
    std::vector<MigrationStatus> status(std::span<const MigrationLine> lines);
    /// What was applied, oldest first; of all lines when `plugin` is empty.
    std::vector<MigrationStep> history(std::string_view plugin = {});
    /// Applied version per plugin, through the pool and without a connection of its own; for
    /// readiness. Throws Failure.
    static std::map<std::string, unsigned> versions(Pool& pool, Deadline deadline);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
