// Where a request comes from and what it calls the server: Host and Origin.
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;

namespace {

constexpr const char* kOrigin = "https://app.example.com";

Server& strictServer() {
    static Server server({.settings = {"--trusted.hosts=api.example.com,*.internal.example.com",
                                       "--cors.origins=" + std::string(kOrigin),
                                       "--plugins.disabled=auth,jobs,users"}});
    return server;
}

Answer ask(const Request& request) {
    HttpClient client = strictServer().client();
    return client.send(request);
}

Answer preflight(const std::string& origin) {
    return ask({.method = "OPTIONS",
                .target = "/api/v1/users",
                .headers = {{"Host", "api.example.com"},
                            {"Origin", origin},
                            {"Access-Control-Request-Method", "PATCH"},
                            {"Access-Control-Request-Headers", "authorization"}}});
}

}  // namespace

TEST_CASE("a host name that is not served here answers 400") {
    for (const char* host :
         {"evil.example.net", "127.0.0.1", "internal.example.com", "api.example.com.evil.net"}) {
        INFO("host: " << host);
        requireFailure(ask({.target = "/health", .headers = {{"Host", host}}}), 400,
                       "INVALID_HOST");
    }
}

TEST_CASE("a host name that is served here is taken with any port and letter case") {
    for (const char* host : {"api.example.com", "API.example.com:8443", "a.internal.example.com"}) {
        INFO("host: " << host);
        CHECK(ask({.target = "/health", .headers = {{"Host", host}}}).status == 200);
    }
}

TEST_CASE("a preflight of an allowed origin is answered before routing") {
    const Answer answer = preflight(kOrigin);
    CHECK(answer.status == 204);
    CHECK(answer.header("Access-Control-Allow-Origin") == kOrigin);
    CHECK(answer.header("Access-Control-Allow-Credentials") == "true");
    CHECK(answer.header("Access-Control-Allow-Methods") == "GET, POST, PUT, PATCH, DELETE");
    CHECK(answer.header("Access-Control-Allow-Headers") == "Authorization, Content-Type");
    requireStandardHeaders(answer);
}

TEST_CASE("a preflight of another origin gets no permission") {
    for (const char* origin : {"https://evil.example.net", "http://app.example.com", "null",
                               "https://app.example.com.evil.net"}) {
        INFO("origin: " << origin);
        const Answer answer = preflight(origin);
        CHECK(answer.status == 204);
        CHECK_FALSE(answer.hasHeader("Access-Control-Allow-Origin"));
        CHECK_FALSE(answer.hasHeader("Access-Control-Allow-Methods"));
    }
}

TEST_CASE("every answer says that it depends on the origin, errors too") {
    const Answer refused =
        ask({.target = "/nothing", .headers = {{"Host", "api.example.com"}, {"Origin", kOrigin}}});
    requireFailure(refused, 404, "NOT_FOUND");
    CHECK(refused.header("Access-Control-Allow-Origin") == kOrigin);
    CHECK(refused.header("Vary") == "Origin");
}

TEST_CASE("a request id is taken from trusted proxies only") {
    const Answer answer =
        ask({.target = "/health",
             .headers = {{"Host", "api.example.com"}, {"X-Request-ID", "chosen-by-client"}}});
    CHECK(answer.header("X-Request-ID") != "chosen-by-client");
    Server behind_proxy(
        {.settings = {"--trusted.proxies=127.0.0.0/8", "--plugins.disabled=auth,jobs,users"}});
    HttpClient client = behind_proxy.client();
    CHECK(client.send({.target = "/health", .headers = {{"X-Request-ID", "chosen-by-proxy"}}})
              .header("X-Request-ID") == "chosen-by-proxy");
}
