// Deadlines, abandoned exchanges and clients that leave.
#include <poll.h>

#include "tests/unit/http/socket_fixture.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace mortise::http::test;

TEST_CASE("a handler over its deadline is answered for with 503 while it still runs") {
    Fixture host;
    host.pipeline.request_deadline = 30ms;
    Client client = host.connect();
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(500, 'x') +
                "\r\n\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    const Answer answer = client.receive();
    CHECK(answer.status == 503);
    CHECK(answer.body == "DEADLINE_EXCEEDED");
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(client.isClosed());
    const auto before = host.pipeline.waitForDone(1);
    REQUIRE(before.size() == 1);
    CHECK(before[0].target == "/gate");
    CHECK(before[0].status == 503);
    CHECK_FALSE(before[0].abandoned);
    host.pipeline.gate.open();
    const auto after = host.pipeline.waitForDone(2);
    REQUIRE(after.size() == 2);
    CHECK(after[1].target == "/gate");
    CHECK(after[1].abandoned);
    CHECK(host.pipeline.saw_abandoned.load());
    CHECK(host.pipeline.begunCount() == 1);
}

TEST_CASE("a client that vanishes leaves its exchange to the handler") {
    Fixture host;
    Client client = host.connect();
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(host.pipeline.handler_began.wait());
    client.vanish();
    while (host.server->connectionCount() != 0) {
        std::this_thread::yield();
    }
    host.pipeline.gate.open();
    const auto done = host.pipeline.waitForDone(1);
    REQUIRE(done.size() == 1);
    CHECK(done[0].abandoned);
    CHECK(host.pipeline.saw_abandoned.load());
}

TEST_CASE("a half-closed client is given up when its answer takes too long") {
    ServerSettings settings;
    settings.half_closed_deadline = 20ms;
    Fixture host(settings);
    Client client = host.connect();
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    client.finishSending();
    CHECK(client.isClosed());
    host.pipeline.gate.open();
    CHECK(host.pipeline.waitForDone(1)[0].abandoned);
}

TEST_CASE("an exchange abandoned when the server goes is completed later") {
    Fixture host;
    Client client = host.connect();
    client.send("GET /gate HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(host.pipeline.handler_began.wait());
    host.server.reset();
    CHECK(client.isClosed());
    host.pipeline.gate.open();
    CHECK(host.pipeline.waitForDone(1)[0].abandoned);
}

TEST_CASE("a head that does not come in time is answered with 408") {
    ServerSettings settings;
    settings.header_deadline = 30ms;
    Fixture host(settings);
    Client client = host.connect();
    client.send("GET /echo HTTP/1.1\r\nHo");
    const Answer answer = client.receive();
    CHECK(answer.status == 408);
    CHECK(answer.body == "REQUEST_TIMEOUT");
    CHECK(client.isClosed());
}

TEST_CASE("a head that comes in drops does not move its deadline") {
    ServerSettings settings;
    settings.header_deadline = 30ms;
    Fixture host(settings);
    Client client = host.connect();
    client.send("GET /echo HTTP/1.1\r\n");
    std::size_t sent = 0;
    while (sent < 100'000 && client.send("X: y\r\n")) {
        ++sent;
        std::this_thread::sleep_for(1ms);  // The client's pace is what is tested.
        pollfd poll{.fd = client.fd(), .events = POLLIN, .revents = 0};
        if (::poll(&poll, 1, 0) != 0) {
            break;
        }
    }
    CHECK(client.receive().status == 408);
}

TEST_CASE("a body that does not come in time is answered with 408") {
    ServerSettings settings;
    settings.body_deadline = 30ms;
    Fixture host(settings);
    Client client = host.connect();
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(client.receive().status == 408);
    CHECK(client.isClosed());
    CHECK(host.pipeline.waitForDone(1)[0].status == 408);
}

TEST_CASE("the time a body takes does not shorten the handler's") {
    Fixture host;
    host.pipeline.request_deadline = 100ms;
    Client client = host.connect();
    client.send("POST /thread HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
    std::this_thread::sleep_for(150ms);  // Longer than the deadline of the request.
    client.send("body");
    CHECK(client.receive().status == 200);
}

TEST_CASE("an idle connection is closed without a word") {
    ServerSettings settings;
    settings.idle_deadline = 20ms;
    settings.header_deadline = 20ms;
    Fixture host(settings);
    Client fresh = host.connect();
    CHECK(fresh.isClosed());
    Client used = host.connect();
    used.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(used.receive().status == 200);
    CHECK(used.isClosed());
}

TEST_CASE("a client that takes nothing of its answer is given up") {
    ServerSettings settings;
    settings.write_deadline = 50ms;
    Fixture host(settings);
    Client client = host.connect(4096);
    client.send("GET /big?50000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto done = host.pipeline.waitForDone(1);
    REQUIRE(done.size() == 1);
    CHECK(done[0].body_bytes < 50'000'000);
}

TEST_CASE("a slow client gets all of a large answer while it takes some") {
    ServerSettings settings;
    settings.write_deadline = 2s;
    settings.idle_deadline = 30ms;  // Does not count while the answer is on its way.
    Fixture host(settings);
    Client client = host.connect(4096);
    client.send("GET /big?3000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.receive().body.size() == 3'000'000);
    CHECK(host.pipeline.waitForDone(1)[0].body_bytes == 3'000'000);
}

TEST_CASE("answers of a client that reads late are not lost and hold back its next requests") {
    Fixture host;
    Client client = host.connect(4096);
    std::string requests;
    for (int i = 0; i < 200; ++i) {
        requests += "GET /big?100000 HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    REQUIRE(client.send(requests));
    for (int i = 0; i < 200; ++i) {
        REQUIRE(client.receive().body.size() == 100'000);
    }
}
