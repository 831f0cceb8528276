#include "db/embedded_postgres.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/error.hpp"
#include "db/embedded/installation.hpp"
#include "db/engine/connection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/postgres.hpp"

using namespace mortise;
using namespace mortise::test;
using db::EmbeddedPostgres;

namespace {

db::EmbeddedSettings settings(const std::filesystem::path& directory) {
    db::EmbeddedSettings settings;
    settings.directory = directory;
    settings.fast = true;
    settings.ends_with_host = true;
    settings.connection_count_max = 10;
    return settings;
}

// initdb takes seconds; most tests start from a copy of one cluster.
void copyCluster(const std::filesystem::path& directory) {
    namespace fs = std::filesystem;
    static TestDirectory origin;
    if (!fs::exists(origin.path() / "data")) {
        TestLog log;
        EmbeddedPostgres server(settings(origin.path()), log.get());
        server.start();
    }
    fs::create_directories(directory);
    fs::copy(origin.path() / "data", directory / "data", fs::copy_options::recursive);
    const db::User user = db::findUser();
    REQUIRE(::chown((directory / "data").c_str(), user.user_id, user.group_id) == 0);
    for (const auto& entry : fs::recursive_directory_iterator(directory / "data")) {
        REQUIRE(::chown(entry.path().c_str(), user.user_id, user.group_id) == 0);
    }
}

std::string ask(const EmbeddedPostgres& server, const std::string& sql) {
    db::ConnectionSettings connection;
    connection.url = server.url();
    const auto open = db::Connection::open(connection, in(20s));
    const db::Result result = open->query(sql, in(20s));
    return result.rowCount() == 0 ? "" : std::string(result.cell(0, 0).text());
}

bool isRunning(int process_id) {
    return ::kill(process_id, 0) == 0;
}

}  // namespace

TEST_CASE("an embedded server keeps its data over a restart") {
    TestLog log;
    TestDirectory directory;
    EmbeddedPostgres server(settings(directory.path() / "pg"), log.get());
    server.start();
    CHECK_FALSE(server.wasAdopted());
    const int process_id = server.processId();
    CHECK(isRunning(process_id));
    CHECK(::getsid(process_id) == process_id);
    ask(server, "CREATE TABLE kept AS SELECT 7 AS number");
    server.stop();
    CHECK(server.processId() == 0);
    CHECK_FALSE(isRunning(process_id));
    server.start();
    CHECK(ask(server, "SELECT number FROM kept") == "7");
    CHECK(ask(server, "SHOW listen_addresses").empty());
    CHECK(ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "t");
}

TEST_CASE("a server that outlived its host is adopted") {
    TestLog log;
    TestDirectory directory;
    copyCluster(directory.path());
    int process_id = 0;
    {
        EmbeddedPostgres crashed(settings(directory.path()), log.get());
        crashed.start();
        process_id = crashed.processId();
        crashed.abandon();
    }
    REQUIRE(isRunning(process_id));
    EmbeddedPostgres next(settings(directory.path()), log.get());
    next.start();
    CHECK(next.wasAdopted());
    CHECK(next.processId() == process_id);
    CHECK(ask(next, "SELECT 1") == "1");
    next.stop();
    CHECK_FALSE(std::filesystem::exists(directory.path() / "data" / "postmaster.pid"));
}

TEST_CASE("a pid file of a process that is somebody else is not believed") {
    TestLog log;
    TestDirectory directory;
    copyCluster(directory.path());
    EmbeddedPostgres server(settings(directory.path()), log.get());
    server.start();
    server.stop();
    std::ofstream(directory.path() / "data" / "postmaster.pid")
        << ::getpid() << "\n"
        << (directory.path() / "data").string() << "\n1\n5432\n"
        << (directory.path() / "socket").string() << "\n\n";
    // postgres itself refuses a pid file of a living process of its own user; ours belongs to the
    // tests.
    ::unlink((directory.path() / "socket" / ".s.PGSQL.5432").c_str());
    try {
        server.start();
        CHECK_FALSE(server.wasAdopted());
    } catch (const Error& error) {
        CHECK(error.code() == "EMBEDDED_FAILED");
    }
    CHECK(isRunning(::getpid()));
}

