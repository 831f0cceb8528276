// Request targets: one spelling per path, and no second meaning behind an escape.
#include "http/uri.hpp"

#include "tests/support/catch.hpp"

using namespace mortise;

TEST_CASE("a target in origin form is split at the first question mark") {
    const auto parts = http::splitTarget("/a/b?x=1?y");
    REQUIRE(parts);
    CHECK(parts->path == "/a/b");
    CHECK(parts->query == "x=1?y");
    CHECK(parts->authority.empty());
}

TEST_CASE("a target in absolute form has an authority") {
    const auto parts = http::splitTarget("HTTP://api.example.com:80/a?b");
    REQUIRE(parts);
    CHECK(parts->authority == "api.example.com:80");
    CHECK(parts->path == "/a");
    CHECK(parts->query == "b");
    CHECK(http::splitTarget("http://api.example.com?b")->path == "/");
}

TEST_CASE("the asterisk stands for the server") {
    CHECK(http::splitTarget("*")->path == "*");
}

TEST_CASE("a target in no known form is refused") {
    const char* target =
        GENERATE("", "a/b", "ftp://x/y", "http:///a", "x:443", "/a#b", "http://h/a#b");
    INFO(target);
    CHECK_FALSE(http::splitTarget(target));
}

TEST_CASE("a path without escapes and dots needs no copy") {
    CHECK(http::isPlainPath("/api/v1/users/5"));
    CHECK(http::isPlainPath("/a.json"));
    CHECK_FALSE(http::isPlainPath("/a%20b"));
    CHECK_FALSE(http::isPlainPath("/a/../b"));
    CHECK_FALSE(http::isPlainPath("/.well-known"));
    CHECK_FALSE(http::isPlainPath("/\xc3\xa4"));
    CHECK_FALSE(http::isPlainPath("a"));
}

TEST_CASE("escapes are decoded once") {
    CHECK(http::normalisePath("/a%20b") == "/a b");
    CHECK(http::normalisePath("/%C3%A4") == "/\xc3\xa4");
    CHECK(http::normalisePath("/%2541") == "/%41");
    CHECK(http::normalisePath("/a+b") == "/a+b");
}

TEST_CASE("dot segments are resolved after decoding and never leave the root") {
    const auto [raw, normal] = GENERATE(table<const char*, const char*>({
        {"/a/./b", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a/"},
        {"/a/b/.", "/a/b/"},
        {"/../../etc/passwd", "/etc/passwd"},
        {"/a/%2e%2E/b", "/b"},
        {"/..", "/"},
        {"/.", "/"},
        {"/a/..", "/"},
        {"/a/...", "/a/..."},
        {"/.well-known/jwks.json", "/.well-known/jwks.json"},
        {"/a//b", "/a//b"},
    }));
    INFO(raw);
    CHECK(http::normalisePath(raw) == std::string(normal));
}

TEST_CASE("a path that could be read in two ways is refused") {
    const char* path = GENERATE("/a%2Fb", "/a%2fb", "/%00", "/a%0d%0a", "/%7f", "/%", "/%4", "/%zz",
                                "/%ff", "/%c0%af", "/\xff", "a", "");
    INFO(path);
    CHECK_FALSE(http::normalisePath(path));
}

TEST_CASE("the host of an authority has no port") {
    CHECK(http::hostOf("api.example.com") == "api.example.com");
    CHECK(http::hostOf("api.example.com:8000") == "api.example.com");
    CHECK(http::hostOf("api.example.com:") == "api.example.com");
    CHECK(http::hostOf("[::1]:80") == "[::1]");
    CHECK(http::hostOf("127.0.0.1:80") == "127.0.0.1");
}

TEST_CASE("a malformed authority has no host") {
    const char* authority = GENERATE("", "user@host", "host:80x", "host:123456", "[::1", "[::1]x",
                                     "a b", "a/b", "::1", "a\tb");
    INFO(authority);
    CHECK(http::hostOf(authority).empty());
}
