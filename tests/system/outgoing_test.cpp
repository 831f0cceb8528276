// Calls of a plugin to other servers, through the whole host.
#include <algorithm>
#include <atomic>
#include <mutex>

#include "tests/support/peer_server.hpp"
#include "tests/support/server.hpp"

using namespace mortise::test;
using namespace std::chrono_literals;

namespace {

struct Shared {
    Shared() { server.apply(testPluginFile("courier")); }
    Server server{{.settings = {"--log.level=debug"}}};
};

Server& sharedServer() {
    static Shared shared;
    return shared.server;
}

std::string errand(const std::string& url, int attempts = 1, int timeout_ms = 0) {
    return R"({"url": ")" + url + R"(", "attempts": )" + std::to_string(attempts) +
           R"(, "timeout_ms": )" + std::to_string(timeout_ms) + "}";
}

Answer ask(const std::string& how, const std::string& body) {
    return sharedServer().client().post("/api/v1/courier/" + how, body);
}

Json dataOf(const Answer& answer) {
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json().at("data");
}

PeerServer::Answer constant(int status, const std::string& body) {
    return [text = PeerServer::answerText(status, body)](
               PeerConnection& connection, const std::string&) { connection.write(text); };
}

/// Speaks TLS with a certificate of its own making.
class TlsPeer {
public:
    TlsPeer() {
        const std::string key = (directory_.path() / "key.pem").string();
        const Finished made =
            run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-keyout", key, "-out", certificate(), "-days", "2", "-subj", "/CN=peer",
                 "-addext", "subjectAltName=IP:127.0.0.1"});
        INFO(made.output);
        REQUIRE(made.exit_code == 0);
        process_.emplace(Launch{{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                                 certificate(), "-key", key, "-www"},
                                {},
                                directory_.path() / "out"});
        const std::string begin = "ACCEPT 127.0.0.1:";
        REQUIRE(within(10s, [&] {
            const std::string text = readFile(directory_.path() / "out");
            const std::size_t at = text.find(begin);
            if (at == std::string::npos || text.find('\n', at) == std::string::npos) {
                return false;
            }
            port_ = std::stoi(text.substr(at + begin.size()));
            return true;
        }));
    }
    std::string certificate() const { return (directory_.path() / "cert.pem").string(); }
    std::string origin() const { return "https://127.0.0.1:" + std::to_string(port_); }

private:
    TestDirectory directory_;
    std::optional<Process> process_;
    int port_ = 0;
};

}  // namespace

TEST_CASE("a plugin calls another server, from a plain handler and from a coroutine") {
    PeerServer peer(constant(200, "{\\\"amount\\\": 7}"));
    for (const char* how : {"wait", "later"}) {
        INFO(how);
        const Json data = dataOf(ask(how, errand(peer.origin() + "/prices?secret=word")));
        CHECK(data.integer("status") == 200);
        CHECK(data.text("body") == "{\\\"amount\\\": 7}");
    }
    CHECK(dataOf(ask("all", errand(peer.origin()))).integer("status") == 400);
    CHECK(sharedServer().output().find("secret=word") == std::string::npos);
    CHECK(within(10s, [] { return !sharedServer().events("http_client.ended").empty(); }));
}

