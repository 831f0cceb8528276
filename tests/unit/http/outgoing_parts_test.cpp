// The parts of the client for outgoing requests that need no network.
#include "http/client/breaker.hpp"
#include "http/client/outgoing.hpp"
#include "http/client/outgoing_target.hpp"
#include "http/client/public_address.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace std::chrono_literals;

TEST_CASE("addresses of machines, private networks and documentation are not public") {
    for (const char* address : {"0.0.0.0",
                                "10.1.2.3",
                                "100.64.0.1",
                                "127.0.0.1",
                                "127.255.255.254",
                                "169.254.169.254",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.1",
                                "192.0.2.1",
                                "192.168.1.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.7",
                                "203.0.113.7",
                                "224.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::ffff:127.0.0.1",
                                "::ffff:8.8.8.8",
                                "64:ff9b::7f00:1",
                                "fc00::1",
                                "fd12::1",
                                "fe80::1",
                                "ff02::1",
                                "2001::1",
                                "2001:db8::1",
                                "2002:7f00:1::",
                                "3fff::1",
                                "localhost",
                                "",
                                "1.2.3"}) {
        INFO(address);
        CHECK_FALSE(isPublicAddress(address));
    }
    for (const char* address :
         {"1.1.1.1", "8.8.8.8", "100.128.0.1", "172.32.0.1", "192.169.0.1", "198.20.0.1",
          "223.255.255.254", "2606:4700::1111", "2a00:1450::1"}) {
        INFO(address);
        CHECK(isPublicAddress(address));
    }
}

TEST_CASE("a URL leads to one origin, however it is written") {
    OutgoingTarget target;
    std::string reason;
    REQUIRE(target.parse("HTTPS://API.Example.ORG:443/a/../b?token=secret#x", reason));
    CHECK(target.origin() == "https://api.example.org");
    CHECK(target.path() == "/b");
    CHECK(target.port() == 443);
    REQUIRE(target.parse("http://[::1]:8080", reason));
    CHECK(target.origin() == "http://[::1]:8080");
    // What looks like another server is the path, the query or the fragment of this one.
    REQUIRE(target.parse("https://a.example.org?@b.example.org", reason));
    CHECK(target.host() == "a.example.org");
    REQUIRE(target.parse("https://a.example.org#@b.example.org", reason));
    CHECK(target.host() == "a.example.org");
}

TEST_CASE("a URL that may not be followed is refused with the reason") {
    OutgoingTarget target;
    std::string reason;
    const std::string with_nul("https://a.example.org\0.example.net", 34);
    for (const std::string& url :
         {std::string(), std::string("/path"), std::string("ftp://example.org"),
          std::string("file:///etc/passwd"), std::string("gopher://example.org"),
          std::string("https://user:word@example.org"), std::string("https://user@example.org"),
          std::string("https://exa mple.org"), std::string("https://example.org:99999"),
          "https://example.org/" + std::string(limits::kTargetSizeMax, 'a'), with_nul}) {
        INFO(url.substr(0, 60));
        reason.clear();
        CHECK_FALSE(target.parse(url, reason));
        CHECK_FALSE(reason.empty());
    }
}

TEST_CASE("a request that would break out of its frame is not sent") {
    const auto problem = [](const char* name, const char* value) {
        OutgoingRequest request;
        request.headers.emplace_back(name, value);
        return problemOf(request);
    };
    CHECK(problem("x-token", "value").empty());
    CHECK(problem("x-token", "").empty());
    for (const char* name : {"", "x token", "x:token", "x\r\ntoken", "Host", "content-length",
                             "Transfer-Encoding", "connection", "proxy-authorization", "expect"}) {
        INFO(name);
        CHECK_FALSE(problem(name, "value").empty());
    }
    CHECK_FALSE(problem("x-token", "a\r\nx-other: b").empty());
    CHECK_FALSE(problem("x-token", "a\nb").empty());
    OutgoingRequest request;
    for (const char* method : {"", "get", "GET /", "CONNECT", "TRACE"}) {
        INFO(method);
        request.method = method;
        CHECK_FALSE(problemOf(request).empty());
    }
    request.method = "PURGE";
    CHECK(problemOf(request).empty());
    request.attempts_max = limits::kOutgoingAttemptCountMax + 1;
    CHECK_FALSE(problemOf(request).empty());
}

TEST_CASE("only what may be sent twice is repeated") {
    OutgoingRequest request;
    for (const char* method : {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}) {
        request.method = method;
        CHECK(isRepeatable(request));
    }
    request.method = "POST";
    CHECK_FALSE(isRepeatable(request));
    request.headers.emplace_back("Idempotency-Key", "1");
    CHECK(isRepeatable(request));
}

TEST_CASE("a breaker opens after failures in a row and lets one call try") {
    Breaker breaker;
    const Breaker::Time start{};
    for (std::uint32_t count = 1; count < limits::kBreakerFailureCount; ++count) {
        breaker.failed(start);
    }
    breaker.succeeded();  // In a row.
    for (std::uint32_t count = 0; count < limits::kBreakerFailureCount; ++count) {
        CHECK(breaker.admits(start));
        breaker.failed(start);
    }
    CHECK(breaker.isOpen());
    CHECK_FALSE(breaker.admits(start + limits::kBreakerPauseMin - 1ms));
    const Breaker::Time later = start + limits::kBreakerPauseMin;
    CHECK(breaker.admits(later));
    CHECK_FALSE(breaker.admits(later));
    breaker.succeeded();
    CHECK(breaker.admits(later));
    CHECK_FALSE(breaker.isOpen());
}

TEST_CASE("a breaker whose trial fails waits longer each time, up to a bound") {
    Breaker breaker;
    Breaker::Time now{};
    for (std::uint32_t count = 0; count < limits::kBreakerFailureCount; ++count) {
        breaker.failed(now);
    }
    for (auto pause = limits::kBreakerPauseMin; pause < limits::kBreakerPauseMax * 4; pause *= 2) {
        const auto expected = std::min(pause, limits::kBreakerPauseMax);
        CHECK_FALSE(breaker.admits(now + expected - 1ms));
        now += expected;
        CHECK(breaker.admits(now));
        breaker.failed(now);
    }
    now += limits::kBreakerPauseMax;
    CHECK(breaker.admits(now));
    breaker.forgotten();
    CHECK(breaker.admits(now));
}
