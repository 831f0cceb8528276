// The rules of a request in their order: context, routing, headers, dispatch, end.
#include "http/standard_pipeline.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using http::Method;
using test::FakeExchange;
using test::PipelineFixture;

TEST_CASE("every answer carries the six security headers and the time, errors too") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    const char* target = GENERATE("/notes", "/nothing", "/%zz");
    FakeExchange exchange("GET", target);
    exchange.secure = true;
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("X-Content-Type-Options") == "nosniff");
    CHECK(exchange.responseHeader("X-Frame-Options") == "DENY");
    CHECK(exchange.responseHeader("X-XSS-Protection") == "1; mode=block");
    CHECK(exchange.responseHeader("Strict-Transport-Security") ==
          "max-age=31536000; includeSubDomains");
    CHECK(exchange.responseHeader("Content-Security-Policy") == "default-src 'self'");
    CHECK(exchange.responseHeader("Referrer-Policy") == "strict-origin-when-cross-origin");
    const std::string time = exchange.responseHeader("X-Process-Time-Ms");
    REQUIRE(time.size() >= 3);
    CHECK(time[time.size() - 2] == '.');
    CHECK(time.find_first_not_of("0123456789.") == std::string::npos);
}

TEST_CASE("Strict-Transport-Security is for https, or always when configured") {
    PipelineFixture fixture;
    fixture.settings.hsts_always = GENERATE(false, true);
    FakeExchange exchange;
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("Strict-Transport-Security").empty() !=
          fixture.settings.hsts_always);
}

TEST_CASE("a route may replace the content security policy") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/docs").content_security_policy = "default-src 'none'";
    FakeExchange exchange("GET", "/docs");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("Content-Security-Policy") == "default-src 'none'");
}

TEST_CASE("a handler cannot double or replace a standard header") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.on_handle = [](http::Exchange& exchange) {
        exchange.response.status = 200;
        exchange.response.headers = {
            {"x-frame-options", "ALLOWALL"}, {"Server", "secret/1.0"}, {"Content-Length", "3"},
            {"X-Bad", "a\r\nX-Injected: b"}, {"Bad Name", "x"},        {"X-Good", "kept"}};
    };
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("X-Frame-Options") == "DENY");
    for (const char* name : {"x-frame-options", "Server", "Content-Length", "X-Bad", "Bad Name"}) {
        INFO(name);
        CHECK(exchange.responseHeader(name).empty());
    }
    CHECK(exchange.responseHeader("X-Good") == "kept");
}

TEST_CASE("an unknown path is 404 and a target that makes no sense is 400") {
    PipelineFixture fixture;
    FakeExchange unknown("GET", "/nothing");
    fixture.serve(unknown);
    CHECK(unknown.response.status == 404);
    CHECK(unknown.response.body == "NOT_FOUND||");
    FakeExchange broken("GET", "/a%2Fb");
    fixture.serve(broken);
    CHECK(broken.response.status == 400);
    CHECK(broken.response.body == "BAD_REQUEST||");
}

TEST_CASE("a known path with another method is 405 with Allow") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.route(Method::Post, "/notes");
    FakeExchange exchange(GENERATE("DELETE", "PROPFIND"), "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 405);
    CHECK(exchange.response.body == "METHOD_NOT_ALLOWED||");
    CHECK(exchange.responseHeader("Allow") == "GET, HEAD, POST, OPTIONS");
}

TEST_CASE("OPTIONS is answered by the host with Allow") {
    PipelineFixture fixture;
    fixture.route(Method::Post, "/notes");
    FakeExchange exchange("OPTIONS", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 204);
    CHECK(exchange.responseHeader("Allow") == "POST, OPTIONS");
    FakeExchange server("OPTIONS", "*");
    fixture.serve(server);
    CHECK(server.response.status == 204);
    CHECK_FALSE(server.responseHeader("Allow").empty());
}

TEST_CASE("the asterisk is a target for OPTIONS only") {
    PipelineFixture fixture;
    FakeExchange exchange("GET", "*");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 400);
}

TEST_CASE("HEAD runs the GET handler and keeps its headers") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.on_handle = [](http::Exchange& exchange) {
        exchange.response.status = 200;
        exchange.response.content_type = "application/json";
        exchange.response.body = "{}";
        exchange.response.headers.emplace_back("ETag", "\"1\"");
    };
    FakeExchange exchange("HEAD", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 200);
    CHECK(exchange.response.content_type == "application/json");
    CHECK(exchange.response.payload() == "{}");  // The connection sends its size, not its bytes.
    CHECK(exchange.responseHeader("ETag") == "\"1\"");
}

TEST_CASE("a handler sees the decoded path, its parameters and the query as sent") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{title}");
    std::string seen;
    fixture.target.on_handle = [&seen](http::Exchange& exchange) {
        seen = std::string(exchange.path) + "|" + std::string(exchange.path_params[0].value) + "|" +
               std::string(exchange.query);
        exchange.response.status = 200;
    };
    FakeExchange exchange("GET", "/x/../notes/buy%20milk?q=%20");
    fixture.serve(exchange);
    CHECK(seen == "/notes/buy milk|buy milk|q=%20");
    fixture.pipeline().done(exchange, 0);
}

