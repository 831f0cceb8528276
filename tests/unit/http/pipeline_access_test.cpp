// Who may call a route, and what a request may bring.
#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using http::Method;
using test::FakeExchange;
using test::PipelineFixture;

namespace {

/// Serves GET /notes with `authorization`, "" for none.
void serve(PipelineFixture& fixture, FakeExchange& exchange, std::string_view authorization) {
    exchange.target = "/notes";
    if (!authorization.empty()) {
        exchange.with("authorization", authorization);
    }
    fixture.serve(exchange);
}

}  // namespace

TEST_CASE("a public route serves anybody") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange;
    serve(fixture, exchange, GENERATE("", "Basic dXNlcjpwYXNz"));
    CHECK(exchange.response.status == 200);
    CHECK(exchange.principal == nullptr);
    CHECK(exchange.responseHeader("Cache-Control").empty());
}

TEST_CASE("the fields of a route stand in every answer of it, whoever gave it") {
    PipelineFixture fixture;
    http::Route& route = fixture.route(Method::Get, "/notes");
    route.headers = {{"Deprecation", "@1"}};
    route.access = http::Access::User;
    route.roles = {GENERATE("editor", "admin")};
    fixture.route(Method::Get, "/other");
    FakeExchange exchange;
    serve(fixture, exchange, GENERATE("", "Bearer good", "Bearer bad", "Bearer early"));
    CHECK(exchange.responseHeader("Deprecation") == "@1");
    FakeExchange other;
    other.target = "/other";
    fixture.serve(other);
    CHECK(other.responseHeader("Deprecation").empty());
}

TEST_CASE("a public route knows the user of a good token") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange;
    serve(fixture, exchange, GENERATE("Bearer good", "bearer  good"));
    CHECK(exchange.response.status == 200);
    REQUIRE(exchange.principal);
    CHECK(exchange.principal->subject == "7");
}

TEST_CASE("a bad token is 401 on every route, public ones too") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").access =
        GENERATE(http::Access::Public, http::Access::User);
    const auto [authorization, code] = GENERATE(table<const char*, const char*>({
        {"Bearer forged", "INVALID_TOKEN||"},
        {"Bearer", "INVALID_TOKEN||"},
        {"Bearer ", "INVALID_TOKEN||"},
        {"Bearer old", "TOKEN_EXPIRED||"},
    }));
    FakeExchange exchange;
    serve(fixture, exchange, authorization);
    CHECK(exchange.response.status == 401);
    CHECK(exchange.response.body == code);
    CHECK(exchange.responseHeader("WWW-Authenticate") == "Bearer");
    CHECK(fixture.target.left == 0);
}

TEST_CASE("a token that nobody can judge yet is 503, not 401") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").access =
        GENERATE(http::Access::Public, http::Access::User);
    FakeExchange exchange;
    serve(fixture, exchange, "Bearer early");
    CHECK(exchange.response.status == 503);
    CHECK(exchange.response.body == "SERVICE_UNAVAILABLE||");
    CHECK_FALSE(exchange.responseHeader("Retry-After").empty());
}

TEST_CASE("an anonymous route does not look at tokens") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").access = http::Access::Anonymous;
    FakeExchange exchange;
    serve(fixture, exchange,
          GENERATE("Bearer forged", "Bearer old", "Bearer early", "Bearer good"));
    CHECK(exchange.response.status == 200);
    CHECK(exchange.principal == nullptr);
}

TEST_CASE("roles mean a user, whatever the access says") {
    PipelineFixture fixture;
    auto& route = fixture.route(Method::Get, "/notes");
    route.access = http::Access::Anonymous;
    route.roles = {"editor"};
    FakeExchange nobody;
    serve(fixture, nobody, "");
    CHECK(nobody.response.status == 401);
    FakeExchange forged;
    serve(fixture, forged, "Bearer forged");
    CHECK(forged.response.status == 401);
}

TEST_CASE("a route for users without a token is 401") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").access = http::Access::User;
    FakeExchange exchange;
    serve(fixture, exchange, GENERATE("", "Basic dXNlcjpwYXNz", "Bearers good"));
    CHECK(exchange.response.status == 401);
    CHECK(exchange.response.body == "NOT_AUTHENTICATED||");
    CHECK(exchange.responseHeader("WWW-Authenticate") == "Bearer");
}

TEST_CASE("a 401 of a handler carries WWW-Authenticate too") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    fixture.target.on_handle = [](http::Exchange& exchange) {
        exchange.response.status = 401;
        exchange.response.body = "x";
    };
    FakeExchange exchange;
    serve(fixture, exchange, "");
    CHECK(exchange.responseHeader("WWW-Authenticate") == "Bearer");
}

TEST_CASE("one of the roles is enough") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").roles = {"admin", "editor"};
    FakeExchange exchange;
    serve(fixture, exchange, "Bearer good");
    CHECK(exchange.response.status == 200);
}

TEST_CASE("without any of the roles a user is 403") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").roles = {"admin"};
    FakeExchange exchange;
    serve(fixture, exchange, "Bearer good");
    CHECK(exchange.response.status == 403);
    CHECK(exchange.response.body == "FORBIDDEN||");
}

TEST_CASE("all of the scopes are needed") {
    PipelineFixture fixture;
    const bool needs_write = GENERATE(false, true);
    auto& scopes = fixture.route(Method::Get, "/notes").scopes;
    scopes = {"notes:read"};
    if (needs_write) {
        scopes.emplace_back("notes:write");
    }
    FakeExchange exchange;
    serve(fixture, exchange, "Bearer good");
    CHECK(exchange.response.status == (needs_write ? 403 : 200));
}