TEST_CASE("the other server's work is a part of the trace of the request") {
    const std::string trace = "0af7651916cd43dd8448eb211c80319c";
    std::mutex mutex;
    std::string seen;
    PeerServer peer([&](PeerConnection& connection, const std::string& request) {
        const std::lock_guard lock(mutex);
        seen = request;
        connection.write(PeerServer::answerText(200, ""));
    });
    Request request;
    request.method = "POST";
    request.target = "/api/v1/courier/wait";
    request.body = errand(peer.origin());
    request.headers = {{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"},
                       {"tracestate", "vendor=value"}};
    dataOf(sharedServer().client().send(request));
    CHECK_THAT(seen, Catch::Matchers::ContainsSubstring("\r\ntraceparent: 00-" + trace + '-'));
    CHECK_THAT(seen, !Catch::Matchers::ContainsSubstring("b7ad6b7169203331"));
    CHECK_THAT(seen, Catch::Matchers::ContainsSubstring("\r\ntracestate: vendor=value\r\n"));
}

TEST_CASE("an answer is read through a schema; one that does not fit is no fault of the client") {
    PeerServer fits(constant(200, R"({"amount": 7, "currency": "EUR"})"));
    CHECK(dataOf(ask("price", errand(fits.origin()))).integer("amount") == 7);
    for (const auto& [status, body, seen] : {std::tuple{200, "{\"amount\": -1}", 500},
                                             {200, "{", 500},
                                             {404, "{}", 500},
                                             {500, "{}", 503},
                                             {429, "{}", 503}}) {
        INFO(status << ' ' << body);
        PeerServer peer(constant(status, body));
        CHECK(ask("price", errand(peer.origin())).status == seen);
    }
}

TEST_CASE("an origin that the manifest does not grant is refused before anything is sent") {
    for (const char* how : {"wait", "later"}) {
        INFO(how);
        const Json data = dataOf(ask(how, errand("ftp://127.0.0.1/")));
        CHECK(data.text("code") == "INVALID_ARGUMENT");
        // Only "*" covers it, and that means public addresses.
        const Json refused = dataOf(ask(how, errand("http://localhost:1/")));
        CHECK(refused.text("code") == "DENIED");
        CHECK_THAT(refused.text("reason"), Catch::Matchers::ContainsSubstring("not public"));
    }
}

TEST_CASE("a call while a lease is held is refused") {
    PeerServer peer(constant(200, ""));
    const Json data = dataOf(ask("leased", errand(peer.origin())));
    CHECK(data.text("code") == "LEASE_NESTED");
    CHECK(peer.requestCount() == 0);
}

TEST_CASE("a server that does not answer costs the time of the call and not more") {
    PeerServer peer(
        [](PeerConnection& connection, const std::string&) { connection.waitForEnd(); });
    for (const char* how : {"wait", "later"}) {
        INFO(how);
        const Json data = dataOf(ask(how, errand(peer.origin(), 1, 200)));
        CHECK(data.text("code") == "DEADLINE_EXCEEDED");
    }
    CHECK(ask("impatient", errand(peer.origin())).status == 503);
    CHECK(within(10s, [] { return sharedServer().inFlightCount("courier") == 0; }));
}

TEST_CASE("a server that is away is 503 for the client, and a later attempt may succeed") {
    CHECK(ask("wait", errand("http://127.0.0.1:1/")).status == 503);
    std::atomic<int> left{2};
    PeerServer peer([&](PeerConnection& connection, const std::string&) {
        connection.write(PeerServer::answerText(left-- > 0 ? 503 : 200, "at last"));
    });
    CHECK(dataOf(ask("wait", errand(peer.origin(), 3))).text("body") == "at last");
    CHECK(dataOf(ask("wait", errand(peer.origin(), 9))).text("code") == "INVALID_ARGUMENT");
}

TEST_CASE("a client that leaves ends the call it caused, and the plugin can be swapped") {
    PeerServer peer(
        [](PeerConnection& connection, const std::string&) { connection.waitForEnd(); });
    for (const char* how : {"wait", "later"}) {
        INFO(how);
        const std::size_t before = peer.requestCount();
        HttpClient client = sharedServer().client();
        client.begin({.method = "POST",
                      .target = std::string("/api/v1/courier/") + how,
                      .body = errand(peer.origin())});
        REQUIRE(within(10s, [&] { return peer.requestCount() == before + 1; }));
        client.close();
        CHECK(within(10s, [] { return sharedServer().inFlightCount("courier") == 0; }));
    }
    sharedServer().apply(testPluginFile("courier"));
}

TEST_CASE("a certificate that nobody vouches for is refused, one that was trusted is taken") {
    const TlsPeer peer;
    CHECK(ask("wait", errand(peer.origin())).status == 503);
    CHECK(within(10s, [&] {
        const auto failures = sharedServer().events("http_client.failed");
        return std::any_of(failures.begin(), failures.end(), [&](const Json& record) {
            return record.text("origin") == peer.origin() &&
                   record.text("reason").find("certificate") != std::string::npos;
        });
    }));
    Server trusting({.settings = {"--http_client.ca_file=" + peer.certificate()}});
    trusting.apply(testPluginFile("courier"));
    const Answer answer =
        trusting.client().post("/api/v1/courier/wait", errand(peer.origin() + "/"));
    CHECK(dataOf(answer).integer("status") == 200);
}

TEST_CASE("a host that stops does not wait for another server") {
    PeerServer peer(
        [](PeerConnection& connection, const std::string&) { connection.waitForEnd(); });
    Server server({.settings = {"--shutdown.deadline_ms=1000"}});
    server.apply(testPluginFile("courier"));
    HttpClient client = server.client();
    client.begin(
        {.method = "POST", .target = "/api/v1/courier/later", .body = errand(peer.origin())});
    REQUIRE(within(10s, [&] { return peer.requestCount() == 1; }));
    const auto begun = std::chrono::steady_clock::now();
    server.stop();
    CHECK(std::chrono::steady_clock::now() - begun < 15s);
}
