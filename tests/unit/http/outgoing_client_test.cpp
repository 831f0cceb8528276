// The client for outgoing requests against real sockets.
#include <condition_variable>

#include "http/client/client.hpp"
#include "metrics/exposition.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/peer_server.hpp"

using namespace mortise;
using namespace mortise::http;
using namespace std::chrono_literals;
using mortise::test::PeerConnection;
using mortise::test::PeerServer;

namespace {

/// Far longer than anything takes; only a failing test waits so long.
constexpr auto kPatience = 20s;

/// Sends and waits for outcomes.
class Caller {
public:
    explicit Caller(OutgoingSettings settings = {}) : client(std::move(settings)) {}
    ~Caller() { client.stop(); }

    static OutgoingRequest to(const std::string& url, std::chrono::milliseconds time = kPatience) {
        OutgoingRequest request;
        request.url = url;
        request.deadline = std::chrono::steady_clock::now() + time;
        request.caller = "notes";
        return request;
    }

    void begin(OutgoingRequest request, OutgoingClient::IsAbandoned is_abandoned = {}) {
        std::string reason;
        const OutgoingFailure failure = client.send(
            std::move(request), std::move(is_abandoned),
            [this](OutgoingResult result) {
                const std::lock_guard lock(mutex_);
                results_.push_back(std::move(result));
                arrived_.notify_all();
            },
            reason);
        INFO(reason);
        REQUIRE(failure == OutgoingFailure::None);
    }
    std::vector<OutgoingResult> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        REQUIRE(arrived_.wait_for(lock, kPatience, [&] { return results_.size() >= count; }));
        return results_;
    }
    OutgoingResult send(OutgoingRequest request) {
        results_.clear();
        begin(std::move(request));
        return wait(1).front();
    }

    OutgoingClient client;

private:
    std::mutex mutex_;  // Guards results_.
    std::condition_variable arrived_;
    std::vector<OutgoingResult> results_;
};

std::string lineOf(OutgoingClient& client, std::string_view begin) {
    metrics::Exposition out;
    client.write(out);
    const std::string text = out.take();
    const std::size_t at = text.find(begin);
    return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST_CASE("a call brings status, headers and body, and the connection is used again") {
    std::mutex mutex;
    std::vector<std::string> requests;
    PeerServer peer([&](PeerConnection& connection, const std::string& request) {
        {
            const std::lock_guard lock(mutex);
            requests.push_back(request);
        }
        connection.write(PeerServer::answerText(201, "{\"id\":7}", "X-Answer: Yes\r\n"));
    });
    OutgoingSettings settings;
    settings.user_agent = "mortise/test";
    Caller caller(settings);
    OutgoingRequest request = Caller::to(peer.origin() + "/items?q=a%20b");
    request.method = "POST";
    request.body = "{}";
    request.headers = {{"content-type", "application/json"}, {"x-empty", ""}};
    for (int count = 0; count < 3; ++count) {
        const OutgoingResult result = caller.send(request);
        REQUIRE(result.failure == OutgoingFailure::None);
        CHECK(result.response.status == 201);
        CHECK(result.response.body == "{\"id\":7}");
        REQUIRE(findHeader(result.response.headers, "x-answer") != nullptr);
        CHECK(*findHeader(result.response.headers, "x-answer") == "Yes");
        CHECK(result.attempts == 1);
    }
    CHECK(peer.connectionCount() == 1);
    const std::string& sent = requests.front();
    CHECK_THAT(sent, Catch::Matchers::StartsWith("POST /items?q=a%20b HTTP/1.1\r\n"));
    CHECK_THAT(sent, Catch::Matchers::ContainsSubstring("\r\nx-empty:"));
    CHECK_THAT(sent, Catch::Matchers::ContainsSubstring("\r\nUser-Agent: mortise/test\r\n"));
    CHECK_THAT(sent, Catch::Matchers::EndsWith("\r\n\r\n{}"));
    CHECK_THAT(lineOf(caller.client, "mortise_http_client_calls_total{"),
               Catch::Matchers::EndsWith("{plugin=\"notes\",outcome=\"2xx\"} 3"));
}

TEST_CASE("a server that drips bytes does not hold a call beyond its deadline") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while (connection.write("x") && !connection.isStopping()) {
            std::this_thread::sleep_for(10ms);
        }
        connection.close();
    });
    Caller caller;
    const OutgoingResult result = caller.send(Caller::to(peer.origin(), 300ms));
    CHECK(result.failure == OutgoingFailure::DeadlineExceeded);
    CHECK(result.took >= 300ms);
    CHECK(result.took < kPatience / 2);
}

