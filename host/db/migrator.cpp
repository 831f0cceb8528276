#include "db/migrator.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <utility>

#include "base/error.hpp"
#include "db/engine/pqxx_connection.hpp"
#include "db/engine/wire.hpp"
#include "db/migration/line.hpp"
#include "db/session.hpp"
#include "log/log.hpp"

namespace mortise::db {

namespace {

// "mortise" in ASCII; any number does as long as all hosts use the same one.
constexpr const char* kAdvisoryLock = "30803309831484261";
constexpr const char* kTable = "mortise.migrations";
constexpr const char* kLockNotAvailable = "55P03";

constexpr const char* kCreateTable =
    "CREATE SCHEMA IF NOT EXISTS mortise;"
    "CREATE TABLE IF NOT EXISTS mortise.migrations ("
    "  plugin text NOT NULL,"
    "  version integer NOT NULL CHECK (version > 0),"
    "  name text NOT NULL,"
    "  sha256 text NOT NULL,"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),"
    "  duration_ms bigint NOT NULL,"
    "  PRIMARY KEY (plugin, version))";

struct Applied {
    std::string name;
    std::string sha256;
    std::string applied_at;
};
using AppliedLine = std::map<unsigned, Applied>;
using AppliedLines = std::map<std::string, AppliedLine>;

unsigned numberOf(std::string_view text) {
    unsigned number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

unsigned versionOf(const AppliedLines& applied, const std::string& plugin) {
    const auto line = applied.find(plugin);
    return line == applied.end() || line->second.empty() ? 0 : line->second.rbegin()->first;
}

Error invalid(const std::string& message) {
    return Error(500, "MIGRATION_INVALID", message);
}

Error translate(const Failure& failure) {
    return failure.isConnectionLost() ? Error::unavailable(failure.what())
                                      : Error(500, "MIGRATION_FAILED", failure.what());
}

AppliedLines readApplied(PqxxConnection& connection) {
    AppliedLines lines;
    const auto table = connection.query("SELECT to_regclass($1)", {kTable});
    if (table.at(0).at(0).empty()) {
        return lines;
    }
    for (const auto& row : connection.query(
             "SELECT plugin, version, name, sha256,"
             " to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
             " FROM mortise.migrations")) {
        lines[row[0]][numberOf(row[1])] = {row[2], row[3], row[4]};
    }
    return lines;
}

// Applied files must be the ones that were applied. A line that is older than the database is fine
// as far as it goes.
void checkHashes(const std::vector<CheckedLine>& lines, const AppliedLines& applied) {
    std::string message;
    for (const CheckedLine& line : lines) {
        const auto found = applied.find(line.plugin);
        if (found == applied.end()) {
            continue;
        }
        for (const auto& [version, step] : found->second) {
            if (version <= line.migrations.size() &&
                line.migrations[version - 1].up_sha256 != step.sha256) {
                message += (message.empty() ? "" : ", ") + line.plugin + "/" +
                           line.migrations[version - 1].up_file;
            }
        }
    }
    if (!message.empty()) {
        throw Error(500, "MIGRATION_EDITED",
                    "changed after it was applied: " + message + "; add a new migration instead");
    }
}

void checkRequirements(const CheckedLine& line, const AppliedLines& applied) {
    for (const MigrationLine::Requirement& requirement : line.requirements) {
        const unsigned version = versionOf(applied, requirement.plugin);
        if (version < requirement.version_min) {
            throw invalid(line.plugin + " requires " + requirement.plugin +
                          " >= " + std::to_string(requirement.version_min) + ", which is at " +
                          std::to_string(version));
        }
    }
}

}  // namespace

struct Migrator::State {
    MigratorSettings settings;
    log::Log& log;

