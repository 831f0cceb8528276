// Where handlers run, what they log with, and the record every request leaves.
#include <future>

#include "http/rules/access_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using http::Method;
using test::FakeExchange;
using test::PipelineFixture;

namespace {

http::Verdict begin(PipelineFixture& fixture, FakeExchange& exchange) {
    std::size_t body_size_max = 0;
    return fixture.pipeline().begin(exchange, body_size_max);
}

std::string lastLine(PipelineFixture& fixture) {
    REQUIRE(fixture.log.flush(std::chrono::seconds(10)));
    const auto lines = fixture.sink.lines();
    REQUIRE_FALSE(lines.empty());
    return lines.back();
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("inline and coroutine handlers run on the calling thread") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").mode = GENERATE(http::Mode::Inline, http::Mode::Async);
    std::thread::id ran_on;
    fixture.target.on_handle = [&](http::Exchange& exchange) {
        ran_on = std::this_thread::get_id();
        exchange.response.status = 200;
    };
    FakeExchange exchange("GET", "/notes");
    REQUIRE(begin(fixture, exchange) == http::Verdict::Continue);
    fixture.pipeline().dispatch(exchange);
    CHECK((ran_on == std::this_thread::get_id()));
    CHECK(exchange.complete_count == 1);
}

TEST_CASE("a blocking handler runs on the executor") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").mode = http::Mode::Blocking;
    std::thread::id ran_on;
    fixture.target.on_handle = [&](http::Exchange& exchange) {
        ran_on = std::this_thread::get_id();
        exchange.response.status = 200;
    };
    FakeExchange exchange("GET", "/notes");
    REQUIRE(begin(fixture, exchange) == http::Verdict::Continue);
    fixture.pipeline().dispatch(exchange);
    REQUIRE(exchange.waitForCompletion());
    CHECK((ran_on != std::thread::id()));
    CHECK((ran_on != std::this_thread::get_id()));
    fixture.executor.stop();
}

TEST_CASE("a full lane is answered 503 with Retry-After at once") {
    PipelineFixture fixture;  // One thread, room for one waiting work.
    fixture.route(Method::Get, "/notes").mode = http::Mode::Blocking;
    std::promise<void> started;
    std::promise<void> released;
    std::shared_future<void> release = released.get_future().share();
    bool is_first = true;
    fixture.target.on_handle = [&](http::Exchange& exchange) {
        if (std::exchange(is_first, false)) {
            started.set_value();
            release.wait();
        }
        exchange.response.status = 200;
    };
    FakeExchange running("GET", "/notes");
    FakeExchange waiting("GET", "/notes");
    FakeExchange refused("GET", "/notes");
    REQUIRE(begin(fixture, running) == http::Verdict::Continue);
    fixture.pipeline().dispatch(running);
    started.get_future().wait();
    REQUIRE(begin(fixture, waiting) == http::Verdict::Continue);
    fixture.pipeline().dispatch(waiting);
    REQUIRE(begin(fixture, refused) == http::Verdict::Continue);
    fixture.pipeline().dispatch(refused);
    CHECK(refused.complete_count == 1);
    CHECK(refused.response.status == 503);
    CHECK(refused.response.body == "SERVICE_UNAVAILABLE||");
    CHECK(refused.responseHeader("Retry-After") == "1");
    released.set_value();
    CHECK(running.waitForCompletion());
    CHECK(waiting.waitForCompletion());
    fixture.executor.stop();
}

TEST_CASE("a handler whose client left while it waited is not run") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").mode = http::Mode::Blocking;
    bool has_run = false;
    fixture.target.on_handle = [&](http::Exchange&) { has_run = true; };
    FakeExchange exchange("GET", "/notes");
    REQUIRE(begin(fixture, exchange) == http::Verdict::Continue);
    exchange.is_abandoned = true;
    fixture.pipeline().dispatch(exchange);
    REQUIRE(exchange.waitForCompletion());
    fixture.executor.stop();
    CHECK_FALSE(has_run);
}

