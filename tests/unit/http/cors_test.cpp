// Cross-origin rules through the whole pipeline.
#include "http/rules/cors.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using test::FakeExchange;

TEST_CASE("an allowed origin is named in the answer with credentials") {
    test::PipelineFixture fixture;
    FakeExchange exchange("GET", "/nothing");
    exchange.with("origin", "http://localhost:3000");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("Access-Control-Allow-Origin") == "http://localhost:3000");
    CHECK(exchange.responseHeader("Access-Control-Allow-Credentials") == "true");
    CHECK(exchange.responseHeader("Vary") == "Origin");
}

TEST_CASE("another origin gets an answer without any access field but with Vary") {
    test::PipelineFixture fixture;
    for (const char* origin : {"https://localhost:3000", "http://localhost:30000",
                               "http://localhost:3000.evil.example", "null"}) {
        FakeExchange exchange("GET", "/nothing");
        exchange.with("origin", origin);
        fixture.serve(exchange);
        CHECK(exchange.responseHeader("Access-Control-Allow-Origin").empty());
        CHECK(exchange.responseHeader("Access-Control-Allow-Credentials").empty());
        CHECK(exchange.responseHeader("Vary") == "Origin");
    }
}

TEST_CASE("an answer to no origin at all varies by origin") {
    test::PipelineFixture fixture;
    FakeExchange exchange("GET", "/nothing");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("Vary") == "Origin");
}

TEST_CASE("a preflight is answered before routing") {
    test::PipelineFixture fixture;
    FakeExchange exchange("OPTIONS", "/not/routed");
    exchange.with("origin", "http://localhost:3000").with("access-control-request-method", "PATCH");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 204);
    CHECK(exchange.responseHeader("Access-Control-Allow-Origin") == "http://localhost:3000");
    CHECK(exchange.responseHeader("Access-Control-Allow-Methods") ==
          "GET, POST, PUT, PATCH, DELETE");
    CHECK(exchange.responseHeader("Access-Control-Allow-Headers") == "Authorization, Content-Type");
    CHECK(exchange.responseHeader("Access-Control-Max-Age") == "600");
    CHECK(exchange.responseHeader("X-Request-ID").size() == 12);
}

TEST_CASE("a preflight of another origin is answered without permissions") {
    test::PipelineFixture fixture;
    FakeExchange exchange("OPTIONS", "/not/routed");
    exchange.with("origin", "https://evil.example").with("access-control-request-method", "GET");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 204);
    CHECK(exchange.responseHeader("Access-Control-Allow-Methods").empty());
    CHECK(exchange.responseHeader("Access-Control-Allow-Origin").empty());
}

TEST_CASE("OPTIONS without a requested method is no preflight") {
    test::PipelineFixture fixture;
    FakeExchange exchange("OPTIONS", "/nothing");
    exchange.with("origin", "http://localhost:3000");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 404);
}

TEST_CASE("without credentials all origins may get the same answer") {
    test::PipelineFixture fixture;
    fixture.settings.cors.origins = {"*"};
    fixture.settings.cors.credentials = false;
    FakeExchange exchange("GET", "/nothing");
    exchange.with("origin", "https://anybody.example");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("Access-Control-Allow-Origin") == "*");
    CHECK(exchange.responseHeader("Access-Control-Allow-Credentials").empty());
    CHECK(exchange.responseHeader("Vary").empty());
}
