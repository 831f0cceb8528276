#include "testing/database_server.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/strings.hpp"
#include "db/engine/connection.hpp"
#include "identity/digest.hpp"
#include "limits.hpp"

namespace mortise::testing {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

constexpr const char* kAppPrefix = "mortise_app_";
constexpr const char* kTemplatePrefix = "mortise_template_";
constexpr const char* kUnfinished = "mortise_unfinished";
constexpr const char* kMaintenance = "postgres";

Error unavailable(const std::string& message) {
    return Error(503, "TESTING_DATABASE", message);
}

fs::path baseDirectory() {
    if (const char* named = std::getenv("MORTISE_TESTING_DIRECTORY");
        named != nullptr && *named != '\0') {
        return fs::absolute(named);
    }
    return fs::temp_directory_path() / ("mortise-testing-" + std::to_string(::geteuid()));
}

/// Makes a directory that the unprivileged user of a root's server can pass and nobody else can change; an existing one of
/// somebody else in /tmp is not believed.
void makeOwnDirectory(const fs::path& path) {
    makeDirectory(path, ::geteuid() == 0 ? 0711 : 0700);
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
        (info.st_mode & 022) != 0) {
        throw unavailable("\"" + path.string() +
                          "\" is not a directory that only this user can change; set "
                          "MORTISE_TESTING_DIRECTORY to another one");
    }
}

void removeTree(const fs::path& path) noexcept {
    std::error_code ignored;  // What stays is removed by the next holder of the slot.
    fs::remove_all(path, ignored);
}

std::string hexOf(const identity::Digest& digest, std::size_t size) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (std::size_t at = 0; at < size; ++at) {
        hex += kDigits[digest[at] >> 4U];
        hex += kDigits[digest[at] & 0xFU];
    }
    return hex;
}

/// What a template is made of, in one text; sizes keep parts apart.
std::string contentOf(const std::vector<db::MigrationLine>& lines, const std::string& extra_sql) {
    std::string content;
    const auto add = [&](const std::string& part) {
        content += std::to_string(part.size()) + ':' + part;
    };
    for (const db::MigrationLine& line : lines) {
        add(line.plugin);
        for (const db::MigrationFile& file : line.files) {
            add(file.name);
            add(file.body);
        }
    }
    add(extra_sql);
    return content;
}

log::Settings quietLog() {
    log::Settings settings;
    settings.level = log::Level::Warning;
    return settings;
}

}  // namespace

AppDatabase::~AppDatabase() {
    server_->drop(name_);
    removeTree(directory_);
}

fs::path AppDatabase::keys() const {
    return server_->slot() / "keys";
}

// The one object of this library that belongs to the process and not to an app: a start of PostgreSQL costs more than a test.
std::shared_ptr<DatabaseServer> DatabaseServer::ofProcess() {
    struct Holder {
        const int process_id = ::getpid();
        std::mutex mutex;  // Guards server.
        std::shared_ptr<DatabaseServer> server;
        ~Holder() {
            if (::getpid() != process_id) {
                // A copy in a forked child, without the threads: the server is its parent's, so this one is given up.
                static_cast<void>(new std::shared_ptr<DatabaseServer>(std::move(server)));
            }
        }
    };
    static Holder holder;
    const std::lock_guard lock(holder.mutex);
    if (!holder.server) {
        holder.server = std::make_shared<DatabaseServer>();
    }
    return holder.server;
}

DatabaseServer::DatabaseServer() : log_(quietLog(), lines_) {
    takeSlot();
    std::unique_lock lock(mutex_);
    keeper_ = std::thread([this] { run(); });
    // Bounded by the start's own deadline, twice: a cluster that cannot be started is made anew.
    changed_.wait(lock, [&] { return is_up_ || failure_; });
    if (failure_) {
        lock.unlock();
        keeper_.join();
        std::rethrow_exception(failure_);
    }
}

DatabaseServer::~DatabaseServer() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_all();
    keeper_.join();
    removeTree(slot_ / "apps");
}

void DatabaseServer::takeSlot() {
    const fs::path base = baseDirectory();
    makeOwnDirectory(base);
    for (unsigned number = 0; number < limits::kTestingSlotCountMax; ++number) {
        const fs::path slot = base / ("slot-" + std::to_string(number));
        const fs::path path = slot.string() + ".lock";
        lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!lock_) {
            throw unavailable("could not open \"" + path.string() + "\"");
        }
        if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) {
            slot_ = slot;
            makeOwnDirectory(slot_);
            removeTree(slot_ / "apps");
            makeDirectory(slot_ / "apps", 0700);
            return;
        }
    }
    throw unavailable("all " + std::to_string(limits::kTestingSlotCountMax) + " slots in \"" +
                      base.string() + "\" are in use by test programs");
}

void DatabaseServer::run() {
    std::unique_lock lock(mutex_);
    try {
        startPostgres();
        sweep();
        is_up_ = true;
    } catch (...) {
        failure_ = std::current_exception();  // The constructor throws it.
    }
    changed_.notify_all();
    if (is_up_) {
        changed_.wait(lock, [&] { return is_ending_; });
    }
    if (postgres_) {
        postgres_->stop();
    }
}

