// A real PostgreSQL for tests: one private server per test process, one fresh database per test
// case.
//
// The server lies in a directory of its own under /tmp and ends with the process. A test that needs
// an outage stops and starts it; test cases of one process run one after the other, so nobody else
// is disturbed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "db/embedded_postgres.hpp"
#include "db/result.hpp"
#include "db/settings.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"

namespace mortise::test {

using namespace std::chrono_literals;

/// Moment from now; generous, because a loaded machine is no failure.
db::Deadline in(std::chrono::milliseconds time);

/// Asks `condition` until it is true; false after ten seconds.
bool eventually(const std::function<bool()>& condition);

/// A log that keeps its lines, for code that needs one.
class TestLog {
public:
    TestLog();
    log::Log& get() noexcept { return log_; }
    /// True when an event of that name is written, now or soon.
    bool has(std::string_view event);

private:
    log::MemorySink sink_;
    log::Log log_;
};

/// The server of this process, started at first use.
db::EmbeddedPostgres& sharedPostgres();

/// An empty directory under /tmp, reachable by the user PostgreSQL runs as. Removed at the end.
class TestDirectory {
public:
    TestDirectory();
    ~TestDirectory();
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

/// An empty database, with ways to look at it from outside. It is emptied at the end and given to a
/// later test.
class TestDatabase {
public:
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    const std::string& url() const noexcept { return url_; }
    const std::string& name() const noexcept { return name_; }
    db::ConnectionSettings connection() const;
    /// Runs SQL as superuser, apart from what is tested.
    db::Result run(const std::string& sql);
    /// First cell of the first row; "NULL" for NULL, "" without rows.
    std::string value(const std::string& sql);
    /// Ends all other connections to this database; how many there were.
    int killConnections();

private:
    std::string name_;
    std::string url_;
};

/// Stops the shared server for the length of a scope.
class Outage {
public:
    Outage();
    ~Outage();
    /// Ends it early.
    void end();

private:
    bool over_ = false;
};

}  // namespace mortise::test