TEST_CASE("a call ends when nobody waits for it any more, and when the client stops") {
    PeerServer peer(
        [](PeerConnection& connection, const std::string&) { connection.waitForEnd(); });
    Caller caller;
    std::atomic<bool> is_abandoned{false};
    caller.begin(Caller::to(peer.origin()), [&] { return is_abandoned.load(); });
    is_abandoned = true;
    CHECK(caller.wait(1).front().failure == OutgoingFailure::Cancelled);
    caller.begin(Caller::to(peer.origin()));
    caller.client.stop();
    CHECK(caller.wait(2).back().failure == OutgoingFailure::Cancelled);
    std::string reason;
    CHECK(caller.client.send(Caller::to(peer.origin()), {}, {}, reason) ==
          OutgoingFailure::Cancelled);
}

TEST_CASE("an answer larger than asked for is cut, compressed ones by their real size") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write(PeerServer::answerText(200, std::string(5000, 'x')));
    });
    Caller caller;
    OutgoingRequest request = Caller::to(peer.origin());
    request.response_size_max = 4999;
    CHECK(caller.send(request).failure == OutgoingFailure::ResponseTooLarge);
    request.response_size_max = 5000;
    CHECK(caller.send(request).response.body.size() == 5000);
}

TEST_CASE("a header without end is cut") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write("HTTP/1.1 200 OK\r\n");
        while (connection.write("X-Filler: " + std::string(1000, 'x') + "\r\n") &&
               !connection.isStopping()) {
        }
        connection.close();
    });
    Caller caller;
    CHECK(caller.send(Caller::to(peer.origin())).failure == OutgoingFailure::ResponseTooLarge);
}

TEST_CASE("a redirect is an answer") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write(PeerServer::answerText(302, "", "Location: http://127.0.0.1:1/\r\n"));
    });
    Caller caller;
    const OutgoingResult result = caller.send(Caller::to(peer.origin()));
    CHECK(result.response.status == 302);
    CHECK(*findHeader(result.response.headers, "location") == "http://127.0.0.1:1/");
    CHECK(peer.requestCount() == 1);
}

TEST_CASE("what may be repeated is repeated until it succeeds, and nothing else") {
    std::atomic<int> left{2};
    PeerServer peer([&](PeerConnection& connection, const std::string&) {
        connection.write(left-- > 0 ? PeerServer::answerText(503, "later")
                                    : PeerServer::answerText(200, "now"));
    });
    Caller caller;
    OutgoingRequest request = Caller::to(peer.origin());
    request.attempts_max = 3;
    const OutgoingResult repeated = caller.send(request);
    CHECK(repeated.response.status == 200);
    CHECK(repeated.response.body == "now");
    CHECK(repeated.attempts == 3);
    left = 2;
    request.method = "POST";
    const OutgoingResult once = caller.send(request);
    CHECK(once.response.status == 503);
    CHECK(once.attempts == 1);
}

