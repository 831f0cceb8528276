// Requests that are wrong before any route is asked: the bytes of HTTP, sizes, time, and the
// target.
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/refusals_server.hpp"

using namespace mortise::test;

namespace {

Answer sendRaw(std::string_view bytes) {
    HttpClient client = refusalsServer().client();
    return client.sendRaw(bytes);
}

}  // namespace

TEST_CASE("malformed HTTP answers 400 and closes the connection") {
    const std::string bytes = GENERATE(
        as<std::string>{}, "GET / HTTP/1.1\r\n\r\n",                 // no Host
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",              // two of them
        "GET /\r\n\r\n",                                             // no version
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",                        // two spaces
        "GET / HTTP/1.1\nHost: a\n\n",                               // bare LF
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",           // folded field
        "GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n",                // space before colon
        "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n",                  // no name
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",             // no field
        "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",                     // control character
        "GET /#part HTTP/1.1\r\nHost: a\r\n\r\n",                    // fragment
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",  // negative
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n",  // no number
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",  // not in 1.0
        "\x16\x03\x01\x02\x01\x01 hello TLS\r\n\r\n");                       // another protocol
    INFO("request: " << bytes);
    HttpClient client = refusalsServer().client();
    const Answer answer = client.sendRaw(bytes);
    requireFailure(answer, 400, "BAD_REQUEST");
    CHECK(answer.header("Connection") == "close");
    CHECK(client.isClosedSoon());
}

TEST_CASE("a broken chunk answers 400") {
    const std::string chunks =
        GENERATE(as<std::string>{}, "zz\r\n", "-1\r\n", "2\r\n{}x\r\n", "fffffffffffffffff\r\n");
    INFO("chunks: " << chunks);
    requireFailure(sendRaw("POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: "
                           "application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
                           chunks),
                   400, "BAD_REQUEST");
}

TEST_CASE("a version or coding nobody speaks answers 505 or 501") {
    requireFailure(sendRaw("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505, "HTTP_VERSION_NOT_SUPPORTED");
    requireFailure(sendRaw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501,
                   "NOT_IMPLEMENTED");
}

TEST_CASE("an oversize head answers 431") {
    requireFailure(
        sendRaw("GET / HTTP/1.1\r\nHost: a\r\nX-Large: " + std::string(20'000, 'x') + "\r\n\r\n"),
        431, "HEADERS_TOO_LARGE");
}

TEST_CASE("too many header fields answer 431") {
    std::string fields;
    for (int i = 0; i < 101; ++i) {
        fields += "X-Field: 1\r\n";
    }
    requireFailure(sendRaw("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), 431,
                   "HEADERS_TOO_LARGE");
}

TEST_CASE("an oversize target answers 414") {
    requireFailure(sendRaw("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414,
                   "URI_TOO_LONG");
}

TEST_CASE("an announced oversize body answers 413 before it is sent") {
    requireFailure(sendRaw("POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: "
                           "application/json\r\nContent-Length: 70000\r\n\r\n"),
                   413, "PAYLOAD_TOO_LARGE");
}

TEST_CASE("a chunked body that grows too large answers 413") {
    requireFailure(sendRaw("POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: "
                           "application/json\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" +
                           std::string(70'000, ' ') + "\r\n0\r\n\r\n"),
                   413, "PAYLOAD_TOO_LARGE");
}

TEST_CASE("a head or body that does not arrive in time answers 408") {
    const std::string bytes =
        GENERATE(as<std::string>{}, "GET / HTTP/1.1\r\nHost: a\r\n",
                 "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: "
                 "application/json\r\nContent-Length: 10\r\n\r\n{");
    INFO("request: " << bytes);
    requireFailure(sendRaw(bytes), 408, "REQUEST_TIMEOUT");
}

TEST_CASE("an unknown route answers 404") {
    HttpClient client = refusalsServer().client();
    for (const char* target : {"/", "/api/v1/nothing", "/api/v1/users/1/more", "/api/v3/users",
                               "/api/v1/%75sers/..", "/HEALTH"}) {
        INFO("target: " << target);
        requireFailure(client.get(target), 404, "NOT_FOUND");
    }
}

TEST_CASE("a target that leads out of the root or cannot be decoded answers 400") {
    HttpClient client = refusalsServer().client();
    for (const char* target : {"/%zz", "/%", "/%00", "/a%2", "/%ff%fe"}) {
        INFO("target: " << target);
        requireFailure(client.get(target), 400, "BAD_REQUEST");
    }
}

TEST_CASE("a method a route does not have answers 405 and names those it has") {
    HttpClient client = refusalsServer().client();
    const Answer answer = client.send({.method = "PUT", .target = "/api/v1/auth/login"});
    requireFailure(answer, 405, "METHOD_NOT_ALLOWED");
    CHECK(answer.header("Allow") == "POST, OPTIONS");
    const Answer unknown = client.send({.method = "BREW", .target = "/health"});
    CHECK(unknown.status >= 400);
    CHECK(unknown.status != 404);
}

TEST_CASE("HEAD and OPTIONS are answered for every route") {
    HttpClient client = refusalsServer().client();
    const Answer head = client.send({.method = "HEAD", .target = "/health"});
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == client.get("/health").header("Content-Length"));
    const Answer options = client.send({.method = "OPTIONS", .target = "/api/v1/users/1"});
    CHECK(options.status == 204);
    CHECK(options.header("Allow") == "GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST_CASE("a refusal is written as a problem document for those who ask") {
    HttpClient client = refusalsServer().client();
    const Answer answer =
        client.send({.target = "/nothing", .headers = {{"Accept", "application/problem+json"}}});
    CHECK(answer.status == 404);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.json().text("title") == "Not Found");
    CHECK(answer.json().integer("status") == 404);
    requireStandardHeaders(answer);
}

TEST_CASE("a refused request on a kept connection does not disturb the next one") {
    HttpClient client = refusalsServer().client();
    client.write(wireOf({.target = "/nothing"}, 1) + wireOf({.target = "/health"}, 1) +
                 wireOf({.target = "/api/v1/auth/me"}, 1));
    CHECK(client.finish().status == 404);
    CHECK(client.finish().status == 200);
    CHECK(client.finish().status == 401);
}