TEST_CASE("a second host does not take the server of a living one") {
    TestLog log;
    TestDirectory directory;
    copyCluster(directory.path());
    EmbeddedPostgres first(settings(directory.path()), log.get());
    first.start();
    EmbeddedPostgres second(settings(directory.path()), log.get());
    CHECK_THROWS_AS(second.start(), Error);
    CHECK(ask(first, "SELECT 1") == "1");
}

TEST_CASE("a server in a deep directory listens in a short one") {
    TestLog log;
    TestDirectory directory;
    const auto deep = directory.path() / std::string(100, 'x');
    copyCluster(deep);
    std::string socket;
    {
        EmbeddedPostgres server(settings(deep), log.get());
        server.start();
        socket = ask(server, "SHOW unix_socket_directories");
        CHECK(socket.starts_with("/tmp/mortise-"));
        CHECK(socket.size() < 40);
    }
    CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("a killed server starts again") {
    TestLog log;
    TestDirectory directory;
    copyCluster(directory.path());
    EmbeddedPostgres server(settings(directory.path()), log.get());
    server.start();
    const int process_id = server.processId();
    ::kill(process_id, SIGKILL);
    server.stop();
    server.start();
    CHECK(ask(server, "SELECT 1") == "1");
}

TEST_CASE("a killed server that nobody collected yet delays the next start") {
    TestLog log;
    TestDirectory directory;
    copyCluster(directory.path());
    EmbeddedPostgres server(settings(directory.path()), log.get());
    server.start();
    server.stop();
    const db::User user = db::findUser();
    const pid_t ended = ::fork();
    if (ended == 0) {
        ::_exit(user.isOther() ? ::setuid(user.user_id) : 0);
    }
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(ended), &info, WEXITED | WNOWAIT) == 0);
    REQUIRE(info.si_status == 0);
    std::ofstream(directory.path() / "data" / "postmaster.pid")
        << ended << "\n"
        << (directory.path() / "data").string() << "\n1\n5432\n"
        << (directory.path() / "socket").string() << "\n\n";
    std::thread parent([ended] {
        std::this_thread::sleep_for(300ms);  // the time a parent takes to notice
        ::waitpid(ended, nullptr, 0);
    });
    CHECK_NOTHROW(server.start());
    parent.join();
    CHECK(ask(server, "SELECT 1") == "1");
}

TEST_CASE("an initdb that was cut short is done again") {
    TestLog log;
    TestDirectory directory;
    std::filesystem::create_directory(directory.path() / "data.new");
    std::ofstream(directory.path() / "data.new" / "PG_VERSION") << "15\n";
    EmbeddedPostgres server(settings(directory.path()), log.get());
    CHECK_NOTHROW(server.start());
}

TEST_CASE("missing programs and foreign data are told apart") {
    TestLog log;
    TestDirectory directory;
    auto wrong = settings(directory.path());
    wrong.binaries = "/nonexistent";
    EmbeddedPostgres server(wrong, log.get());
    try {
        server.start();
        FAIL("there are no programs");
    } catch (const Error& error) {
        CHECK(error.code() == "EMBEDDED_MISSING");
    }
    CHECK_THROWS_AS(db::findBinaries({}, "7"), Error);
    CHECK_FALSE(db::findBinaries({}, "").empty());
}

TEST_CASE(
    "a directory the unprivileged user cannot reach is refused with the parent that bars it") {
    if (::geteuid() != 0) {
        return;  // Only a host that runs as root becomes somebody else.
    }
    TestLog log;
    TestDirectory directory;
    const auto closed = directory.path() / "closed";
    std::filesystem::create_directory(closed);
    ::chmod(closed.c_str(), 0700);
    EmbeddedPostgres server(settings(closed / "pg"), log.get());
    try {
        server.start();
        FAIL("the directory is closed");
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find(closed.string() + "\"") != std::string::npos);
    }
}
