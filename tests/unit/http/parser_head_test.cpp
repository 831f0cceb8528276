// The parser and the strict reader of heads, without sockets: one case per class of malformed input.
#include <string>
#include <string_view>
#include <vector>

#include "http/socket/parser.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::http;

namespace {

constexpr HeadLimits kLimits{
    .size_max = 16 * 1024, .field_count_max = 100, .target_size_max = 8192};

struct Parsed {
    Parser parser;
    std::vector<Pair> fields;
    Parser::Progress progress = Parser::Progress::More;
    std::size_t used = 0;

    /// Feeds `bytes` in portions of `step`.
    explicit Parsed(std::string_view bytes, std::size_t step = std::string_view::npos,
                    const HeadLimits& limits = kLimits) {
        while (progress == Parser::Progress::More && used < bytes.size()) {
            std::size_t taken = 0;
            // A copy of its own, so that the sanitizer sees a read beyond the portion.
            const std::string portion(bytes.substr(used, step));
            progress = parser.feed(portion, limits, fields, taken);
            used += taken;
        }
    }
    int status() const { return parser.refusal().status; }
};

/// Status of the refusal, 0 when accepted, -1 when it waits for more; the same however the bytes are cut.
int verdict(std::string_view bytes) {
    const Parsed whole(bytes);
    const Parsed single(bytes, 1);
    CHECK(whole.progress == single.progress);
    CHECK(whole.status() == single.status());
    return whole.progress == Parser::Progress::More ? -1 : whole.status();
}

std::string withField(std::string_view field) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n";
}

}  // namespace

TEST_CASE("a head is taken apart the same however its bytes are cut") {
    const std::string bytes =
        "POST /a/b?c=d HTTP/1.1\r\nHost: example.com:8000\r\nX-Empty:\r\nX-Padded: \t v w \t\r\n"
        "CONTENT-LENGTH: 12\r\nExpect: 100-Continue\r\n\r\nBODY";
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
        const Parsed parsed(bytes, step);
        REQUIRE(parsed.progress == Parser::Progress::Complete);
        CHECK(parsed.used == bytes.size() - 4);
        const RequestHead& head = parsed.parser.head();
        CHECK(head.method_name == "POST");
        CHECK(head.target == "/a/b?c=d");
        CHECK(head.content_length == 12);
        CHECK(head.expects_continue);
        CHECK(head.keeps_alive);
        CHECK_FALSE(head.is_chunked);
        REQUIRE(parsed.fields.size() == 5);
        CHECK(parsed.fields[0].name == "host");
        CHECK(parsed.fields[0].value == "example.com:8000");
        CHECK(parsed.fields[1].value.empty());
        CHECK(parsed.fields[2].value == "v w");
        CHECK(parsed.fields[3].name == "content-length");
    }
}

TEST_CASE("a parser is fresh after reset") {
    Parsed parsed("GET / HTTP/1.1\r\n: x\r\n\r\n");
    CHECK(parsed.status() == 400);
    parsed.parser.reset();
    parsed.fields.clear();
    std::size_t used = 0;
    const std::string_view good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    CHECK(parsed.parser.feed(good, kLimits, parsed.fields, used) == Parser::Progress::Complete);
    CHECK(parsed.fields.size() == 1);
}