TEST_CASE("what a handler logs carries the request, even after the exchange is gone") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{id}");
    auto exchange = std::make_unique<FakeExchange>("GET", "/notes/5");
    exchange->with("authorization", "Bearer good");
    fixture.target.on_handle = [&](http::Exchange& each) {
        each.request_id.assign(each.request_id.size(), 'x');  // As if the memory had another owner.
        fixture.log.info("note.shown");
    };
    REQUIRE(begin(fixture, *exchange) == http::Verdict::Continue);
    const std::string request_id = exchange->request_id;
    fixture.pipeline().dispatch(*exchange);
    const std::string line = lastLine(fixture);
    CHECK(contains(line, R"("request_id":")" + request_id + '"'));
    CHECK(contains(line, R"("user_id":"7")"));
    CHECK(contains(line, R"("method":"GET")"));
    CHECK(contains(line, R"("path":"/notes/5")"));
    CHECK(contains(line, R"("plugin":"notes")"));
}

TEST_CASE("the context of a handler ends with it") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(log::currentContext() == nullptr);
}

TEST_CASE("every request leaves one access record") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{id}");
    FakeExchange exchange("GET", "/notes/5");
    exchange.with("user-agent", "curl/8").with("authorization", "Bearer good");
    exchange.with("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    fixture.serve(exchange);
    const std::string request_id = exchange.request_id;
    fixture.pipeline().done(exchange, 42);
    const std::string line = lastLine(fixture);
    for (const std::string& part :
         {std::string(R"("event":"http_request")"), std::string(R"("timestamp":")"),
          std::string(R"("method":"GET")"), std::string(R"("path":"/notes/5")"),
          std::string(R"("status":200)"), std::string(R"("duration_ms":)"),
          std::string(R"("user_agent":"curl/8")"), R"("request_id":")" + request_id + '"',
          std::string(R"("route":"/notes/{id}")"), std::string(R"("user_id":"7")"),
          std::string(R"("bytes":42)"),
          std::string(R"("trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":")")}) {
        INFO(line);
        INFO(part);
        CHECK(contains(line, part));
    }
    CHECK(fixture.sink.lines().size() == 1);
}

TEST_CASE("a refused request leaves a record too") {
    PipelineFixture fixture;
    FakeExchange exchange("GET", "/a%2Fb");
    fixture.serve(exchange);
    fixture.pipeline().done(exchange, 0);
    const std::string line = lastLine(fixture);
    CHECK(contains(line, R"("status":400)"));
    CHECK(contains(line, R"("path":"/a%2Fb")"));
}

TEST_CASE("a client that left before its answer is recorded as 499") {
    PipelineFixture fixture;
    FakeExchange exchange("GET", "/notes");
    fixture.pipeline().done(exchange, 0);
    CHECK(contains(lastLine(fixture), R"("status":499)"));
}

TEST_CASE("a client that left while its handler ran is 499, whatever the handler said") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange("GET", "/notes");
    REQUIRE(begin(fixture, exchange) == http::Verdict::Continue);
    fixture.pipeline().dispatch(exchange);
    exchange.is_abandoned = true;
    fixture.pipeline().done(exchange, 0);
    CHECK(contains(lastLine(fixture), R"("status":499)"));
    CHECK(fixture.target.left == 1);
}

TEST_CASE("an exchange that was answered at its deadline by another one leaves no second record") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange("GET", "/notes");
    REQUIRE(begin(fixture, exchange) == http::Verdict::Continue);
    exchange.is_abandoned = true;
    exchange.deadline = exchange.started;
    fixture.pipeline().done(exchange, 0);
    REQUIRE(fixture.log.flush(std::chrono::seconds(10)));
    CHECK(fixture.sink.lines().empty());
    CHECK(fixture.target.left == 1);
}

TEST_CASE("the access log can be switched off") {
    PipelineFixture fixture;
    fixture.settings.access_log = false;
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    fixture.pipeline().done(exchange, 0);
    REQUIRE(fixture.log.flush(std::chrono::seconds(10)));
    CHECK(fixture.sink.lines().empty());
}