TEST_CASE("no more calls go to one origin at once than it has places for") {
    std::atomic<int> at_once{0};
    std::atomic<int> most{0};
    PeerServer peer([&](PeerConnection& connection, const std::string&) {
        const int now = ++at_once;
        int seen = most.load();
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::sleep_for(5ms);
        --at_once;
        connection.write(PeerServer::answerText(200, ""));
    });
    OutgoingSettings settings;
    settings.per_origin_max = 3;
    Caller caller(settings);
    for (int count = 0; count < 30; ++count) {
        caller.begin(Caller::to(peer.origin()));
    }
    for (const OutgoingResult& result : caller.wait(30)) {
        CHECK(result.failure == OutgoingFailure::None);
    }
    CHECK(most.load() <= 3);
    CHECK(most.load() > 1);
}

TEST_CASE("an origin that fails is left alone, and only for the caller that met the failures") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write(PeerServer::answerText(500, ""));
    });
    Caller caller;
    for (std::uint32_t count = 0; count < limits::kBreakerFailureCount; ++count) {
        CHECK(caller.send(Caller::to(peer.origin())).response.status == 500);
    }
    const std::size_t before = peer.requestCount();
    const OutgoingResult refused = caller.send(Caller::to(peer.origin()));
    CHECK(refused.failure == OutgoingFailure::BreakerOpen);
    CHECK_THAT(refused.reason, Catch::Matchers::ContainsSubstring(peer.origin()));
    CHECK(peer.requestCount() == before);
    OutgoingRequest other = Caller::to(peer.origin());
    other.caller = "users";
    CHECK(caller.send(other).response.status == 500);
}

TEST_CASE(
    "who may reach public addresses only does not reach this machine, by name or over a connection "
    "of another") {
    PeerServer peer([](PeerConnection& connection, const std::string&) {
        connection.write(PeerServer::answerText(200, "inside"));
    });
    Caller caller;
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        INFO(host);
        OutgoingRequest request = Caller::to("http://" + host + ':' + std::to_string(peer.port()));
        request.public_only = true;
        CHECK(caller.send(request).failure == OutgoingFailure::AddressRefused);
        CHECK(peer.requestCount() == 0);
    }
    CHECK(caller.send(Caller::to(peer.origin())).response.body == "inside");
    const std::size_t connections = peer.connectionCount();
    OutgoingRequest request = Caller::to(peer.origin());
    request.public_only = true;
    CHECK(caller.send(request).failure == OutgoingFailure::AddressRefused);
    CHECK(peer.requestCount() == 1);
    CHECK(peer.connectionCount() == connections);
}

TEST_CASE("a server that is not there, hangs up or speaks something else is unreachable") {
    Caller caller;
    CHECK(caller.send(Caller::to("http://127.0.0.1:1/")).failure == OutgoingFailure::Unreachable);
    PeerServer hangs_up([](PeerConnection& connection, const std::string&) { connection.close(); });
    CHECK(caller.send(Caller::to(hangs_up.origin())).failure == OutgoingFailure::Unreachable);
    PeerServer babbles([](PeerConnection& connection, const std::string&) {
        connection.write("220 smtp.example.org ready\r\n\r\n");
        connection.close();
    });
    CHECK(caller.send(Caller::to(babbles.origin())).failure == OutgoingFailure::Unreachable);
    const OutgoingResult no_name = caller.send(Caller::to("http://nowhere.invalid/"));
    CHECK(no_name.failure == OutgoingFailure::Unreachable);
    CHECK_FALSE(no_name.reason.empty());
}

TEST_CASE("more calls than the bound are refused at once") {
    PeerServer peer(
        [](PeerConnection& connection, const std::string&) { connection.waitForEnd(); });
    Caller caller;
    for (std::size_t count = 0; count < limits::kOutgoingCountMax; ++count) {
        caller.begin(Caller::to(peer.origin()));
    }
    std::string reason;
    CHECK(caller.client.send(Caller::to(peer.origin()), {}, {}, reason) ==
          OutgoingFailure::TooMany);
    caller.client.stop();
    CHECK(caller.wait(limits::kOutgoingCountMax).size() == limits::kOutgoingCountMax);
}
