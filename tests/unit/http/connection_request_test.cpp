// Requests and answers over real sockets: framing, order, limits.
#include "tests/unit/http/socket_fixture.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace mortise::http::test;

namespace {

std::string get(std::string_view target, std::string_view fields = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields = {}) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(fields) + "\r\n" + std::string(body);
}

std::string chunked(std::string_view target, std::string_view chunks) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

}  // namespace

TEST_CASE("a request is answered with its length, date and type") {
    Fixture host;
    const Answer answer = host.ask(get("/echo"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /echo\n");
    CHECK(answer.has("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.has("Content-Type: text/plain\r\n"));
    CHECK(answer.has("Content-Length: 10\r\n"));
    CHECK(answer.has("Date: "));
    CHECK(answer.has(" GMT\r\n"));
    CHECK(answer.has("X-Test: 1\r\n"));
    CHECK_FALSE(answer.has("Connection:"));
    CHECK_FALSE(answer.has("Server:"));
}

TEST_CASE("a connection serves many requests one after another") {
    Fixture host;
    Client client = host.connect();
    for (const char* path : {"/echo", "/thread", "/posted", "/echo"}) {
        client.send(post(path, "ping"));
        CHECK(client.receive().body == "POST " + std::string(path) + "\nping");
    }
    const auto done = host.pipeline.waitForDone(4);
    REQUIRE(done.size() == 4);
    CHECK(done[1].target == "/thread");
    CHECK(done[1].body_bytes == 17);
}

TEST_CASE("a request that comes byte by byte gets the same answer as at once") {
    Fixture host;
    for (const std::string& request :
         {post("/echo", "some body"),
          chunked("/echo", "5\r\nsome \r\n4;x=y\r\nbody\r\n0\r\nA: b\r\n\r\n")}) {
        Client client = host.connect();
        for (const char byte : request) {
            REQUIRE(client.send({&byte, 1}));
        }
        CHECK(client.receive().body == "POST /echo\nsome body");
    }
}

TEST_CASE("a hundred pipelined requests are answered in their order") {
    const char* const path = GENERATE("/echo", "/thread", "/posted");
    Fixture host;
    Client client = host.connect();
    std::string all;
    for (int i = 0; i < 100; ++i) {
        all += post(path, std::to_string(i));
    }
    REQUIRE(client.send(all));
    for (int i = 0; i < 100; ++i) {
        REQUIRE(client.receive().body == "POST " + std::string(path) + "\n" + std::to_string(i));
    }
    CHECK(host.pipeline.waitForDone(100).size() == 100);
    CHECK(host.pipeline.deepestDispatch() == 1);
}

TEST_CASE("pipelined requests of all kinds keep their order") {
    Fixture host;
    Client client = host.connect();
    std::string all;
    const std::vector<std::string> paths{"/echo", "/thread", "/echo", "/posted", "/early", "/echo"};
    for (int round = 0; round < 20; ++round) {
        for (const std::string& path : paths) {
            all += round % 2 == 0 ? get(path) : post(path, "x");
        }
    }
    REQUIRE(client.send(all));
    for (int round = 0; round < 20; ++round) {
        for (const std::string& path : paths) {
            const Answer answer = client.receive();
            if (path == "/early") {
                REQUIRE(answer.status == 401);
            } else {
                REQUIRE(answer.body.find(path + "\n") != std::string::npos);
            }
        }
    }
}

TEST_CASE("pipelined requests beyond the buffer wait in the kernel while one is handled") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/gate"));
    host.pipeline.handler_began.wait();
    std::string many;
    for (int i = 0; i < 100; ++i) {
        many += post("/echo", std::string(1000, 'x'));
    }
    REQUIRE(client.send(many));
    CHECK(host.pipeline.begunCount() == 1);
    host.pipeline.gate.open();
    CHECK(client.receive().body == "GET /gate\n");
    for (int i = 0; i < 100; ++i) {
        REQUIRE(client.receive().body.size() == 1000 + 11);
    }
}

TEST_CASE("large bodies arrive whole in both directions") {
    Fixture host;
    Client client = host.connect();
    std::string body(3 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i] = static_cast<char>('a' + i % 23);
    }
    std::thread sender([&] { client.send(post("/echo", body)); });
    CHECK(client.receive().body == "POST /echo\n" + body);
    sender.join();
    client.send(get("/big?10000000"));
    CHECK(client.receive().body == std::string(10'000'000, 'b'));
}

TEST_CASE("a large chunked body arrives whole") {
    Fixture host;
    std::string chunks;
    std::string body;
    for (int i = 0; i < 2000; ++i) {
        const std::string part(static_cast<std::size_t>(1 + i % 700),
                               static_cast<char>('a' + i % 26));
        std::array<char, 16> size{};
        const auto end = std::to_chars(size.data(), size.data() + size.size(), part.size(), 16).ptr;
        chunks.append(size.data(), end).append("\r\n").append(part).append("\r\n");
        body += part;
    }
    CHECK(host.ask(chunked("/thread", chunks + "0\r\n\r\n")).body == "POST /thread\n" + body);
}

TEST_CASE("a chunked body is followed by the next request") {
    Fixture host;
    Client client = host.connect();
    client.send(chunked("/echo", "1\r\nx\r\n0\r\n\r\n") + get("/echo"));
    CHECK(client.receive().body == "POST /echo\nx");
    CHECK(client.receive().body == "GET /echo\n");
}

TEST_CASE("a client that expects 100 Continue gets it before its body") {
    Fixture host;
    Client client = host.connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive().head == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body");
    CHECK(client.receive().body == "POST /echo\nbody");
}

TEST_CASE("no 100 Continue is sent when the body came along") {
    Fixture host;
    CHECK(host.ask(post("/echo", "body", "Expect: 100-continue\r\n")).status == 200);
}

TEST_CASE("100 Continue of a pipelined request comes after the answers before it") {
    Fixture host;
    Client client = host.connect();
    client.send(
        get("/thread") + get("/echo") +
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.receive().body == "GET /thread\n");
    CHECK(client.receive().body == "GET /echo\n");
    CHECK(client.receive().status == 100);
    client.send("body");
    CHECK(client.receive().body == "POST /echo\nbody");
}

TEST_CASE("a refused request that expects 100 Continue is answered and closed") {
    Fixture host;
    Client client = host.connect();
    client.send(
        "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    const Answer answer = client.receive();
    CHECK(answer.status == 401);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(client.isClosed());
}

TEST_CASE("HEAD gets the length of the body without it") {
    Fixture host;
    Client client = host.connect();
    client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n" + get("/echo"));
    const Answer head = client.receive(true);
    CHECK(head.status == 200);
    CHECK(head.has("Content-Length: 11\r\n"));
    CHECK(client.receive().body == "GET /echo\n");
    CHECK(host.pipeline.waitForDone(2)[0].body_bytes == 0);
}

TEST_CASE("204 and 304 have neither body nor length") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/status/204") + get("/status/304") + get("/echo"));
    for (const int status : {204, 304}) {
        const Answer answer = client.receive();
        CHECK(answer.status == status);
        CHECK_FALSE(answer.has("Content-Length"));
    }
    CHECK(client.receive().body == "GET /echo\n");
}

TEST_CASE("a status no answer can have becomes 500") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/status/0") + get("/status/101") + get("/status/1000"));
    for (int i = 0; i < 3; ++i) {
        const Answer answer = client.receive();
        CHECK(answer.status == 500);
        CHECK(answer.body == "some body");
    }
}

TEST_CASE("headers of a handler cannot break out of their line or change the frame") {
    Fixture host;
    const Answer answer = host.ask(get("/evil"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "GET /evil\n");
    CHECK_FALSE(answer.has("Injected"));
    CHECK_FALSE(answer.has("Transfer-Encoding"));
}

TEST_CASE("HTTP/1.0 closes after the answer unless it asks to be kept alive") {
    Fixture host;
    Client once = host.connect();
    once.send("GET /echo HTTP/1.0\r\n\r\n");
    const Answer answer = once.receive();
    CHECK(answer.status == 200);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(once.isClosed());
    Client kept = host.connect();
    kept.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(kept.receive().has("Connection: keep-alive\r\n"));
    kept.send("GET /echo HTTP/1.0\r\n\r\n");
    CHECK(kept.receive().status == 200);
    CHECK(kept.isClosed());
}

TEST_CASE("the connection closes when the client, the handler or the drain asks for it") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/echo", "Connection: close\r\n") + get("/echo"));
    CHECK(client.receive().has("Connection: close\r\n"));
    CHECK(client.isClosed());
    Client handler = host.connect();
    handler.send(get("/close"));
    CHECK(handler.receive().has("Connection: close\r\n"));
    CHECK(handler.isClosed());
    host.pipeline.draining.store(true);
    Client drained = host.connect();
    drained.send(get("/echo"));
    CHECK(drained.receive().has("Connection: close\r\n"));
    CHECK(drained.isClosed());
}

TEST_CASE("an upgrade to h2c is ignored and the request is served") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/echo",
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    "HTTP2-Settings: AAMAAABkAAQAAP__\r\n") +
                get("/echo"));
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 200);
}