    void lock(PqxxConnection& connection) const;
    MigrationStep apply(PqxxConnection& connection, const std::string& plugin,
                        const Migration& migration) const;
    MigrationStep takeBack(PqxxConnection& connection, const std::string& plugin,
                           const Migration& migration) const;
    void runFile(PqxxConnection& connection, const std::string& plugin, const std::string& file,
                 const std::string& sql, bool in_transaction,
                 const std::function<void(long)>& record) const;
};

// Held by the session, so it ends with the connection whatever happens.
void Migrator::State::lock(PqxxConnection& connection) const {
    connection.script("SET lock_timeout = " + std::to_string(settings.lock_timeout.count()) +
                      "; SET client_min_messages = warning");
    try {
        connection.query("SELECT pg_advisory_lock($1)", {kAdvisoryLock});
    } catch (const Failure& failure) {
        if (failure.sqlstate() == kLockNotAvailable) {
            throw Error(503, "MIGRATION_LOCKED", "another migration runs already");
        }
        throw;
    }
    connection.script("SET lock_timeout = 0");
}

// Runs one file and `record`, which notes it in the table, in one transaction.
void Migrator::State::runFile(PqxxConnection& connection, const std::string& plugin,
                              const std::string& file, const std::string& sql, bool in_transaction,
                              const std::function<void(long)>& record) const {
    const auto start = std::chrono::steady_clock::now();
    const std::string schema = wire::quoteIdentifier(plugin);
    const char* const transaction_id = "SELECT pg_current_xact_id()";
    try {
        if (in_transaction) {
            connection.begin();
        }
        connection.script("CREATE SCHEMA IF NOT EXISTS " + schema +
                          "; SET search_path = " + wire::searchPathOf(plugin));
        const auto before = connection.query(transaction_id);
        connection.script(sql);
        if (in_transaction && connection.query(transaction_id) != before) {
            throw Failure(FailureKind::SqlError, "a migration must not end its transaction");
        }
        const auto time = std::chrono::steady_clock::now() - start;
        record(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
        if (in_transaction) {
            connection.commit();
        }
    } catch (const Failure& failure) {
        connection.rollback();
        if (failure.isConnectionLost()) {
            throw;
        }
        throw Error(500, "MIGRATION_FAILED", plugin + "/" + file, failure);
    }
}

MigrationStep Migrator::State::apply(PqxxConnection& connection, const std::string& plugin,
                                     const Migration& migration) const {
    const std::string version = std::to_string(migration.version);
    runFile(connection, plugin, migration.up_file, migration.up,
            migration.wantsTransaction(migration.up), [&](long duration_ms) {
                connection.query(
                    "INSERT INTO mortise.migrations (plugin, version, name, sha256, duration_ms)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    {plugin, version, migration.name, migration.up_sha256,
                     std::to_string(duration_ms)});
            });
    log.info("database.migration_applied",
             {{"plugin", plugin}, {"version", migration.version}, {"name", migration.name}});
    return {plugin, migration.version, migration.name};
}

MigrationStep Migrator::State::takeBack(PqxxConnection& connection, const std::string& plugin,
                                        const Migration& migration) const {
    const std::string version = std::to_string(migration.version);
    runFile(connection, plugin, migration.down_file, migration.down,
            migration.wantsTransaction(migration.down), [&](long) {
                connection.query(
                    "DELETE FROM mortise.migrations WHERE plugin = $1 AND version = $2",
                    {plugin, version});
            });
    log.info("database.migration_reverted",
             {{"plugin", plugin}, {"version", migration.version}, {"name", migration.name}});
    return {plugin, migration.version, migration.name};
}

Migrator::Migrator(MigratorSettings settings, log::Log& log)
    : state_(new State{std::move(settings), log}) {}

Migrator::~Migrator() = default;

std::vector<std::string> Migrator::check(const MigrationLine& line) {
    std::vector<std::string> reasons;
    checkLine(line, reasons);
    return reasons;
}

std::vector<MigrationStep> Migrator::up(std::span<const MigrationLine> lines,
                                        std::optional<unsigned> to) {
    const std::vector<CheckedLine> ordered = checkLines(lines);
    if (to && ordered.size() != 1) {
        throw invalid("a target version needs exactly one plugin");
    }
    std::vector<MigrationStep> steps;
    try {
        PqxxConnection connection(state_->settings.connection);
        state_->lock(connection);
        connection.script(kCreateTable);
        AppliedLines applied = readApplied(connection);
        checkHashes(ordered, applied);
        for (const CheckedLine& line : ordered) {
            checkRequirements(line, applied);
            for (const Migration& migration : line.migrations) {
                if (migration.version <= versionOf(applied, line.plugin) ||
                    migration.version > to.value_or(migration.version)) {
                    continue;
                }
                steps.push_back(state_->apply(connection, line.plugin, migration));
                applied[line.plugin][migration.version] = {};
            }
        }
    } catch (const Failure& failure) {
        throw translate(failure);
    }
    return steps;
}

std::vector<MigrationStep> Migrator::down(const MigrationLine& line, unsigned count) {
    const std::vector<CheckedLine> checked = checkLines({&line, 1});
    const CheckedLine& only = checked.front();
    std::vector<MigrationStep> steps;
    try {
        PqxxConnection connection(state_->settings.connection);
        state_->lock(connection);
        AppliedLines applied = readApplied(connection);
        checkHashes(checked, applied);
        AppliedLine& versions = applied[only.plugin];
        while (steps.size() < count && !versions.empty()) {
            const unsigned version = versions.rbegin()->first;
            if (version > only.migrations.size()) {
                throw invalid(only.plugin + " " + std::to_string(version) +
                              " is applied, but its files are not in this plugin");
            }
            steps.push_back(
                state_->takeBack(connection, only.plugin, only.migrations[version - 1]));
            versions.erase(version);
        }
    } catch (const Failure& failure) {
        throw translate(failure);
    }
    return steps;
}

std::vector<MigrationStatus> Migrator::status(std::span<const MigrationLine> lines) {
    const std::vector<CheckedLine> ordered = checkLines(lines);
    AppliedLines applied;
    try {
        PqxxConnection connection(state_->settings.connection);
        applied = readApplied(connection);
    } catch (const Failure& failure) {
        throw translate(failure);
    }
    checkHashes(ordered, applied);
    std::map<std::string, MigrationStatus> result;
    for (const auto& [plugin, versions] : applied) {
        result[plugin] = {plugin, versionOf(applied, plugin), 0};
    }
    for (const CheckedLine& line : ordered) {
        MigrationStatus& status = result[line.plugin];
        status.plugin = line.plugin;
        status.available = static_cast<unsigned>(line.migrations.size());
        for (unsigned index = status.applied; index < status.available; ++index) {
            const Migration& migration = line.migrations[index];
            status.pending.push_back({line.plugin, migration.version, migration.name});
        }
    }
    std::vector<MigrationStatus> list;
    list.reserve(result.size());
    for (auto& [plugin, status] : result) {
        list.push_back(std::move(status));
    }
    return list;
}

std::vector<MigrationStep> Migrator::history(std::string_view plugin) {
    AppliedLines applied;
    try {
        PqxxConnection connection(state_->settings.connection);
        applied = readApplied(connection);
    } catch (const Failure& failure) {
        throw translate(failure);
    }
    std::vector<MigrationStep> steps;
    for (const auto& [name, versions] : applied) {
        for (const auto& [version, step] : versions) {
            if (plugin.empty() || plugin == name) {
                steps.push_back({name, version, step.name, step.applied_at});
            }
        }
    }
    std::stable_sort(steps.begin(), steps.end(), [](const auto& left, const auto& right) {
        return left.applied_at < right.applied_at;
    });
    return steps;
}

std::map<std::string, unsigned> Migrator::versions(Pool& pool, Deadline deadline) {
    Session session(pool, "mortise", deadline, Access::ReadOnly);
    std::map<std::string, unsigned> versions;
    // Two statements: one that names a missing table would not even be planned.
    const Result table = session.execute(
        {.sql = "SELECT to_regclass('mortise.migrations')", .access = Access::ReadOnly});
    if (table.cell(0, 0).isNull()) {
        return versions;
    }
    const Result rows = session.execute(
        {.sql = "SELECT plugin, max(version) FROM mortise.migrations GROUP BY plugin",
         .access = Access::ReadOnly});
    for (std::size_t row = 0; row < rows.rowCount(); ++row) {
        versions.emplace(rows.cell(row, 0).text(), numberOf(rows.cell(row, 1).text()));
    }
    return versions;
}

}  // namespace mortise::db
