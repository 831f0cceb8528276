// The PostgreSQL a development host starts for itself ends with it, and a host that died leaves
// nothing that hinders the next.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

ServerOptions embedded(std::vector<std::string> wrapper = {}) {
    ServerOptions options;
    options.uses_shared_postgres = false;
    options.wrapper = std::move(wrapper);
    return options;
}

/// Ends what a failed test would leave behind. Declared before the server: only then its directory
/// is gone last.
class Leftovers {
public:
    explicit Leftovers(fs::path directory) : directory_(std::move(directory)) {}
    ~Leftovers() {
        for (const pid_t process : processesIn(directory_)) {
            ::kill(process, SIGKILL);
        }
    }

private:
    fs::path directory_;
};

/// One cluster for several tests: making it takes longest. Each leaves the server stopped or
/// running.
Server& runningServer() {
    static Server server(embedded());
    static const Leftovers leftovers(server.directory());
    if (!server.process().isRunning()) {
        server.start();
    }
    return server;
}

bool isEmptySoon(const fs::path& directory) {
    return within(10s, [&] { return processesIn(directory).empty(); });
}

}  // namespace

TEST_CASE("Ctrl-C ends the host and its embedded PostgreSQL") {
    Server& server = runningServer();
    REQUIRE(fs::exists(server.embeddedDirectory() / "data" / "postmaster.pid"));
    REQUIRE(processesIn(server.embeddedDirectory()).size() > 1);
    CHECK(server.stop(SIGINT) == 0);
    CHECK(isEmptySoon(server.directory()));
    CHECK_FALSE(fs::exists(server.embeddedDirectory() / "data" / "postmaster.pid"));
    CHECK_FALSE(fs::exists(server.stateDirectory() / "control.sock"));
}

TEST_CASE("after a SIGKILL of the host the next start takes over what it left") {
    Server& server = runningServer();
    HttpClient before = server.client();
    const Account account = registerAccount(before);

    CHECK(server.stop(SIGKILL) == 128 + SIGKILL);
    server.start();
    HttpClient after = server.client();
    CHECK(logIn(after, account.email).id == account.id);
    CHECK(server.stop(SIGTERM) == 0);
    CHECK(isEmptySoon(server.directory()));
}

TEST_CASE("after a SIGKILL of host and PostgreSQL the next start recovers the data") {
    Server& server = runningServer();
    HttpClient before = server.client();
    const Account account = registerAccount(before);

    CHECK(server.stop(SIGKILL) == 128 + SIGKILL);
    const std::vector<pid_t> database = processesIn(server.embeddedDirectory());
    for (const pid_t process : database) {
        ::kill(process, SIGKILL);
    }
    REQUIRE(within(10s, [&] {
        return std::all_of(database.begin(), database.end(),
                           [](pid_t process) { return ::kill(process, 0) != 0; });
    }));
    server.start();
    HttpClient after = server.client();
    CHECK(logIn(after, account.email).id == account.id);
    CHECK(server.stop(SIGTERM) == 0);
    CHECK(isEmptySoon(server.directory()));
}

TEST_CASE("SIGINT drains a host that a script started in the background") {
    // A shell without job control starts its background processes with SIGINT ignored.
    const TestDirectory directory;
    const std::string pid_file = directory.path() / "pid";
    Server server(embedded({"/bin/sh", "-c", "\"$@\" & echo $! >" + pid_file + "; wait $!", "sh"}));
    const Leftovers leftovers(server.directory());
    ::kill(std::stoi(readFile(pid_file)), SIGINT);
    CHECK(server.process().wait(60s) == 0);
    CHECK_FALSE(server.events("app.shutdown_complete").empty());
    CHECK(isEmptySoon(server.directory()));
}

TEST_CASE("an ordinary user can run the host with its PostgreSQL") {
    ServerOptions options = embedded();
    const TestDirectory home;
    if (::geteuid() == 0) {
        // Where this tree lies another user may have no business.
        fs::copy(hostBinary(), home.path() / "mortise");
        fs::create_directory(home.path() / "plugins");
        for (const char* plugin : {"users", "auth", "jobs"}) {
            fs::copy(pluginFile(plugin), home.path() / "plugins");
        }
        options.binary = home.path() / "mortise";
        options.plugins = home.path() / "plugins";
        options.wrapper = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                           "--pdeathsig=KILL"};
        options.environment = {"GCOV_PREFIX=/nonexistent"};
    }
    Server server(options);
    const Leftovers leftovers(server.directory());
    struct stat owner {};
    REQUIRE(::stat((server.embeddedDirectory() / "data").c_str(), &owner) == 0);
    CHECK(owner.st_uid != 0);
    HttpClient client = server.client();
    CHECK(registerAccount(client).id > 0);
    CHECK(server.stop(SIGINT) == 0);
    CHECK(isEmptySoon(server.directory()));
}