TEST_CASE("a path parameter that does not fit its type is 422 with the field") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{note_id:int}/{job_id:uuid}");
    FakeExchange exchange("GET", "/notes/abc/5");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 422);
    CHECK(exchange.response.body ==
          R"(VALIDATION_ERROR||{"note_id":["Must be an integer"],"job_id":["Must be a UUID"]})");
    FakeExchange good("GET", "/notes/5/0190163d-8694-739b-aea5-966c26f8ad91");
    fixture.serve(good);
    CHECK(good.response.status == 200);
}

TEST_CASE("a target is left once for every time it was entered, also when the request is refused") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").roles = {"admin"};
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 401);
    CHECK(fixture.target.entered == 1);
    CHECK(fixture.target.left == 0);
    fixture.pipeline().done(exchange, 0);
    CHECK(fixture.target.left == 1);
    CHECK(exchange.route == nullptr);
}

TEST_CASE("a target that no longer serves is looked up once more") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.is_serving = false;
    int look_ups = 0;
    fixture.target.on_enter = [&] { fixture.target.is_serving = ++look_ups == 2; };
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 200);
}

TEST_CASE("a route without a serving target is 503 with Retry-After") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{id}");
    fixture.target.is_serving = false;
    FakeExchange exchange("GET", "/notes/1");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 503);
    CHECK(exchange.response.body == "SERVICE_UNAVAILABLE||");
    CHECK(exchange.responseHeader("Retry-After") == "1");
    CHECK(exchange.path_params.empty());
    fixture.pipeline().done(exchange, 0);
    CHECK(fixture.target.left == 0);
}

TEST_CASE("before the first table everything is 503") {
    PipelineFixture fixture;
    fixture.pipeline();
    fixture.tables.table.reset();
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 503);
}

TEST_CASE("a route's own deadline replaces the server's") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/slow").deadline = std::chrono::seconds(90);
    fixture.route(Method::Get, "/notes");
    FakeExchange slow("GET", "/slow");
    slow.deadline = slow.started + std::chrono::seconds(5);
    fixture.serve(slow);
    CHECK(slow.deadline == slow.started + std::chrono::seconds(90));
    FakeExchange given("GET", "/notes");
    given.deadline = given.started + std::chrono::seconds(5);
    fixture.serve(given);
    CHECK(given.deadline == given.started + std::chrono::seconds(5));
    FakeExchange none("GET", "/notes");
    fixture.serve(none);
    CHECK(none.deadline == none.started + fixture.settings.request_deadline);
}

TEST_CASE("what the connection rejects gets id and headers without having begun") {
    PipelineFixture fixture;
    FakeExchange exchange("GET", "");
    fixture.pipeline().reject(exchange, 431, "HEADERS_TOO_LARGE");
    fixture.pipeline().finish(exchange);
    CHECK(exchange.response.status == 431);
    CHECK(exchange.response.body == "HEADERS_TOO_LARGE||");
    CHECK(exchange.responseHeader("X-Request-ID").size() == 12);
    CHECK(exchange.responseHeader("Referrer-Policy") == "strict-origin-when-cross-origin");
    fixture.pipeline().done(exchange, 0);
}

TEST_CASE("a handler that stages nothing is answered 500") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.on_handle = [](http::Exchange&) {};
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 500);
    CHECK(exchange.response.body == "INTERNAL_ERROR||");
}

TEST_CASE("an error without a body gets the envelope of its status") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.on_handle = [](http::Exchange& exchange) { exchange.response.status = 409; };
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 409);
    CHECK(exchange.response.body == "||");
}

TEST_CASE("204 and 304 carry no body") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    const int status = GENERATE(204, 304);
    fixture.target.on_handle = [status](http::Exchange& exchange) {
        exchange.response.status = status;
        exchange.response.content_type = "text/plain";
        exchange.response.body = "left over";
    };
    FakeExchange exchange("GET", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.payload().empty());
    CHECK(exchange.response.content_type.empty());
}

TEST_CASE("the pipeline drains when the gate does") {
    PipelineFixture fixture;
    CHECK_FALSE(fixture.pipeline().isDraining());
    fixture.gate.advance(lifecycle::State::Draining);
    CHECK(fixture.pipeline().isDraining());
}

TEST_CASE("nothing of a request stays for the next one on the same exchange") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes/{id}");
    FakeExchange exchange("GET", "/notes/%41");
    exchange.with("authorization", "Bearer good");
    fixture.serve(exchange);
    fixture.pipeline().done(exchange, 0);
    CHECK(exchange.principal == nullptr);
    CHECK(exchange.request_id.empty());
    CHECK(exchange.path.empty());
    CHECK(exchange.path_params.empty());
}
