#include "base/origin_pattern.hpp"

#include "tests/support/catch.hpp"

using mortise::OriginPattern;

namespace {

bool matches(const char* pattern, const char* scheme, const char* host, std::uint16_t port) {
    return OriginPattern::parse(pattern).value().matches(scheme, host, port);
}

}  // namespace

TEST_CASE("an origin is scheme, name and port, and nothing else") {
    CHECK(matches("https://api.example.org", "https", "api.example.org", 443));
    CHECK_FALSE(matches("https://api.example.org", "http", "api.example.org", 443));
    CHECK_FALSE(matches("https://api.example.org", "https", "api.example.org", 8443));
    CHECK_FALSE(matches("https://api.example.org", "https", "api.example.org.evil.net", 443));
    CHECK_FALSE(matches("https://api.example.org", "https", "xapi.example.org", 443));
    CHECK(matches("https://api.example.org:8443", "https", "api.example.org", 8443));
    CHECK(matches("http://127.0.0.1:9000", "http", "127.0.0.1", 9000));
    CHECK(matches("http://[::1]:9000", "http", "[::1]", 9000));
    CHECK(matches("http://[::1]", "http", "[::1]", 80));
    CHECK(matches("http://127.0.0.1:*", "http", "127.0.0.1", 4711));
    CHECK_FALSE(matches("http://127.0.0.1:*", "http", "127.0.0.2", 4711));
}

TEST_CASE("a star stands for all names below, not for the name itself") {
    CHECK(matches("https://*.example.org", "https", "api.example.org", 443));
    CHECK(matches("https://*.example.org", "https", "a.b.example.org", 443));
    CHECK_FALSE(matches("https://*.example.org", "https", "example.org", 443));
    CHECK_FALSE(matches("https://*.example.org", "https", ".example.org", 443));
    CHECK_FALSE(matches("https://*.example.org", "https", "evilexample.org", 443));
}

TEST_CASE("a star alone is any public address and names no server") {
    const auto any = OriginPattern::parse("*");
    REQUIRE(any);
    CHECK(any->isAnyPublic());
    CHECK_FALSE(any->matches("https", "api.example.org", 443));
    CHECK_FALSE(OriginPattern::parse("https://api.example.org")->isAnyPublic());
}

TEST_CASE("what is no origin is refused") {
    for (const char* text : {"",
                             "api.example.org",
                             "ftp://example.org",
                             "https://",
                             "https://example.org/",
                             "https://example.org/path",
                             "https://Example.org",
                             "https://user@example.org",
                             "https://example.org:0",
                             "https://example.org:65536",
                             "https://example.org:080",
                             "https://example.org:",
                             "https://*",
                             "https://*.org",
                             "https://a.*.org",
                             "https://**.example.org",
                             "https://-a.org",
                             "https://a..org",
                             "https://a.org.",
                             "https://[::1",
                             "https://[zz::1]",
                             "https://a b.org",
                             "**",
                             "https://*.[::1]"}) {
        INFO(text);
        CHECK_FALSE(OriginPattern::parse(text));
    }
}
