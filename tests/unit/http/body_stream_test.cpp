// The body of a streamed answer between its handler and its connection.
#include "http/body_stream.hpp"

#include "http/socket/streamed_body.hpp"
#include "run/reactor.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    Fixture() { stream->write("half", std::chrono::steady_clock::now() + 1h); }

    run::Reactor reactor{0};
    std::shared_ptr<BodyStream> stream = std::make_shared<BodyStream>(reactor);
    StreamedBody body;
};

}  // namespace

TEST_CASE("a stream that failed behind a piece nobody took yet gets no last chunk") {
    for (const auto framing : {StreamedBody::Framing::Chunks, StreamedBody::Framing::None}) {
        Fixture given;
        given.body.open(framing);
        given.stream->fail();
        static_cast<void>(given.body.refill(*given.stream));
        CHECK(given.body.bytes().find("0\r\n\r\n") == std::string_view::npos);
        given.body.clearSent();
        CHECK_FALSE(given.body.isFinished());
    }
}

TEST_CASE("a stream that ended behind a piece nobody took yet gets its last chunk with it") {
    Fixture given;
    given.stream->end();
    static_cast<void>(given.body.refill(*given.stream));
    CHECK(given.body.bytes() == "4\r\nhalf\r\n0\r\n\r\n");
    given.body.clearSent();
    CHECK(given.body.isFinished());
}
