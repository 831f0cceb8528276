// Spans of a real host at a collector with a real socket.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/collector.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;
using namespace std::chrono_literals;

namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kClientSpan = "b7ad6b7169203331";

constexpr int kInternal = 1;
constexpr int kServer = 2;
constexpr int kClient = 3;
constexpr int kConsumer = 5;

ServerOptions sendingTo(const Collector& collector) {
    ServerOptions options;
    options.settings = {"--trace.otlp_url=" + collector.url()};
    return options;
}

Headers traced(const std::string& trace, const std::string& flags = "01") {
    return {{"traceparent", "00-" + trace + "-" + kClientSpan + "-" + flags},
            {"tracestate", "foo=1"}};
}

ReceivedSpan need(Collector& collector, const std::string& trace, const std::string& name) {
    INFO(name);
    const auto found = collector.await(
        [&](const ReceivedSpan& span) { return span.trace_id == trace && span.name == name; });
    REQUIRE(found);
    return *found;
}

bool isInside(const ReceivedSpan& inner, const ReceivedSpan& outer) {
    return inner.started_ns >= outer.started_ns - 1'000'000 && inner.ended_ns <= outer.ended_ns &&
           inner.started_ns <= inner.ended_ns;
}

}  // namespace

TEST_CASE("the spans of a request, its operation and its statements form one chain") {
    Collector collector;
    Server server(sendingTo(collector));
    HttpClient client = server.client();
    const Account account = registerAccount(client);
    const Answer answer = client.send({.method = "POST",
                                       .target = "/api/v1/auth/login?from=test",
                                       .body = loginBody(account.email),
                                       .headers = traced(kTrace)});
    REQUIRE(answer.status == 201);

    const ReceivedSpan request = need(collector, kTrace, "POST /api/v1/auth/login");
    CHECK(request.parent_id == kClientSpan);
    CHECK(request.kind == kServer);
    CHECK(request.trace_state == "foo=1");
    CHECK(request.status == 0);
    CHECK(request.attribute("http.request.method") == "POST");
    CHECK(request.attribute("http.route") == "/api/v1/auth/login");
    CHECK(request.attribute("url.path") == "/api/v1/auth/login");
    CHECK(request.attribute("http.response.status_code") == "201");
    CHECK(request.attribute("mortise.plugin") == "auth");

    const ReceivedSpan operation = need(collector, kTrace, "users.verify_credentials");
    CHECK(operation.parent_id == request.span_id);
    CHECK(operation.kind == kInternal);
    CHECK(operation.attribute("mortise.plugin") == "users");
    CHECK(operation.attribute("mortise.caller") == "auth");
    CHECK(isInside(operation, request));

    const auto statement = collector.await([&](const ReceivedSpan& span) {
        return span.trace_id == kTrace && span.parent_id == operation.span_id;
    });
    REQUIRE(statement);
    CHECK(statement->kind == kClient);
    CHECK(statement->attribute("db.system.name") == "postgresql");
    CHECK(statement->attribute("db.query.summary") == statement->name);
    CHECK(isInside(*statement, operation));

    for (const std::string& body : collector.bodies()) {
        CHECK(body.find(account.email) == std::string::npos);
        CHECK(body.find("from=test") == std::string::npos);
    }
}

TEST_CASE("records of a request name its trace and its span") {
    Collector collector;
    Server server(sendingTo(collector));
    HttpClient client = server.client();
    REQUIRE(client.send({.target = "/api/v1/users/0", .headers = traced(kTrace)}).status == 401);
    const ReceivedSpan request = need(collector, kTrace, "GET /api/v1/users/{user_id}");
    CHECK(request.attribute("http.response.status_code") == "401");
    CHECK(request.status == 0);
    REQUIRE(within(10s, [&] { return !server.events("http_request").empty(); }));
    bool is_found = false;
    for (const Json& record : server.events("http_request")) {
        is_found |= record.text("trace_id") == kTrace && record.text("span_id") == request.span_id;
    }
    CHECK(is_found);
}

TEST_CASE("a request that a client does not want traced leaves no span") {
    Collector collector;
    Server server(sendingTo(collector));
    HttpClient client = server.client();
    const std::string silent(32, 'a');
    REQUIRE(client.send({.target = "/health", .headers = traced(silent, "00")}).status == 200);
    REQUIRE(client.send({.target = "/health", .headers = traced(kTrace)}).status == 200);
    CHECK(server.stop() == 0);
    bool is_traced = false;
    for (const ReceivedSpan& span : collector.spans()) {
        CHECK(span.trace_id != silent);
        is_traced |= span.trace_id == kTrace;
    }
    CHECK(is_traced);  // Sent by the shutdown at the latest.
}

