// Settings of the database layer; app fills them from the configuration.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "limits.hpp"

namespace mortise::db {

/// What every connection needs, whoever opens it.
struct ConnectionSettings {
    /// A libpq URL or keyword string, without secrets in logs. Never "embedded:"; app replaces it
    /// by EmbeddedPostgres::url().
    std::string url;
    /// Shown in pg_stat_activity.
    std::string application_name = "mortise";
    std::chrono::milliseconds connect_timeout = limits::kDatabaseConnectTimeout;
    /// Off for PgBouncer before 1.21, which cannot follow prepared statements.
    bool prepared_statements = true;
    /// Prepared statements one connection keeps; the least recently used goes first.
    std::size_t prepared_count_max = limits::kPreparedStatementCountMax;
    /// Wait after the first failed connect; doubles up to `retry_max`, each with a jitter of a
    /// quarter.
    std::chrono::milliseconds retry_min = limits::kDatabaseRetryMin;
    std::chrono::milliseconds retry_max = limits::kDatabaseRetryMax;
};

struct PoolSettings {
    ConnectionSettings connection;
    /// Connections kept open.
    unsigned size = limits::kPoolSize;
    /// Connections above `size`, closed when nobody waits for them any more.
    unsigned overflow = limits::kPoolOverflow;
    /// Longest wait for a lease; the deadline of the caller may end it earlier.
    std::chrono::milliseconds timeout = limits::kPoolTimeout;
    /// A connection that idled longer is asked whether it still lives before it is lent.
    std::chrono::milliseconds ping_after_idle = limits::kPoolPingAfterIdle;
    /// Part of size + overflow that one plugin may hold at once.
    unsigned plugin_share_percent = limits::kPoolPluginSharePercent;
};

struct AsyncSettings {
    ConnectionSettings connection;
    /// Connections of one plugin on one reactor, opened as they are needed.
    unsigned connection_count = limits::kAsyncConnectionCount;
    /// Statements that may wait for one of them.
    std::size_t queue_max = limits::kAsyncStatementQueueMax;
};

struct ListenerSettings {
    ConnectionSettings connection;
    /// A silent connection is asked after this time whether it still lives.
    std::chrono::milliseconds ping_interval = limits::kListenerPingInterval;
};

struct MigratorSettings {
    ConnectionSettings connection;
    /// Longest wait for another migrator to finish.
    std::chrono::milliseconds lock_timeout = limits::kMigrationLockTimeout;
};

struct EmbeddedSettings {
    /// Made when missing; holds data/, run/ and the server's log. When the host runs as root, the
    /// unprivileged user must be able to reach it (that is why the design puts it under
    /// /var/lib/mortise then).
    std::filesystem::path directory;
    /// Directory with initdb and postgres; empty finds the newest installed version.
    std::filesystem::path binaries = {};
    /// Trades durability for speed (fsync off); for tests.
    bool fast = false;
    /// The server ends when the thread that started it does, whatever ended that one; for tests.
    /// Otherwise it outlives a crash of the host and is adopted.
    bool ends_with_host = false;
    unsigned connection_count_max = 100;
    std::chrono::milliseconds start_timeout = limits::kEmbeddedStartTimeout;
    /// Time for a fast shutdown; an immediate one follows.
    std::chrono::milliseconds stop_timeout = limits::kEmbeddedStopTimeout;
};

}  // namespace mortise::db
