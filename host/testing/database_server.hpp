// DatabaseServer: one private PostgreSQL for all apps of a test program, and a database for each app.
//
// Problem:   every test wants an empty, migrated database of its own; initdb, a start and migrations take seconds.
// Choice:    the cluster stays on disk between runs, in a slot that a program holds by a file lock; migrations run once into a
//            template database named after their content, and each app gets a copy of it.
// Guarantee: two programs never share a slot. A program that is killed leaves nothing that the next one has to wait for: the
//            kernel ends its server and its lock, and the next holder of the slot drops its databases.
//
//   <base>/slot-0.lock         held while a program uses the slot
//   <base>/slot-0/postgres/    the cluster
//   <base>/slot-0/apps/        state of the apps: staged plugins, keys
//
// <base> is MORTISE_TESTING_DIRECTORY, or mortise-testing-<user id> in the temporary directory.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "db/embedded_postgres.hpp"
#include "db/migrator.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"

namespace mortise::testing {

class DatabaseServer;

/// A database of one app and a directory beside it; both go with this object.
class AppDatabase {
public:
    AppDatabase(std::shared_ptr<DatabaseServer> server, std::string name,
                std::filesystem::path directory, std::string url)
        : server_(std::move(server)),
          name_(std::move(name)),
          directory_(std::move(directory)),
          url_(std::move(url)) {}
    ~AppDatabase();
    AppDatabase(const AppDatabase&) = delete;
    AppDatabase& operator=(const AppDatabase&) = delete;

    const std::string& url() const noexcept { return url_; }
    const std::filesystem::path& directory() const noexcept { return directory_; }
    /// Where the signing key of all apps of this slot lies.
    std::filesystem::path keys() const;

private:
    std::shared_ptr<DatabaseServer> server_;
    std::string name_;
    std::filesystem::path directory_;
    std::string url_;
};

class DatabaseServer : public std::enable_shared_from_this<DatabaseServer> {
public:
    /// The server of this process, started by whoever asks first and stopped when the process ends. Throws mortise::Error.
    static std::shared_ptr<DatabaseServer> ofProcess();

    DatabaseServer();
    ~DatabaseServer();
    DatabaseServer(const DatabaseServer&) = delete;
    DatabaseServer& operator=(const DatabaseServer&) = delete;

    /// A new database with these lines applied, and with `extra_sql` after them. Any thread. Throws mortise::Error.
    std::unique_ptr<AppDatabase> create(const std::vector<db::MigrationLine>& lines,
                                        const std::string& extra_sql);
    void drop(const std::string& name) noexcept;
    const std::filesystem::path& slot() const noexcept { return slot_; }

private:
    void takeSlot();
    void run();
    void startPostgres();
    void sweep();
    std::string templateFor(const std::vector<db::MigrationLine>& lines,
                            const std::string& extra_sql);
    void makeTemplate(const std::string& name, const std::vector<db::MigrationLine>& lines,
                      const std::string& extra_sql);
    void query(const std::string& database, const std::string& sql);
    std::vector<std::string> namesOf(const std::string& sql);

    log::MemorySink lines_;
    log::Log log_;
    std::filesystem::path slot_;
    UniqueFd lock_;
    std::optional<db::EmbeddedPostgres> postgres_;

    std::mutex mutex_;  // Guards making templates and the members below.
    unsigned last_number_ = 0;
    std::condition_variable changed_;
    bool is_up_ = false;
    bool is_ending_ = false;
    std::exception_ptr failure_;
    // Starts and stops the server: the kernel ends it together with the thread that started it, which must not be a test's.
    std::thread keeper_;
};

}  // namespace mortise::testing