TEST_CASE("a ratio of 0 keeps no trace that begins here") {
    Collector collector;
    ServerOptions options = sendingTo(collector);
    options.settings.emplace_back("--trace.sample_ratio=0");
    Server server(options);
    REQUIRE(server.client().get("/health").status == 200);
    CHECK(server.stop() == 0);
    CHECK(collector.spans().empty());
}

TEST_CASE("an attempt of a job is the first span of a trace") {
    Collector collector;
    Server server(sendingTo(collector));
    HttpClient client = server.client();
    const Account admin = logInAdmin(client);
    const Answer answer = client.post(
        "/api/v1/jobs", R"({"job_type":"demo.sleep","args":{"seconds":0}})", admin.access_token);
    INFO(answer.body);
    REQUIRE(answer.status / 100 == 2);
    const auto job =
        collector.await([](const ReceivedSpan& span) { return span.name == "job demo.sleep"; });
    REQUIRE(job);
    CHECK(job->kind == kConsumer);
    CHECK(job->parent_id.empty());
    CHECK(job->attribute("mortise.job_attempt") == "1");
}

TEST_CASE("a collector that is away costs a warning and no request") {
    std::string url;
    {
        const Collector gone;
        url = gone.url();
    }
    ServerOptions options;
    options.settings = {"--trace.otlp_url=" + url};
    Server server(options);
    HttpClient client = server.client();
    REQUIRE(client.get("/health").status == 200);
    CHECK(within(20s, [&] { return server.events("trace.export_failed").size() == 1; }));
    CHECK(client.get("/health").status == 200);
    const std::string metrics = client.get("/metrics").body;
    CHECK(metrics.find("\nmortise_trace_spans_exported_total 0") != std::string::npos);
    CHECK(server.stop() == 0);
}

TEST_CASE("spans of a plugin stand between its request and its statements, in a coroutine too") {
    Collector collector;
    Server server(sendingTo(collector));
    server.apply(testPluginFile("sampler"));
    HttpClient client = server.client();
    const Answer answer =
        client.send({.target = "/api/v1/sampler/price", .headers = traced(kTrace)});
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    CHECK(answer.json().integer("data.amount") == 7);
    const ReceivedSpan request = need(collector, kTrace, "GET /api/v1/sampler/price");
    const ReceivedSpan price = need(collector, kTrace, "price");
    const ReceivedSpan round = need(collector, kTrace, "round");
    const ReceivedSpan statement = need(collector, kTrace, "price_find");
    CHECK(price.parent_id == request.span_id);
    CHECK(round.parent_id == price.span_id);
    CHECK(statement.parent_id == price.span_id);
    CHECK(price.kind == kClient);
    CHECK(price.attribute("items") == "3");
    CHECK(price.attribute("gift") == "true");
    CHECK(price.attribute("kind") == "book");
    CHECK(price.attribute("mortise.plugin") == "sampler");
    CHECK(price.attribute("error.type") == "TOO_CHEAP");
    CHECK(price.attribute("mortise.unended").empty());
    CHECK(price.status == 2);
    CHECK(isInside(price, request));
    CHECK(isInside(statement, price));
    CHECK(answer.json().text("data.traceparent") == "00-" + kTrace + "-" + round.span_id + "-01");
    CHECK(answer.json().text("data.tracestate") == "foo=1");
}

TEST_CASE("a span that is not ended ends with its unit of work, and its handle does nothing then") {
    Collector collector;
    Server server(sendingTo(collector));
    server.apply(testPluginFile("sampler"));
    HttpClient client = server.client();
    const Request request{.target = "/api/v1/sampler/forgetful", .headers = traced(kTrace)};
    REQUIRE(client.send(request).json().integer("data.ms") == 1);
    const ReceivedSpan kept = need(collector, kTrace, "kept");
    CHECK(kept.attribute("mortise.unended") == "true");
    REQUIRE(client.send(request).status == 200);
    CHECK(server.stop() == 0);
    int count = 0;
    for (const ReceivedSpan& span : collector.spans()) {
        count += span.name == "kept" ? 1 : 0;
        CHECK(span.attribute("late").empty());
    }
    CHECK(count == 2);
}

TEST_CASE("without a collector a plugin's spans are none, and its traceparent is one") {
    Server server;
    server.apply(testPluginFile("sampler"));
    HttpClient client = server.client();
    const Answer answer =
        client.send({.target = "/api/v1/sampler/price", .headers = traced(kTrace)});
    REQUIRE(answer.status == 200);
    CHECK(answer.json().text("data.traceparent").starts_with("00-" + kTrace + "-"));
    CHECK(client.send({.target = "/api/v1/sampler/forgetful"}).json().integer("data.ms") == 0);
}