TEST_CASE("empty lines before the request line are skipped") {
    CHECK(verdict("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
}

TEST_CASE("a bare line feed before the request line is refused") {
    CHECK(verdict("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("a bare line feed anywhere in the head is refused") {
    CHECK(verdict("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
}

TEST_CASE("a carriage return without a line feed is refused") {
    CHECK(verdict("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1\rHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1\r\nHost: a\r\n\rGET /b HTTP/1.1\r\n\r\n") == 400);
}

TEST_CASE("more than one space in the request line is refused") {
    CHECK(verdict("GET  / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET /  HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1 \r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict(" GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("a request without a version is refused") {
    CHECK(verdict("GET /\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / \r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("versions other than 1.0 and 1.1 are answered with 505") {
    CHECK(verdict("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(verdict("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == 505);
    CHECK(verdict("GET / HTTP/3.7\r\nHost: a\r\n\r\n") == 505);
    CHECK(verdict("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
}

TEST_CASE("a malformed version is refused") {
    CHECK(verdict("GET / HTTP/11\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1x\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / http/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("other protocols are refused") {
    CHECK(verdict("GET / RTSP/1.0\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("DESCRIBE / RTSP/1.0\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("SOURCE / ICE/1.0\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") == 400);
    CHECK(verdict("hello\r\n\r\n") == 400);
}

TEST_CASE("an unknown method and CONNECT are answered with 501") {
    CHECK(verdict("FOO / HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
    CHECK(verdict("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n") == 501);
}

TEST_CASE("a folded field is refused") {
    CHECK(verdict(withField("X: a\r\n b")) == 400);
    CHECK(verdict(withField("X: a\r\n\tb")) == 400);
    CHECK(verdict("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == 400);
}

TEST_CASE("a field without a name, a colon or with a blank before it is refused") {
    CHECK(verdict(withField(": x")) == 400);
    CHECK(verdict(withField("X")) == 400);
    CHECK(verdict(withField("X : x")) == 400);
    CHECK(verdict(withField("X\t: x")) == 400);
    CHECK(verdict(withField("X(y): x")) == 400);
    CHECK(verdict(withField("X\xc3\xa4: x")) == 400);
}

TEST_CASE("control characters in a value are refused") {
    using namespace std::string_view_literals;
    CHECK(verdict(withField("X: a\0b"sv)) == 400);
    CHECK(verdict(withField("X: a\x01"sv)) == 400);
    CHECK(verdict(withField("X: a\x7f"sv)) == 400);
}

TEST_CASE("bytes beyond ASCII in a value are let through") {
    CHECK(verdict(withField("X: \xc3\xa4")) == 0);
}

TEST_CASE("Host is demanded once in HTTP/1.1 and at most once in HTTP/1.0") {
    CHECK(verdict("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET / HTTP/1.0\r\n\r\n") == 0);
    CHECK(verdict("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
}

TEST_CASE("Content-Length is one plain number") {
    CHECK(verdict(withField("Content-Length: 5")) == 0);
    CHECK(verdict(withField("Content-Length: 5\r\nContent-Length: 5")) == 400);
    CHECK(verdict(withField("Content-Length: 5\r\nContent-Length: 6")) == 400);
    CHECK(verdict(withField("Content-Length: 5, 5")) == 400);
    CHECK(verdict(withField("Content-Length: +5")) == 400);
    CHECK(verdict(withField("Content-Length: -5")) == 400);
    CHECK(verdict(withField("Content-Length: 0x5")) == 400);
    CHECK(verdict(withField("Content-Length: 5 5")) == 400);
    CHECK(verdict(withField("Content-Length:")) == 400);
    CHECK(verdict(withField("Content-Length: 99999999999999999999")) == 400);
    CHECK(verdict(withField("Content-Length: 18446744073709551615")) == 400);
}

TEST_CASE("Transfer-Encoding beside Content-Length is refused in either order") {
    CHECK(verdict(withField("Content-Length: 5\r\nTransfer-Encoding: chunked")) == 400);
    CHECK(verdict(withField("Transfer-Encoding: chunked\r\nContent-Length: 5")) == 400);
}

TEST_CASE("Transfer-Encoding in HTTP/1.0 is refused") {
    CHECK(verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
}

TEST_CASE("transfer codings other than chunked are answered with 501") {
    CHECK(verdict(withField("Transfer-Encoding: chunked")) == 0);
    CHECK(verdict(withField("Transfer-Encoding: Chunked")) == 0);
    CHECK(verdict(withField("Transfer-Encoding: gzip, chunked")) == 501);
    CHECK(verdict(withField("Transfer-Encoding: gzip")) == 501);
    CHECK(verdict(withField("Transfer-Encoding: xchunked")) == 501);
}

TEST_CASE("a repeated or empty Transfer-Encoding is refused") {
    CHECK(verdict(withField("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")) == 400);
    CHECK(verdict(withField("Transfer-Encoding:")) == 400);
}

TEST_CASE("an upgrade the server does not speak is ignored") {
    CHECK(verdict(withField("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            "HTTP2-Settings: AAMAAABkAAQAAP__")) == 0);
}

TEST_CASE("a target with a fragment, a blank or bytes beyond ASCII is refused") {
    CHECK(verdict("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(verdict("GET a HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("the absolute and the asterisk form of a target pass") {
    CHECK(verdict("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(verdict("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
}

TEST_CASE("a target over its limit is answered with 414") {
    const std::string fits(kLimits.target_size_max - 1, 'a');
    CHECK(verdict("GET /" + fits + " HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(verdict("GET /a" + fits + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
}

TEST_CASE("a head over its size or with too many fields is answered with 431") {
    CHECK(verdict(withField("X: " + std::string(16 * 1024, 'x'))) == 431);
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += "X: y\r\n";
    }
    CHECK(verdict(withField(many + "Y: z")) == 431);
    CHECK(verdict(withField(many.substr(6 * 2) + "Y: z")) == 0);
}

TEST_CASE("the connection options decide about keeping alive") {
    auto keeps = [](std::string_view version, std::string_view field) {
        const Parsed parsed("GET / " + std::string(version) + "\r\nHost: a\r\n" +
                            std::string(field) + "\r\n");
        REQUIRE(parsed.progress == Parser::Progress::Complete);
        return parsed.parser.head().keeps_alive;
    };
    CHECK(keeps("HTTP/1.1", ""));
    CHECK_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1", "Connection: x, Close\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0", ""));
    CHECK(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
}