TEST_CASE("an early answer drops the body and keeps the connection") {
    const std::string body(100'000, 'x');
    Fixture host;
    Client client = host.connect();
    client.send(post("/early", body) + get("/echo"));
    CHECK(client.receive().status == 401);
    CHECK(client.receive().body == "GET /echo\n");
    client.send(chunked("/early", "5\r\nhello\r\n0\r\n\r\n") + get("/echo"));
    CHECK(client.receive().status == 401);
    CHECK(client.receive().body == "GET /echo\n");
}

TEST_CASE("an early answer to a huge body arrives although the body is not read") {
    Fixture host;
    Client client = host.connect();
    const std::string body(2 * 1024 * 1024, 'x');
    std::thread sender([&] { client.send(post("/early", body)); });
    const Answer answer = client.receive();
    CHECK(answer.status == 401);
    CHECK(answer.has("Connection: close\r\n"));
    sender.join();
}

TEST_CASE("bodies over the limit of their route are refused") {
    Fixture host;
    CHECK(host.ask(post("/small", std::string(16, 'x'))).status == 200);
    const Answer announced = host.ask(post("/small", std::string(17, 'x')));
    CHECK(announced.status == 413);
    CHECK(announced.body == "PAYLOAD_TOO_LARGE");
    CHECK(announced.has("Connection: close\r\n"));
    CHECK(host.ask(chunked("/small", "10\r\n0123456789abcdef\r\n0\r\n\r\n")).status == 200);
    CHECK(host.ask(chunked("/small", "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n")).status ==
          413);
}

TEST_CASE("a refused request is answered in the pipeline's form, closed, and reported done") {
    Fixture host;
    const std::vector<std::pair<std::string, int>> cases{
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"GET /\r\n\r\n", 400},
        {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {get("/" + std::string(9000, 'a')), 414},
        {get("/", "X: " + std::string(20'000, 'a') + "\r\n"), 431},
        {chunked("/echo", "x\r\n"), 400},
        {"\x16\x03\x01\x02", 400},
    };
    for (const auto& [bytes, status] : cases) {
        Client client = host.connect();
        client.send(bytes);
        const Answer answer = client.receive();
        CHECK(answer.status == status);
        CHECK(answer.has("Connection: close\r\n"));
        CHECK(answer.has("X-Test: 1\r\n"));
        CHECK(client.isClosed());
    }
    CHECK(host.pipeline.waitForDone(cases.size()).size() == cases.size());
}

TEST_CASE("nothing behind a refused request is served") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/echo") + "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n" + get("/echo"));
    CHECK(client.receive().status == 200);
    CHECK(client.receive().status == 400);
    CHECK(client.isClosed());
    CHECK(host.pipeline.begunCount() == 1);
}

TEST_CASE("a client that sends on after an error still gets the answer") {
    Fixture host;
    Client client = host.connect();
    // More than fits into one read, so bytes are left when the error is found.
    client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n" + std::string(300'000, 'x'));
    CHECK(client.receive().status == 400);
}

TEST_CASE("a client that closes its sending side still gets its answers") {
    Fixture host;
    Client client = host.connect();
    client.send(get("/echo") + get("/thread"));
    client.finishSending();
    CHECK(client.receive().body == "GET /echo\n");
    CHECK(client.receive().body == "GET /thread\n");
    CHECK(client.isClosed());
}

TEST_CASE("a request cut off in the middle is dropped") {
    Fixture host;
    Client head = host.connect();
    head.send("GET /echo HTTP/1.1\r\nHos");
    head.finishSending();
    CHECK(head.isClosed());
    Client body = host.connect();
    body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    body.finishSending();
    CHECK(body.isClosed());
    const auto done = host.pipeline.waitForDone(1);
    REQUIRE(done.size() == 1);
    CHECK(done[0].status == 0);
}
