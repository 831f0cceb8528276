#include "tests/support/postgres.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "db/engine/connection.hpp"

// libpqxx 6.4 forgets the result of a statement whose connection died under it, about two
// kilobytes.
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions() {
    return "leak:libpqxx-6";
}

namespace mortise::test {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

namespace {

log::Settings debugLog() {
    log::Settings settings;
    settings.level = log::Level::Debug;
    return settings;
}

db::EmbeddedSettings serverSettings(const fs::path& directory) {
    db::EmbeddedSettings settings;
    settings.directory = directory;
    settings.fast = true;
    settings.ends_with_host = true;
    return settings;
}

// Order matters: the server stops before its directory goes.
struct SharedServer {
    TestLog log;
    TestDirectory directory;
    db::EmbeddedPostgres postgres{serverSettings(directory.path()), log.get()};
    SharedServer() { postgres.start(); }
};

// What the tests ask the server themselves, beside the code under test.
constexpr const char* kOwnName = "test";

db::Result runOn(const std::string& url, const std::string& sql) {
    db::ConnectionSettings settings;
    settings.url = url;
    settings.application_name = kOwnName;
    return db::Connection::open(settings, in(20s))->query(sql, in(20s));
}

// Emptying a database takes a tenth of the time of making a new one.
constexpr const char* kEmptyDatabase =
    "DO $$ DECLARE name text; BEGIN"
    "  FOR name IN SELECT nspname FROM pg_namespace"
    "      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP"
    "    EXECUTE format('DROP SCHEMA %I CASCADE', name);"
    "  END LOOP;"
    "END $$; CREATE SCHEMA public";

struct DatabaseNames {
    std::mutex mutex;  // Guards both.
    std::vector<std::string> free;
    int last_number = 0;
};

DatabaseNames& databaseNames() {
    static DatabaseNames names;
    return names;
}

}  // namespace

db::Deadline in(std::chrono::milliseconds time) {
    return steady_clock::now() + time;
}

bool eventually(const std::function<bool()>& condition) {
    const auto limit = in(10s);
    while (!condition()) {
        if (steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

TestLog::TestLog() : log_(debugLog(), sink_) {}

bool TestLog::has(std::string_view event) {
    return sink_.waitFor("\"" + std::string(event) + "\"", 10s);
}

db::EmbeddedPostgres& sharedPostgres() {
    static SharedServer server;
    return server.postgres;
}

TestDirectory::TestDirectory() {
    std::string pattern = "/tmp/mortise-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr || ::chmod(pattern.c_str(), 0755) != 0) {
        throw std::runtime_error("no directory for a test");
    }
    path_ = pattern;
}

TestDirectory::~TestDirectory() {
    std::error_code ignored;  // A left-over directory in /tmp fails no test.
    fs::remove_all(path_, ignored);
}

TestDatabase::TestDatabase() {
    db::EmbeddedPostgres& server = sharedPostgres();
    DatabaseNames& names = databaseNames();
    const std::lock_guard lock(names.mutex);
    if (names.free.empty()) {
        name_ = "test_" + std::to_string(++names.last_number);
        runOn(server.urlOf("postgres"), "CREATE DATABASE " + name_);
    } else {
        name_ = names.free.back();
        names.free.pop_back();
    }
    url_ = server.urlOf(name_);
}

TestDatabase::~TestDatabase() {
    try {
        killConnections();
        run(kEmptyDatabase);
        DatabaseNames& names = databaseNames();
        const std::lock_guard lock(names.mutex);
        names.free.push_back(name_);
    } catch (const std::exception&) {
        // It is not used again; the server goes with the process anyway.
    }
}

db::ConnectionSettings TestDatabase::connection() const {
    db::ConnectionSettings settings;
    settings.url = url_;
    return settings;
}

db::Result TestDatabase::run(const std::string& sql) {
    return runOn(url_, sql);
}

std::string TestDatabase::value(const std::string& sql) {
    const db::Result result = run(sql);
    if (result.rowCount() == 0) {
        return "";
    }
    const db::Value cell = result.cell(0, 0);
    return cell.isNull() ? "NULL" : std::string(cell.text());
}

// Not autovacuum, which may be there at any time, nor a connection of ours whose end the server has
// not noticed yet.
int TestDatabase::killConnections() {
    return std::stoi(value(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '" +
        name_ + "' AND backend_type = 'client backend' AND application_name <> '" + kOwnName +
        "'"));
}

Outage::Outage() {
    sharedPostgres().stop();
}

Outage::~Outage() {
    end();
}

void Outage::end() {
    if (!over_) {
        over_ = true;
        sharedPostgres().start();
    }
}

}  // namespace mortise::test