void DatabaseServer::startPostgres() {
    db::EmbeddedSettings settings;
    settings.directory = slot_ / "postgres";
    settings.fast = true;
    settings.ends_with_host = true;
    settings.connection_count_max = limits::kTestingConnectionCountMax;
    const bool was_used = fs::exists(settings.directory / "data");
    try {
        postgres_.emplace(settings, log_);
        postgres_->start();
    } catch (const Error&) {
        if (!was_used) {
            throw;
        }
        // Of an older PostgreSQL, or damaged by a machine that went down: it holds nothing that cannot be made again.
        postgres_.reset();
        removeTree(settings.directory);
        postgres_.emplace(settings, log_);
        postgres_->start();
    }
}

/// Drops what a program that was killed left behind.
void DatabaseServer::sweep() {
    for (const std::string& name :
         namesOf("SELECT datname FROM pg_database WHERE starts_with(datname, '" +
                 std::string(kAppPrefix) + "') OR datname = '" + kUnfinished + "'")) {
        query(kMaintenance, "DROP DATABASE \"" + name + "\" WITH (FORCE)");
    }
}

void DatabaseServer::query(const std::string& database, const std::string& sql) {
    const auto deadline = steady_clock::now() + limits::kTestingStatementDeadline;
    db::ConnectionSettings settings;
    settings.url = postgres_->urlOf(database);
    settings.application_name = "mortise-testing";
    db::Connection::open(settings, deadline)->query(sql, deadline);
}

std::vector<std::string> DatabaseServer::namesOf(const std::string& sql) {
    const auto deadline = steady_clock::now() + limits::kTestingStatementDeadline;
    db::ConnectionSettings settings;
    settings.url = postgres_->urlOf(kMaintenance);
    const db::Result found = db::Connection::open(settings, deadline)->query(sql, deadline);
    std::vector<std::string> names;
    for (std::size_t row = 0; row < found.rowCount(); ++row) {
        names.emplace_back(found.cell(row, 0).text());
    }
    return names;
}

void DatabaseServer::makeTemplate(const std::string& name,
                                  const std::vector<db::MigrationLine>& lines,
                                  const std::string& extra_sql) {
    query(kMaintenance, std::string("DROP DATABASE IF EXISTS ") + kUnfinished + " WITH (FORCE)");
    query(kMaintenance, std::string("CREATE DATABASE ") + kUnfinished);
    db::ConnectionSettings connection;
    connection.url = postgres_->urlOf(kUnfinished);
    db::Migrator(db::MigratorSettings{connection}, log_).up(lines);
    if (!extra_sql.empty()) {
        query(kUnfinished, extra_sql);
    }
    // A session that has just ended may still be listed, and would keep the database from being renamed.
    query(kMaintenance, std::string("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                                    "WHERE datname = '") +
                            kUnfinished + "'");
    query(kMaintenance, std::string("ALTER DATABASE ") + kUnfinished + " RENAME TO " + name);
    // Templates of code that has changed since; the newest have the largest numbers.
    for (const std::string& old :
         namesOf("SELECT datname FROM pg_database WHERE starts_with(datname, '" +
                 std::string(kTemplatePrefix) + "') ORDER BY oid DESC OFFSET " +
                 std::to_string(limits::kTestingTemplateCountMax))) {
        query(kMaintenance, "DROP DATABASE \"" + old + "\" WITH (FORCE)");
    }
}

std::string DatabaseServer::templateFor(const std::vector<db::MigrationLine>& lines,
                                        const std::string& extra_sql) {
    std::string name = kTemplatePrefix + hexOf(identity::sha256(contentOf(lines, extra_sql)), 12);
    if (namesOf("SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty()) {
        makeTemplate(name, lines, extra_sql);
    }
    return name;
}

std::unique_ptr<AppDatabase> DatabaseServer::create(const std::vector<db::MigrationLine>& lines,
                                                    const std::string& extra_sql) {
    const std::lock_guard lock(mutex_);
    const std::string source = templateFor(lines, extra_sql);
    const std::string number = std::to_string(++last_number_);
    const std::string name = kAppPrefix + number;
    // Copying files is the faster way for a database this small, and without fsync a checkpoint costs nothing.
    query(kMaintenance, "CREATE DATABASE " + name + " TEMPLATE " + source + " STRATEGY file_copy");
    fs::path directory = slot_ / "apps" / number;
    makeDirectory(directory, 0700);
    return std::make_unique<AppDatabase>(shared_from_this(), name, std::move(directory),
                                         postgres_->urlOf(name));
}

void DatabaseServer::drop(const std::string& name) noexcept {
    try {
        query(kMaintenance, "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    } catch (const std::exception& error) {
        // The next holder of the slot drops it.
        log_.warning("testing.database_left", {{"database", name}, {"reason", error.what()}});
    }
}

}  // namespace mortise::testing
