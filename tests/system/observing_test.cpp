// What operators see: /metrics, and health checks of plugins in /ready.
#include <set>
#include <sstream>

#include "tests/support/http_client.hpp"
#include "tests/system/refusals_server.hpp"

using namespace mortise::test;
using namespace std::chrono_literals;

namespace {

HttpClient connect() {
    return HttpClient(refusalsServer().port());
}

/// The number behind a series as /metrics writes it, -1 when it is not there.
double sample(const std::string& text, const std::string& series) {
    const std::size_t at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

std::string scrape() {
    const Answer answer = connect().get("/metrics");
    REQUIRE(answer.status == 200);
    REQUIRE(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    return answer.body;
}

void setMood(int ms) {
    REQUIRE(connect().post("/api/v1/sampler/mood", "{\"ms\":" + std::to_string(ms) + "}").status ==
            204);
}

}  // namespace

TEST_CASE("/metrics has exactly the names that are documented") {
    std::set<std::string> names;
    std::istringstream lines(scrape());
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("# TYPE ")) {
            names.insert(line.substr(7));
        }
    }
    const std::set<std::string> documented{
        "mortise_cache_bytes gauge",
        "mortise_cache_entries gauge",
        "mortise_cache_evictions_total counter",
        "mortise_cache_hits_total counter",
        "mortise_cache_misses_total counter",
        "mortise_db_available gauge",
        "mortise_db_connections gauge",
        "mortise_db_lease_waiters gauge",
        "mortise_db_leases gauge",
        "mortise_host_info gauge",
        "mortise_http_client_calls_total counter",
        "mortise_http_client_duration_seconds histogram",
        "mortise_http_client_repeated_total counter",
        "mortise_http_connections gauge",
        "mortise_http_request_duration_seconds histogram",
        "mortise_http_requests_in_flight gauge",
        "mortise_http_requests_total counter",
        "mortise_log_records_dropped_total counter",
        "mortise_metrics_dropped_total counter",
        "mortise_plugin_generations gauge",
        "mortise_plugin_info gauge",
        "mortise_plugin_work_in_flight gauge",
        "mortise_sampler_calls_total counter",
        "mortise_sampler_size_bytes histogram",
        "mortise_trace_spans_dropped_total counter",
        "mortise_trace_spans_exported_total counter",
    };
    CHECK(names == documented);
}

TEST_CASE(
    "a plugin's metrics count on over a swap, and updates that name nothing are counted apart") {
    const std::string calls = "mortise_sampler_calls_total{route=\"count\"}";
    const double before = sample(scrape(), calls);
    const double dropped = sample(scrape(), "mortise_metrics_dropped_total");
    HttpClient client = connect();
    REQUIRE(client.get("/api/v1/sampler/count").status == 200);
    refusalsServer().apply(testPluginFile("sampler"));
    REQUIRE(client.get("/api/v1/sampler/count").status == 200);
    const std::string text = scrape();
    CHECK(sample(text, calls) == before + 2);
    CHECK(sample(text, "mortise_sampler_calls_total{route=\"other\"}") == 0);
    CHECK(sample(text, "mortise_metrics_dropped_total") == dropped + 2);
    CHECK(sample(text, "mortise_sampler_size_bytes_count") >= 2);
}

TEST_CASE("requests are counted by plugin, route, method and status, and refused ones too") {
    const std::string served =
        R"(mortise_http_requests_total{plugin="sampler",route="/api/v1/sampler/count",method="GET",status="200"})";
    const std::string unknown =
        R"(mortise_http_requests_total{plugin="host",route="none",method="GET",status="404"})";
    const std::string before = scrape();
    HttpClient client = connect();
    REQUIRE(client.get("/api/v1/sampler/count").status == 200);
    REQUIRE(client.get("/no/such/path?" + std::string(64, 'x')).status == 404);
    const std::string after = scrape();
    CHECK(sample(after, served) == std::max(0.0, sample(before, served)) + 1);
    CHECK(sample(after, unknown) == std::max(0.0, sample(before, unknown)) + 1);
    CHECK(after.find("xxxx") == std::string::npos);
    CHECK(sample(after, "mortise_http_requests_in_flight") == 1);  // The scrape itself.
}

TEST_CASE("a failing health check degrades its plugin in /ready without its reason, and heals") {
    const auto ready = [] { return connect().get("/ready"); };
    REQUIRE(within(10s, [&] {
        return ready().json().at("data.checks").dump().find(R"("sampler.mood":"ok")") !=
               std::string::npos;
    }));
    CHECK(ready().json().text("data.plugins.sampler") == "active");
    setMood(1);
    CHECK(within(10s, [&] { return ready().json().text("data.plugins.sampler") == "degraded"; }));
    const Answer failing = ready();
    CHECK(failing.status == 200);
    CHECK(failing.body.find("secret") == std::string::npos);
    CHECK(connect().get("/api/v1/sampler/count").status == 200);
    setMood(0);
    CHECK(within(10s, [&] { return ready().json().text("data.plugins.sampler") == "active"; }));
}

TEST_CASE("a plugin gets the time from the host") {
    CHECK(connect().get("/api/v1/sampler/time").json().integer("data.ms") == 1);
}
