// Plugin code that never returns does not keep the host from ending: it says who hangs, ends its database and exits in bounded
// time with a status that tells.
#include "tests/support/catch.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

namespace fs = std::filesystem;

/// Far more than the deadlines below add up to, and far less than for ever.
constexpr auto kPatience = 60s;

void requireEndsThoughHung(const char* rogue) {
    const TestDirectory marks;
    const fs::path entered = marks.path() / "entered";
    ServerOptions options;
    options.uses_shared_postgres = false;
    options.settings = {"--shutdown.deadline_ms=1000", "--shutdown.drain_delay_ms=0"};
    options.environment = {"MORTISE_ROGUE_ENTERED=" + entered.string()};
    Server server(options);
    server.apply(rogueFile(rogue));
    HttpClient client = server.client();
    client.begin({.target = "/api/v1/rogue"});
    REQUIRE(within(kPatience, [&] { return fs::exists(entered); }));

    server.process().signal(SIGTERM);
    const auto status = server.process().wait(kPatience);
    INFO(server.output());
    REQUIRE(status);
    CHECK(*status == 1);
    CHECK_FALSE(server.events("app.stop_failed").empty());
    CHECK(server.events("plugin.stuck").empty());  // that would be an innocent one
    const auto retired = server.events("plugin.retired");
    REQUIRE(retired.size() == 1);
    CHECK(retired[0].text("plugin") == "rogue");
    CHECK(retired[0].text("reasons") == "1 units of work still run in it");
    CHECK(server.events("app.shutdown_complete").empty());
    CHECK(within(10s, [&] { return processesIn(server.directory()).empty(); }));
    CHECK_FALSE(fs::exists(server.embeddedDirectory() / "data" / "postmaster.pid"));
}

}  // namespace

TEST_CASE("a blocking handler that never returns does not keep the host from ending") {
    requireEndsThoughHung("handler_hangs");
}

TEST_CASE("an inline handler that never returns does not keep the host from ending") {
    requireEndsThoughHung("inline_hangs");
}
