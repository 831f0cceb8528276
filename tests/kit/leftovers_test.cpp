// Test programs that are killed, and programs side by side: what the next one finds.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace mortise::test;
using mortise::testing::App;
namespace fs = std::filesystem;

namespace {

constexpr const char* kDatabases =
    "SELECT count(*) FROM pg_database WHERE starts_with(datname, 'mortise_app_')";

/// This program again, for one of the hidden cases below.
std::vector<std::string> programFor(const std::string& name) {
    return {fs::read_symlink("/proc/self/exe").string(), name};
}

/// A place for databases that no other test uses; the server's user may enter it.
struct Place {
    mortise::testing::TemporaryDirectory directory;
    std::vector<std::string> environment;
    Place() {
        fs::permissions(directory.path(), fs::perms(0711));
        environment = {"MORTISE_TESTING_DIRECTORY=" + directory.path().string()};
    }
};

}  // namespace

TEST_CASE("child: ends in the middle of a test", "[.child]") {
    const App app(MORTISE_ERRANDS_FILE);
    ::kill(::getpid(), SIGKILL);
}

TEST_CASE("child: finds a clean server", "[.child]") {
    const App app(MORTISE_ERRANDS_FILE);
    CHECK(app.sql(kDatabases).integer() == 1);
    CHECK(app.asUser({.id = 7}).post("/api/v1/errands", R"({"name": "Post"})").status == 201);
}

TEST_CASE("a program that was killed leaves nothing that the next one meets") {
    const Place place;
    for (int round = 0; round < 2; ++round) {
        INFO(round);
        const Finished killed =
            run(programFor("child: ends in the middle of a test"), place.environment);
        REQUIRE(killed.exit_code == 128 + SIGKILL);
        const Finished next = run(programFor("child: finds a clean server"), place.environment);
        INFO(next.output);
        CHECK(next.exit_code == 0);
    }
    CHECK(std::distance(fs::directory_iterator(place.directory.path()), {}) == 2);
}

TEST_CASE("programs at the same time do not meet") {
    const Place place;
    std::vector<Process> programs;
    for (int at = 0; at < 3; ++at) {
        programs.emplace_back(Launch{programFor("child: finds a clean server"), place.environment});
    }
    for (Process& program : programs) {
        CHECK(program.wait(60s) == 0);
    }
}

TEST_CASE("the server of a program ends with it") {
    const Place place;
    REQUIRE(run(programFor("child: finds a clean server"), place.environment).exit_code == 0);
    CHECK(processesIn(place.directory.path()).empty());
}
