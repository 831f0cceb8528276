// The reader of chunked bodies.
#include <string>
#include <string_view>

#include "http/socket/chunked_reader.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::http;
using Progress = ChunkedReader::Progress;

namespace {

struct Outcome {
    Progress progress = Progress::More;
    int status = 0;
    std::string body;
    std::size_t used = 0;
};

Outcome read(std::string_view bytes, std::size_t step, std::size_t size_max) {
    ChunkedReader reader(size_max);
    Outcome outcome;
    while (outcome.progress == Progress::More && outcome.used < bytes.size()) {
        std::size_t used = 0;
        const std::string portion(bytes.substr(outcome.used, step));
        outcome.progress = reader.feed(portion, &outcome.body, used);
        outcome.used += used;
    }
    outcome.status = reader.refusal().status;
    return outcome;
}

/// The same however the bytes are cut.
Outcome readAnyhow(std::string_view bytes, std::size_t size_max = 1000) {
    Outcome whole = read(bytes, bytes.size(), size_max);
    const Outcome single = read(bytes, 1, size_max);
    CHECK(whole.progress == single.progress);
    CHECK(whole.status == single.status);
    CHECK(whole.used == single.used);
    return whole;
}

int refusalOf(std::string_view bytes) {
    const Outcome outcome = readAnyhow(bytes);
    CHECK(outcome.progress == Progress::Refused);
    return outcome.status;
}

}  // namespace

TEST_CASE("chunks are joined and what follows the body is left") {
    const Outcome outcome = readAnyhow("5\r\nhello\r\n00001\r\n \r\n5\r\nworld\r\n0\r\n\r\nGET /");
    CHECK(outcome.progress == Progress::Complete);
    CHECK(outcome.body == "hello world");
    CHECK(outcome.used ==
          std::string_view("5\r\nhello\r\n00001\r\n \r\n5\r\nworld\r\n0\r\n\r\n").size());
}

TEST_CASE("sizes are read in both cases of hex digits") {
    CHECK(readAnyhow("a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n").body.size() == 21);
}

TEST_CASE("extensions and trailers are skipped") {
    const Outcome outcome = readAnyhow("1;a=b;c=\"d e\"\r\nx\r\n0;last\r\nX-Sum: 1\r\nY:\r\n\r\n");
    CHECK(outcome.progress == Progress::Complete);
    CHECK(outcome.body == "x");
}

TEST_CASE("a chunk size is hex digits and nothing else") {
    CHECK(refusalOf("\r\n") == 400);
    CHECK(refusalOf("g\r\n") == 400);
    CHECK(refusalOf("+1\r\nx\r\n") == 400);
    CHECK(refusalOf("-1\r\nx\r\n") == 400);
    CHECK(refusalOf("0x1\r\nx\r\n") == 400);
    CHECK(refusalOf(" 1\r\nx\r\n") == 400);
    CHECK(refusalOf("1 \r\nx\r\n") == 400);
    CHECK(refusalOf("1_0\r\nx\r\n") == 400);
    CHECK(refusalOf("11111111111111111\r\n") == 400);
}

TEST_CASE("lines of the frame end with CRLF only") {
    CHECK(refusalOf("1\nx\r\n0\r\n\r\n") == 400);
    CHECK(refusalOf("1\r\nx\n0\r\n\r\n") == 400);
    CHECK(refusalOf("1\rx\r\n0\r\n\r\n") == 400);
    CHECK(refusalOf("1\r\nx\r0\r\n\r\n") == 400);
    CHECK(refusalOf("1;a\nx\r\n0\r\n\r\n") == 400);
    CHECK(refusalOf("0\r\n\n") == 400);
    CHECK(refusalOf("0\r\nX: y\n\r\n") == 400);
    CHECK(refusalOf("0\r\n\rX") == 400);
}

TEST_CASE("data longer or shorter than its size is refused") {
    CHECK(refusalOf("1\r\nxy\r\n0\r\n\r\n") == 400);
    CHECK(refusalOf("3\r\nx\r\n0\r\n\r\n") == 400);
}

TEST_CASE("malformed trailers are refused") {
    CHECK(refusalOf("0\r\n: y\r\n\r\n") == 400);
    CHECK(refusalOf("0\r\nX y\r\n\r\n") == 400);
    CHECK(refusalOf("0\r\nX: y\r\n z\r\n\r\n") == 400);
    CHECK(refusalOf("0\r\nX\r\n\r\n") == 400);
}

TEST_CASE("a body over its limit is refused when the size of the chunk is known") {
    CHECK(readAnyhow("3e8\r\n").progress == Progress::More);
    CHECK(refusalOf("3e9\r\n") == 413);
    CHECK(refusalOf("1\r\nx\r\n3e8\r\n") == 413);
    CHECK(refusalOf("fffffffffffffff\r\n") == 413);
}

TEST_CASE("endless extensions and trailers are refused") {
    CHECK(refusalOf("1;" + std::string(5000, 'x')) == 400);
    CHECK(refusalOf("0\r\nX: " + std::string(17 * 1024, 'x')) == 431);
}
