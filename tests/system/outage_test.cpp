// PostgreSQL goes away and comes back under load: the host says so, stays alive and loses nothing
// of its own.
#include <signal.h>

#include <sstream>

#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/load.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

/// Each test its own server: it shows that one host came through.
struct Outages {
    // The shared PostgreSQL commits without waiting for the disk; what a test stands on must
    // outlive a killed backend.
    Outages() { server.database().run("CHECKPOINT"); }

    Server server{{.settings = {"--http.access_log=false", "--database.pool_size=10",
                                "--database.max_overflow=5"}}};
    HttpClient client = server.client();
    Account admin = logInAdmin(client);

    LoadPlan plan() {
        LoadPlan plan;
        plan.port = server.port();
        plan.connection_count = 32;
        for (const std::string& target :
             {"/api/v1/users/" + std::to_string(admin.id), std::string("/api/v1/users?limit=5"),
              std::string("/api/v1/auth/me"), std::string("/api/v1/jobs")}) {
            plan.requests.push_back({.target = target, .token = admin.access_token});
        }
        plan.judge = [this](const Request&, long, const Answer& answer) { return judge(answer); };
        return plan;
    }

    std::string judge(const Answer& answer) {
        if (answer.status == 200) {
            ++served_count;
            return "";
        }
        const bool is_envelope =
            answer.status == 503 && answer.hasHeader("Retry-After") &&
            answer.body.find(R"("error_code":"SERVICE_UNAVAILABLE")") != std::string::npos;
        refused_count += is_envelope ? 1 : 0;
        return is_envelope ? "" : "status " + std::to_string(answer.status) + ": " + answer.body;
    }

    bool isReady() { return server.client().get("/ready").status == 200; }

    /// Everything works again and nothing was lost on the way.
    void requireRecovered(Load& load) {
        REQUIRE(within(30s, [this] { return isReady(); }));
        REQUIRE(within(30s, [this] {
            return client.get("/api/v1/auth/me", admin.access_token).status == 200;
        }));
        const std::size_t before = served_count;
        CHECK(within(30s, [&] { return served_count > before + 100; }));
        for (const std::string& failure : load.finish()) {
            FAIL_CHECK(failure);
        }
        requireAllLeasesBack();
    }

    /// 30 requests at once, twice as many as there are connections, and afterwards every connection
    /// idles.
    void requireAllLeasesBack() {
        std::vector<HttpClient> clients;
        for (int i = 0; i < 30; ++i) {
            clients.push_back(server.client());
            clients.back().begin({.target = "/api/v1/users/" + std::to_string(admin.id),
                                  .token = admin.access_token});
        }
        for (HttpClient& each : clients) {
            CHECK(each.finish().status == 200);
        }
        CHECK(within(10s, [this] {
            return server.database().value(
                       "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND pid <> pg_backend_pid() AND state <> 'idle'") == "0";
        }));
    }

    std::atomic<std::size_t> served_count{0};
    std::atomic<std::size_t> refused_count{0};
};

/// The answer to a query, asked again while PostgreSQL recovers.
std::string valueSoon(TestDatabase& database, const std::string& sql) {
    std::string value;
    within(20s, [&] {
        try {
            value = database.value(sql);
            return true;
        } catch (const std::exception&) {
            return false;  // Not yet.
        }
    });
    return value;
}

void killBackends(TestDatabase& database) {
    std::istringstream ids(
        valueSoon(database,
                  "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = "
                  "current_database() AND pid <> pg_backend_pid()"));
    for (pid_t id = 0; ids >> id;) {
        ::kill(id, SIGKILL);
    }
}

}  // namespace

TEST_CASE("backends ended by an administrator are replaced without a word to clients") {
    Outages outages;
    Load load(outages.plan());
    for (int i = 0; i < 5; ++i) {
        REQUIRE(load.waitForAnswers(100));
        outages.server.database().killConnections();
    }
    outages.requireRecovered(load);
}

TEST_CASE("a host survives that all backends are killed under load") {
    Outages outages;
    Load load(outages.plan());
    for (int i = 0; i < 2; ++i) {
        REQUIRE(load.waitForAnswers(100));
        killBackends(outages.server.database());
    }
    outages.requireRecovered(load);
}

TEST_CASE("while PostgreSQL is away requests get 503, and then everything works again") {
    Outages outages;
    Load load(outages.plan());
    REQUIRE(load.waitForAnswers(100));
    {
        Outage outage;
        REQUIRE(within(30s, [&] { return !outages.isReady(); }));
        const Answer readiness = outages.server.client().get("/ready");
        const Json errors = requireFailure(readiness, 503, "SERVICE_UNAVAILABLE");
        CHECK(errors.has("database"));
        const std::size_t before = outages.refused_count;
        CHECK(within(30s, [&] { return outages.refused_count > before + 100; }));
        const Answer login =
            outages.server.client().post("/api/v1/auth/login", loginBody(outages.admin.email));
        requireFailure(login, 503, "SERVICE_UNAVAILABLE");
        CHECK(std::stoi(login.header("Retry-After")) >= 1);
        CHECK(outages.server.client().get("/health").status == 200);
    }
    outages.requireRecovered(load);
}

TEST_CASE("jobs go on after an outage") {
    Outages outages;
    const auto submit = [&] {
        const Answer answer = outages.client.post(
            "/api/v1/jobs", R"({"job_type":"demo.sleep","args":{"seconds":0.2}})",
            outages.admin.access_token);
        return answer.json().text("data.job.id");
    };
    const auto isCompleted = [&](const std::string& id) {
        const Answer answer = outages.client.get("/api/v1/jobs/" + id, outages.admin.access_token);
        return answer.status == 200 && answer.json().text("data.job.state") == "completed";
    };
    const std::string before = submit();
    REQUIRE(within(20s, [&] { return isCompleted(before); }));
    { Outage outage; }
    REQUIRE(within(30s, [&] { return outages.isReady(); }));
    const std::string after = submit();
    CHECK(within(30s, [&] { return isCompleted(after); }));
}

TEST_CASE("a host that starts while PostgreSQL is away serves when it is back") {
    Server server;
    CHECK(server.stop() == 0);
    {
        Outage outage;
        // In development the start migrates, which it cannot do now.
        server.start({"--environment=staging", "--host=127.0.0.1", "--shutdown.drain_delay_ms=0"});
        HttpClient client = server.client();
        CHECK(client.get("/health").status == 200);
        requireFailure(client.get("/ready"), 503, "SERVICE_UNAVAILABLE");
        const Answer login = client.post("/api/v1/auth/login", loginBody(newEmail()));
        requireFailure(login, 503, "SERVICE_UNAVAILABLE");
    }
    REQUIRE(within(60s, [&] { return server.client().get("/ready").status == 200; }));
    HttpClient client = server.client();
    CHECK(within(60s,
                 [&] { return client.get("/ready").body.find("degraded") == std::string::npos; }));
    CHECK(registerAccount(client).id > 0);
}
