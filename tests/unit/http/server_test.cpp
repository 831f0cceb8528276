// Listening, distribution, the bound of connections, draining.
#include <set>

#include "base/error.hpp"
#include "tests/unit/http/socket_fixture.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace mortise::http::test;

namespace {

constexpr std::string_view kEcho = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kGate = "GET /gate HTTP/1.1\r\nHost: a\r\n\r\n";

std::chrono::steady_clock::time_point soon(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST_CASE("port 0 takes a free port and tells it") {
    Fixture host;
    CHECK(host.server->port() != 0);
    CHECK(host.server->addresses() ==
          std::vector<std::string>{"127.0.0.1:" + std::to_string(host.server->port())});
}

TEST_CASE("a port in use is an error that names it") {
    Fixture host;
    ServerSettings settings;
    settings.port = host.server->port();
    Server second(host.reactors, host.pipeline, host.log, settings);
    std::string text;
    try {
        second.start();
    } catch (const Error& error) {
        text = error.what();
    }
    CHECK(text.find(std::to_string(settings.port)) != std::string::npos);
    CHECK(text.find("in use") != std::string::npos);
}

TEST_CASE("a name that does not resolve is an error that names it") {
    Fixture host;
    ServerSettings settings;
    settings.hosts = {"no such host"};
    Server second(host.reactors, host.pipeline, host.log, settings);
    CHECK_THROWS_AS(second.start(), Error);
}

TEST_CASE("connections are spread over the reactors") {
    Fixture host({}, 3);
    std::vector<Client> clients;
    for (int i = 0; i < 9; ++i) {
        clients.push_back(host.connect());
        REQUIRE(clients.back().send(kEcho));
        REQUIRE(clients.back().receive().status == 200);
    }
    CHECK(host.server->connectionCount() == 9);
}

TEST_CASE("many clients on many reactors all get their answers") {
    Fixture host({}, 2);
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) {
                Client client = host.connect();
                for (int n = 0; n < 10; ++n) {
                    const std::string path = (n + t) % 2 == 0 ? "/echo" : "/thread";
                    client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
                    good += client.receive().body == "GET " + path + "\n" ? 1 : 0;
                }
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(good.load() == 400);
}

TEST_CASE("connections that wait in the kernel are accepted before the listener closes") {
    Fixture host;
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(host.connect());
        clients.back().send(kEcho);
    }
    host.server->stopAccepting();
    for (Client& client : clients) {
        CHECK(client.receive().status == 200);
    }
}

TEST_CASE("nobody can connect after stopAccepting") {
    Fixture host;
    host.server->stopAccepting();
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(host.server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0);
}

TEST_CASE("clients beyond the bound wait until a connection is free") {
    ServerSettings settings;
    settings.connection_count_max = 2;
    Fixture host(settings);
    Client first = host.connect();
    Client second = host.connect();
    first.send(kGate);
    second.send(kGate);
    REQUIRE(host.pipeline.handler_began.wait());
    Client third = host.connect();
    third.send(kEcho);
    REQUIRE(host.sink.waitFor("server.connections_exhausted", kPatience));
    CHECK(host.server->connectionCount() == 2);
    host.pipeline.gate.open();
    // A crowded server gives each connection back after its request.
    CHECK(first.receive().has("Connection: close\r\n"));
    first.leave();
    CHECK(third.receive().status == 200);
}

TEST_CASE("a drain closes idle connections and lets requests under way finish") {
    // One reactor, so the end of the idle connection tells that the drain has reached the busy one.
    Fixture host;
    Client idle = host.connect();
    idle.send(kEcho);
    REQUIRE(idle.receive().status == 200);
    Client busy = host.connect();
    busy.send(kGate);
    REQUIRE(host.pipeline.handler_began.wait());
    host.server->stopAccepting();
    bool drained = false;
    std::thread drainer([&] { drained = host.server->drain(soon(kPatience)); });
    CHECK(idle.isClosed());
    host.pipeline.gate.open();
    const Answer answer = busy.receive();
    CHECK(answer.status == 200);
    CHECK(answer.has("Connection: close\r\n"));
    CHECK(busy.isClosed());
    drainer.join();
    CHECK(drained);
    CHECK(host.server->connectionCount() == 0);
}

TEST_CASE("a drain answers a request that arrived before it") {
    Fixture host;
    Client client = host.connect();
    client.send(kEcho);
    REQUIRE(client.receive().status == 200);
    // The reactor is busy while the request arrives and the drain is ordered.
    Gate go;
    Gate stands;
    host.reactors.at(0).post(run::makeWork([&] {
        stands.open();
        go.wait();
    }));
    REQUIRE(stands.wait());
    client.send(kEcho);
    bool drained = false;
    std::thread drainer([&] { drained = host.server->drain(soon(kPatience)); });
    go.open();
    CHECK(client.receive().status == 200);
    CHECK(client.isClosed());
    drainer.join();
    CHECK(drained);
}

TEST_CASE("a drain cuts what is left at its deadline") {
    Fixture host;
    Client client = host.connect();
    client.send(kGate);
    REQUIRE(host.pipeline.handler_began.wait());
    CHECK_FALSE(host.server->drain(soon(20ms)));
    CHECK(host.server->connectionCount() == 0);
    CHECK(client.isClosed());
    host.pipeline.gate.open();
    CHECK(host.pipeline.waitForDone(1)[0].abandoned);
}
