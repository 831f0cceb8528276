// Answers whose bodies are streamed.
#include "tests/unit/http/socket_fixture.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace mortise::http::test;

namespace {

std::string get(std::string_view target, std::string_view more = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}

}  // namespace

TEST_CASE("a streamed body arrives whole in chunks and the connection goes on") {
    Fixture host;
    Client client = host.connect();
    for (const std::string_view target : {"/stream?5000000", "/stream-async?5000000"}) {
        CAPTURE(target);
        client.send(get(target));
        const Answer answer = client.receive();
        CHECK(answer.status == 200);
        CHECK(answer.has("Transfer-Encoding: chunked\r\n"));
        CHECK_FALSE(answer.has("Content-Length"));
        CHECK(answer.body.size() == 5'000'000);
    }
    client.send(get("/echo"));
    CHECK(client.receive().body == "GET /echo\n");
    const auto done = host.pipeline.waitForDone(3);
    REQUIRE(done.size() == 3);
    CHECK(done[0].body_bytes == 5'000'000);
    CHECK_FALSE(done[0].abandoned);
}

TEST_CASE("a streamed body may be empty") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/stream?0"));
    CHECK(client.receive().status == 200);
    client.send(get("/stream?1"));
    CHECK(client.receive().body == "s");
}

TEST_CASE("pipelined requests around a streamed answer are answered in their order") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/echo") + get("/stream?30000") + get("/posted") + get("/stream-async?7"));
    CHECK(client.receive().body == "GET /echo\n");
    CHECK(client.receive().body == std::string(30'000, 's'));
    CHECK(client.receive().body == "GET /posted\n");
    CHECK(client.receive().body == std::string(7, 'r'));
}

TEST_CASE("what was written of a stream is sent before its end") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/stream-gate"));
    REQUIRE(host.pipeline.handler_began.wait());
    CHECK(client.waitForBytes(100));  // The head and the first piece, while the handler waits.
    host.pipeline.gate.open();
    CHECK(client.receive().body == "first," + std::string(20'000, 's'));
}

TEST_CASE("a stream that fails ends without its last chunk") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/stream-fail"));
    CHECK(client.receive().status == 0);
    CHECK(client.isClosed());
    CHECK(host.pipeline.waitForDone(1).size() == 1);
}

TEST_CASE("a client of HTTP/1.0 gets a stream that ends with the connection") {
    Fixture host;
    Client client = host.connect();
    client.send("GET /stream?20000 HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    const std::string all = client.receiveRest();
    CHECK(all.find("Connection: close\r\n") != std::string::npos);
    CHECK(all.find("chunked") == std::string::npos);
    CHECK(all.ends_with("\r\n\r\n" + std::string(20'000, 's')));
}

TEST_CASE("a client of HTTP/1.0 whose stream fails sees a reset, not the end of a body") {
    Fixture host;
    Client client = host.connect();
    client.send("GET /stream-fail HTTP/1.0\r\nHost: a\r\n\r\n");
    client.receiveRest();
    CHECK(client.wasReset());
}

TEST_CASE("a client of HTTP/1.0 whose stream is cut by the end of the server sees a reset") {
    Fixture host;
    Client client = host.connect();
    client.send("GET /stream?50000000000 HTTP/1.0\r\nHost: a\r\n\r\n");
    REQUIRE(client.waitForBytes(1000));
    host.server.reset();
    client.receiveRest();
    CHECK(client.wasReset());
}

TEST_CASE("HEAD on a streaming route gets the head and stops the handler") {
    Fixture host;
    Client client = host.connect();
    client.send("HEAD /stream?50000000000 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/echo"));
    CHECK(client.receive(true).has("Transfer-Encoding: chunked\r\n"));
    CHECK(client.receive().body == "GET /echo\n");
    CHECK(host.pipeline.stream_outcome.load() == BodyStream::Outcome::Abandoned);
}

TEST_CASE("a reader that stops holds its handler up instead of filling memory") {
    // What the kernel keeps for both ends of a connection, at most, is far below what the handler wants to write.
    constexpr std::size_t kWanted = 200'000'000;
    constexpr std::size_t kTakenMax = 20'000'000;
    for (const std::string_view target : {"/stream?200000000", "/stream-async?200000000"}) {
        CAPTURE(target);
        ServerSettings settings;
        settings.write_deadline = 1s;  // Ends the test: until then an endless buffer would fill.
        Fixture host(settings);
        Client client = host.connect(4096);
        client.send(get(target));
        REQUIRE(client.waitForBytes(1000));
        REQUIRE(host.pipeline.waitForDone(1).size() == 1);
        CHECK(host.pipeline.stream_outcome.load() == BodyStream::Outcome::Abandoned);
        CHECK(host.pipeline.stream_taken.load() < kTakenMax);
        static_assert(kTakenMax < kWanted / 4);
    }
}

TEST_CASE("a slow reader gets the whole body") {
    Fixture host;
    Client client = host.connect(4096);
    client.send(get("/stream-async?50000000"));
    REQUIRE(client.waitForBytes(1000));
    const Answer answer = client.receive();
    CHECK(answer.body.size() == 50'000'000);
}

TEST_CASE("a client that vanishes in the middle of a stream stops its handler") {
    for (const std::string_view target : {"/stream?50000000000", "/stream-async?50000000000"}) {
        CAPTURE(target);
        Fixture host;
        Client client = host.connect();
        client.send(get(target));
        REQUIRE(client.waitForBytes(1000));
        client.vanish();
        const auto done = host.pipeline.waitForDone(1);
        REQUIRE(done.size() == 1);
        CHECK(done[0].abandoned);
        CHECK(host.pipeline.stream_outcome.load() == BodyStream::Outcome::Abandoned);
    }
}

TEST_CASE("a client that does not read is given up and its handler is told") {
    ServerSettings settings;
    settings.write_deadline = 50ms;
    Fixture host(settings);
    Client client = host.connect(4096);
    client.send(get("/stream?50000000000"));
    const auto done = host.pipeline.waitForDone(1);
    REQUIRE(done.size() == 1);
    CHECK(host.pipeline.stream_outcome.load() == BodyStream::Outcome::Abandoned);
}

TEST_CASE("a server that goes ends the streams of its connections") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/stream?50000000000"));
    REQUIRE(client.waitForBytes(1000));
    host.server.reset();
    CHECK(host.pipeline.waitForDone(1)[0].abandoned);
}

TEST_CASE("a deadline that passes after the head of a stream does not cut it") {
    Fixture host;
    host.pipeline.request_deadline = 30ms;
    Client client = host.connect();
    client.send(get("/stream-gate"));
    REQUIRE(host.pipeline.handler_began.wait());
    REQUIRE(client.waitForBytes(100));
    std::this_thread::sleep_for(
        60ms);  // Longer than the deadline: nothing must happen, so nothing can be waited for.
    host.pipeline.gate.open();
    CHECK(client.receive().body == "first," + std::string(20'000, 's'));
}