TEST_CASE("roles on a public route still need a user") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes").roles = {"editor"};
    FakeExchange exchange;
    serve(fixture, exchange, "");
    CHECK(exchange.response.status == 401);
}

TEST_CASE("an answer to a user is not stored unless the handler says how") {
    PipelineFixture fixture;
    fixture.route(Method::Get, "/notes");
    FakeExchange exchange;
    serve(fixture, exchange, "Bearer good");
    CHECK(exchange.responseHeader("Cache-Control") == "no-store");
    fixture.target.on_handle = [](http::Exchange& each) {
        each.response.status = 200;
        each.response.headers.emplace_back("cache-control", "private, max-age=60");
    };
    FakeExchange cached;
    serve(fixture, cached, "Bearer good");
    CHECK(cached.responseHeader("Cache-Control").empty());
    CHECK(cached.responseHeader("cache-control") == "private, max-age=60");
}

TEST_CASE("the body limit is the route's, else the server's") {
    PipelineFixture fixture;
    fixture.settings.body_size_max = 1000;
    fixture.route(Method::Post, "/notes");
    fixture.route(Method::Post, "/small").body_size_max = 10;
    fixture.route(Method::Post, "/huge").body_size_max = limits::kBodySizeCeiling * 2;
    const auto limitOf = [&](std::string_view target) {
        FakeExchange exchange("POST", target);
        std::size_t body_size_max = 0;
        REQUIRE(fixture.pipeline().begin(exchange, body_size_max) == http::Verdict::Continue);
        return body_size_max;
    };
    CHECK(limitOf("/notes") == 1000);
    CHECK(limitOf("/small") == 10);
    CHECK(limitOf("/huge") == limits::kBodySizeCeiling);
}

TEST_CASE("a body that announces itself as too large is 413 before it is read") {
    PipelineFixture fixture;
    fixture.route(Method::Post, "/notes").body_size_max = 10;
    FakeExchange exchange("POST", "/notes");
    exchange.with("content-length", "11");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 413);
    CHECK(exchange.response.body == "PAYLOAD_TOO_LARGE||");
}

TEST_CASE("a body of a type the route does not take is 415") {
    PipelineFixture fixture;
    http::Route& route = fixture.route(Method::Post, "/notes");
    route.takes_json = true;
    route.takes_form = GENERATE(false, true);
    enum class Kind { Json, Form, Other };
    const auto [type, kind] = GENERATE(table<const char*, Kind>({
        {"application/json", Kind::Json},
        {"Application/JSON; charset=UTF-8", Kind::Json},
        {"application/json; charset=\"utf-8\"", Kind::Json},
        {"application/merge-patch+json", Kind::Json},
        {"application/json; charset=latin1", Kind::Other},
        {"application/jsonx", Kind::Other},
        {"text/json", Kind::Other},
        {"text/plain", Kind::Other},
        {"application/x-www-form-urlencoded", Kind::Form},
        {"multipart/form-data; boundary=a", Kind::Other},
        {"", Kind::Other},
    }));
    INFO(type);
    FakeExchange exchange("POST", "/notes");
    exchange.with("content-length", "2").with("content-type", type);
    fixture.serve(exchange);
    const bool is_taken = kind == Kind::Json || (kind == Kind::Form && route.takes_form);
    CHECK(exchange.response.status == (is_taken ? 200 : 415));
}

TEST_CASE("a route that takes files takes multipart forms and nothing else") {
    PipelineFixture fixture;
    fixture.route(Method::Post, "/notes").takes_multipart = true;
    const auto [type, status] = GENERATE(table<const char*, int>({
        {"multipart/form-data; boundary=a", 200},
        {"Multipart/Form-Data", 200},
        {"multipart/mixed; boundary=a", 415},
        {"multipart/form-datax; boundary=a", 415},
        {"application/json", 415},
        {"application/x-www-form-urlencoded", 415},
        {"", 415},
    }));
    INFO(type);
    FakeExchange exchange("POST", "/notes");
    exchange.with("content-length", "2").with("content-type", type);
    fixture.serve(exchange);
    CHECK(exchange.response.status == status);
}

TEST_CASE("a chunked body needs its content type too") {
    PipelineFixture fixture;
    fixture.route(Method::Post, "/notes").takes_json = true;
    FakeExchange exchange("POST", "/notes");
    exchange.with("transfer-encoding", "chunked");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 415);
    CHECK(exchange.response.body == "UNSUPPORTED_MEDIA_TYPE||");
}

TEST_CASE("a route that takes no body does not ask for its type") {
    PipelineFixture fixture;
    fixture.route(Method::Post, "/notes");
    FakeExchange exchange("POST", "/notes");
    exchange.with("content-length", "2").with("content-type", "text/plain");
    fixture.serve(exchange);
    CHECK(exchange.response.status == 200);
}

TEST_CASE("a required body that is missing is 400, an optional one is not") {
    PipelineFixture fixture;
    http::Route& route = fixture.route(Method::Post, "/notes");
    route.takes_json = true;
    route.body_optional = GENERATE(false, true);
    FakeExchange exchange("POST", "/notes");
    fixture.serve(exchange);
    CHECK(exchange.response.status == (route.body_optional ? 200 : 400));
    CHECK(exchange.complete_count == 1);
}
