// Who is believed: names in Host, proxies in front, request ids from outside.
#include "http/rules/trust.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/http/pipeline_fixture.hpp"

using namespace mortise;
using test::FakeExchange;

TEST_CASE("a host is accepted exactly or below a wildcard") {
    const http::TrustedHosts hosts({"api.example.com", "*.example.org"});
    CHECK(hosts.accepts("api.example.com"));
    CHECK(hosts.accepts("API.Example.COM"));
    CHECK(hosts.accepts("api.example.com."));
    CHECK(hosts.accepts("a.b.example.org"));
    for (const char* host : {"example.org", ".example.org", "example.com", "xapi.example.com",
                             "api.example.com.evil.example", "evilexample.org", ""}) {
        INFO(host);
        CHECK_FALSE(hosts.accepts(host));
    }
}

TEST_CASE("a foreign host is answered 400 with every standard header") {
    test::PipelineFixture fixture;
    fixture.settings.allowed_hosts = {"other.example.com"};
    FakeExchange exchange;
    fixture.serve(exchange);
    CHECK(exchange.response.status == 400);
    CHECK(exchange.response.body == "INVALID_HOST||");
    CHECK(exchange.responseHeader("X-Request-ID").size() == 12);
    CHECK(exchange.responseHeader("X-Frame-Options") == "DENY");
}

TEST_CASE("the authority of an absolute target is what must be trusted") {
    test::PipelineFixture fixture;
    fixture.settings.allowed_hosts = {"api.example.com"};
    FakeExchange exchange("GET", "http://evil.example/");
    fixture.serve(exchange);
    CHECK(exchange.response.body == "INVALID_HOST||");
}

TEST_CASE("a malformed host is refused even where all are accepted") {
    test::PipelineFixture fixture;
    FakeExchange exchange;
    exchange.headers[0].value = "a b";
    fixture.serve(exchange);
    CHECK(exchange.response.body == "BAD_REQUEST||");
}

TEST_CASE("a proxy is trusted by address or block in either spelling") {
    const http::TrustedProxies proxies({"10.0.0.0/9", "192.0.2.7", "2001:db8::/33"});
    CHECK(proxies.trusts("10.127.1.1"));
    CHECK(proxies.trusts("::ffff:10.0.0.1"));
    CHECK(proxies.trusts("192.0.2.7"));
    CHECK(proxies.trusts("2001:db8:7fff::1"));
    CHECK_FALSE(proxies.trusts("10.128.0.1"));
    CHECK_FALSE(proxies.trusts("192.0.2.8"));
    CHECK_FALSE(proxies.trusts("2001:db8:8000::1"));
    CHECK_FALSE(proxies.trusts("nonsense"));
    CHECK_FALSE(proxies.trusts(""));
}

TEST_CASE("forwarded fields of a peer nobody trusts mean nothing") {
    const http::TrustedProxies proxies({});
    FakeExchange exchange;
    exchange.with("x-forwarded-for", "198.51.100.1").with("x-forwarded-proto", "https");
    proxies.apply(exchange);
    CHECK(exchange.client_address == "192.0.2.7");
    CHECK_FALSE(exchange.secure);
}

TEST_CASE("the client is the first address from the right that is no trusted proxy") {
    const http::TrustedProxies proxies({"192.0.2.0/24", "10.0.0.0/8"});
    const auto [field, client] = GENERATE(table<const char*, const char*>({
        {"198.51.100.1", "198.51.100.1"},
        {"1.1.1.1, 198.51.100.1, 10.0.0.5", "198.51.100.1"},
        {"1.1.1.1,198.51.100.1:4711", "198.51.100.1"},
        {"[2001:db8::1]:80", "2001:db8::1"},
        {"2001:db8::1", "2001:db8::1"},
        {"10.0.0.9, 10.0.0.5", "10.0.0.9"},
        {"unknown, 10.0.0.5", "10.0.0.5"},
        {"nonsense", "192.0.2.7"},
        {"", "192.0.2.7"},
    }));
    INFO(field);
    FakeExchange exchange;
    exchange.with("x-forwarded-for", field);
    proxies.apply(exchange);
    CHECK(exchange.client_address == client);
}

TEST_CASE("several X-Forwarded-For fields are one list") {
    const http::TrustedProxies proxies({"192.0.2.7", "10.0.0.5"});
    FakeExchange exchange;
    exchange.with("x-forwarded-for", "198.51.100.1").with("x-forwarded-for", "10.0.0.5");
    proxies.apply(exchange);
    CHECK(exchange.client_address == "198.51.100.1");
}

TEST_CASE("a trusted proxy says whether the client came over https") {
    const http::TrustedProxies proxies({"*"});
    FakeExchange exchange;
    exchange.with("x-forwarded-proto", "http, HTTPS");
    proxies.apply(exchange);
    CHECK(exchange.secure);
}

TEST_CASE("a request id is twelve lower-case hexadecimal digits and new each time") {
    test::PipelineFixture fixture;
    FakeExchange first;
    FakeExchange second;
    fixture.serve(first);
    fixture.serve(second);
    const std::string id = first.responseHeader("X-Request-ID");
    CHECK(id.size() == 12);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(id != second.responseHeader("X-Request-ID"));
    CHECK(id == first.request_id);
}

TEST_CASE("a request id from a trusted proxy stays") {
    test::PipelineFixture fixture;
    fixture.settings.trusted_proxies = {"192.0.2.7"};
    FakeExchange exchange;
    exchange.with("x-request-id", "Edge_1.a-B");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("X-Request-ID") == "Edge_1.a-B");
}

TEST_CASE("a request id from anybody else is replaced") {
    test::PipelineFixture fixture;
    FakeExchange exchange;
    exchange.with("x-request-id", "mine");
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("X-Request-ID") != "mine");
}

TEST_CASE("a request id outside its grammar is replaced, whoever sent it") {
    test::PipelineFixture fixture;
    fixture.settings.trusted_proxies = {"*"};
    const std::string id = GENERATE(std::string("a b"), std::string("a\"b"), std::string(65, 'a'));
    FakeExchange exchange;
    exchange.with("x-request-id", id);
    fixture.serve(exchange);
    CHECK(exchange.responseHeader("X-Request-ID").size() == 12);
}
