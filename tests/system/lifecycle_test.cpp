// The life of the process: how it ends, what it does with requests meanwhile, and what it says when
// it cannot start.
#include <signal.h>

#include <future>

#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

/// The settings of a host that does not get far enough to need more.
std::vector<std::string> serveCommand(const TestDirectory& directory,
                                      const std::vector<std::string>& settings) {
    std::vector<std::string> command{hostBinary().string(), "serve",
                                     "--env-file=" + (directory.path() / "none.env").string(),
                                     "--plugins.state_directory=" + directory.path().string()};
    command.insert(command.end(), settings.begin(), settings.end());
    return command;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a server that is ready says where it listens and answers there") {
    Server server;
    const Json ready = server.events("app.ready").at(0);
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
    CHECK(ready.text("url") == url);
    CHECK(ready.text("docs") == url + "/docs");
    CHECK(ready.text("control") == (server.stateDirectory() / "control.sock").string());
    HttpClient client = server.client();
    const Answer health = client.get("/health");
    CHECK(health.status == 200);
    CHECK(health.json().names("data") == std::vector<std::string>{"app", "version"});
    const Answer readiness = client.get("/ready");
    CHECK(readiness.status == 200);
    for (const char* plugin : {"auth", "users", "jobs"}) {
        CHECK(readiness.json().text(std::string("data.plugins.") + plugin) == "active");
    }
    CHECK(server.stop(SIGTERM) == 0);
    CHECK_FALSE(server.events("app.shutdown_complete").empty());
}

TEST_CASE("SIGINT ends a server as SIGTERM does") {
    Server server;
    CHECK(server.stop(SIGINT) == 0);
    CHECK(processesIn(server.directory()).empty());
}

TEST_CASE("a server serves on while it drains, says so, and finishes what is in flight") {
    Server server({.settings = {"--shutdown.drain_delay_ms=2500"}});
    server.apply(testPluginFile("sampler"));
    HttpClient slow = server.client();
    slow.begin({.target = "/api/v1/sampler/pause?ms=2000"});
    REQUIRE(within(10s, [&] { return server.inFlightCount("sampler") == 1; }));

    server.process().signal(SIGTERM);
    Answer readiness;
    REQUIRE(within(2s, [&] {
        readiness = server.client().get("/ready");
        return readiness.status != 200;
    }));
    const Json errors = requireFailure(readiness, 503, "SHUTTING_DOWN");
    CHECK(errors.has("host"));
    CHECK(readiness.header("Connection") == "close");
    CHECK(readiness.hasHeader("Retry-After"));

    const Answer other = server.client().get("/health");
    CHECK(other.status == 200);
    CHECK(other.header("Connection") == "close");
    const Answer paused = slow.finish();
    CHECK(paused.status == 200);
    CHECK(paused.json().integer("data.ms") == 2000);
    CHECK(server.process().wait(30s) == 0);
}

TEST_CASE("a request that outlasts the drain delay is still answered") {
    Server server;
    server.apply(testPluginFile("sampler"));
    HttpClient slow = server.client();
    slow.begin({.target = "/api/v1/sampler/pause?ms=1500"});
    REQUIRE(within(10s, [&] { return server.inFlightCount("sampler") == 1; }));
    server.process().signal(SIGTERM);
    CHECK(slow.finish().status == 200);
    CHECK(server.process().wait(30s) == 0);
}

TEST_CASE("a plugin whose migration outlasts the shutdown does not go live, and the host ends") {
    Server server({.settings = {"--shutdown.deadline_ms=100"}});
    auto applying = std::async(std::launch::async, [&] {
        return server.runCommand(
            {"plugin", "apply", testPluginFile("sluggish").string(), "--json"});
    });
    REQUIRE(within(30s, [&] {
        return server.database().value(
                   "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1";
    }));
    // Not cleanly, because the stage of the plugins took longer than it may; but by itself.
    CHECK(server.stop(SIGTERM) == 1);
    const Finished applied = applying.get();
    INFO(applied.output);
    CHECK(applied.exit_code != 0);
    CHECK(holds(applied.output, "SHUTTING_DOWN"));
    server.start();
    requireFailure(server.client().get("/api/v1/sluggish"), 404, "NOT_FOUND");
}

TEST_CASE("all wrong settings are reported at once, and the exit status says configuration") {
    const TestDirectory directory;
    const Finished finished = run(serveCommand(
        directory, {"--port=99999", "--log.format=xml", "--database.pool_size=none",
                    "--cors.origins=*", "--server.prot=1", "--run.executor_threads=4"}));
    INFO(finished.output);
    CHECK(finished.exit_code == 78);
    for (const char* problem : {"port", "log.format", "database.pool_size", "cors.origins",
                                "server.prot", "run.plugin_concurrency_max"}) {
        INFO("missing: " << problem);
        CHECK(holds(finished.output, problem));
    }
}

TEST_CASE("production refuses to start without its secrets") {
    const TestDirectory directory;
    const Finished finished = run(serveCommand(directory, {"--environment=production"}));
    INFO(finished.output);
    CHECK(finished.exit_code == 78);
    for (const char* problem : {"secret_key", "identity.keys", "database.url", "trusted.hosts"}) {
        INFO("missing: " << problem);
        CHECK(holds(finished.output, problem));
    }
}

TEST_CASE("a port in use ends the start with the reason") {
    Server first;
    const TestDirectory directory;
    const Finished finished =
        run(serveCommand(directory, {"--port=" + std::to_string(first.port()),
                                     "--database.url=" + first.database().url()}));
    INFO(finished.output);
    CHECK(finished.exit_code == 1);
    CHECK(holds(finished.output, std::to_string(first.port())));
    CHECK(holds(finished.output, "in use"));
}

TEST_CASE("a strict host whose plugins cannot start ends and leaves nothing running") {
    const TestDirectory directory;
    const TestDatabase database;
    // Without users the operations that auth calls have no provider; jobs and its workers are up by then.
    const Finished finished = run(serveCommand(
        directory,
        {"--plugins.strict_boot=true", "--plugins.disabled=users", "--port=0", "--log.format=json",
         "--plugins.directory=" + pluginDirectory().string(), "--database.url=" + database.url()}));
    INFO(finished.output);
    CHECK(finished.exit_code == 1);
    CHECK(holds(finished.output, "plugins.strict_boot"));
    CHECK(holds(finished.output, "\"kind\":\"shutdown\",\"plugin\":\"jobs\",\"outcome\":\"done\""));
    CHECK(processesIn(directory.path()).empty());
}

TEST_CASE("a host whose plugins cannot start serves the others") {
    // Without users the operations that auth calls have no provider.
    Server server({.settings = {"--plugins.disabled=users"}});
    HttpClient client = server.client();
    const Answer readiness = client.get("/ready");
    CHECK(readiness.status == 200);
    CHECK(readiness.json().text("data.plugins.auth") == "degraded");
    CHECK(readiness.json().text("data.plugins.jobs") == "active");
    CHECK(client.get("/api/v1/auth/me").status == 503);
    CHECK(client.get("/api/v1/jobs").status == 401);
    // What says whether anybody is there does not depend on who asks.
    for (const char* path : {"/ready", "/health", "/openapi.json"}) {
        INFO(path);
        CHECK(client.get(path, "forged").status == 200);
    }
    CHECK(client.get("/api/v1/auth/me", "forged").status == 503);
    CHECK(client.get("/api/v1/jobs", "forged").status == 401);
}
