// A server on a free loopback port with a pipeline of its own, and a client that sends raw bytes.
//
// Paths of the pipeline: /echo (inline: method, target and body come back), /thread (the same from an executor thread),
// /posted (the same in a later pass of the reactor), /gate (from a thread, once the test opens the gate), /early (401 before the
// body), /stream?N (N bytes in pieces from a thread), /stream-fail (some, then a failure), /stream-gate (a piece, and the rest
// once the test opens the gate), /stream-async?N (N bytes from the reactor), /small (bodies up to 16 bytes), /big?N (N bytes), /status/N, /close, /evil (headers that try to break out).
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "http/exchange.hpp"
#include "http/pipeline.hpp"
#include "http/server.hpp"
#include "log/log.hpp"
#include "log/sink.hpp"
#include "run/executor.hpp"
#include "run/reactor.hpp"
#include "run/reactor_group.hpp"
#include "tests/support/catch.hpp"

namespace mortise::http::test {

using namespace std::chrono_literals;

/// Far longer than anything takes; only a failing test waits so long.
inline constexpr std::chrono::seconds kPatience{20};

/// Opened once; whoever waits before goes on.
class Gate {
public:
    void open() {
        {
            const std::lock_guard lock(mutex_);
            is_open_ = true;
        }
        opened_.notify_all();
    }
    bool wait() {
        std::unique_lock lock(mutex_);
        return opened_.wait_for(lock, kPatience, [this] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool is_open_ = false;
};

inline std::size_t numberIn(std::string_view text) {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// What the pipeline was told at the end of an exchange.
struct Done {
    std::string target;
    int status = 0;
    std::size_t body_bytes = 0;
    bool abandoned = false;
};

class TestPipeline final : public Pipeline {
public:
    TestPipeline() : lane_(executor_, "test", 8, 1000) {}

    Verdict begin(Exchange& exchange, std::size_t& body_size_max) noexcept override {
        begun_.fetch_add(1);
        exchange.request_id = "id";
        if (request_deadline.count() > 0) {
            exchange.deadline = exchange.started + request_deadline;
        }
        body_size_max = exchange.target == "/small" ? 16 : 4 * 1024 * 1024;
        if (exchange.target != "/early") {
            return Verdict::Continue;
        }
        exchange.response.status = 401;
        exchange.response.body = "early";
        return Verdict::Answer;
    }

    void dispatch(Exchange& exchange) noexcept override {
        thread_local int depth = 0;
        if (++depth > deepest_dispatch_.load()) {
            deepest_dispatch_.store(depth);
        }
        if (exchange.target == "/thread" || exchange.target == "/gate") {
            auto work = run::makeWork([this, &exchange] { handleOnThread(exchange); });
            std::unique_ptr<run::Work> given = std::move(work);
            if (!executor_.submit(lane_, given)) {
                exchange.complete();
            }
        } else if (exchange.target.starts_with("/stream-async?")) {
            streamFromReactor(exchange);
        } else if (exchange.target.starts_with("/stream")) {
            auto work = run::makeWork([this, &exchange] { streamOnThread(exchange); });
            std::unique_ptr<run::Work> given = std::move(work);
            if (!executor_.submit(lane_, given)) {
                exchange.complete();
            }
        } else if (exchange.target == "/posted") {
            exchange.reactor().post(run::makeWork([&exchange] {
                answer(exchange);
                exchange.complete();
            }));
        } else {
            answer(exchange);
            exchange.complete();
        }
        --depth;
    }

    void reject(Exchange& exchange, int status, std::string_view code) noexcept override {
        exchange.response.clear();
        exchange.response.status = status;
        exchange.response.content_type = "text/plain";
        exchange.response.body.assign(code);
    }

    void finish(Exchange& exchange) noexcept override {
        exchange.response.headers.emplace_back("X-Test", "1");
    }

    void done(Exchange& exchange, std::size_t body_bytes_sent) noexcept override {
        {
            const std::lock_guard lock(mutex_);
            done_.push_back(Done{std::string(exchange.target), exchange.response.status,
                                 body_bytes_sent, exchange.isAbandoned()});
        }
        changed_.notify_all();
    }

    bool isDraining() const noexcept override { return draining.load(); }

    /// Waits until `count` exchanges are done.
    std::vector<Done> waitForDone(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kPatience, [&] { return done_.size() >= count; });
        return done_;
    }
    std::size_t begunCount() const { return begun_.load(); }
    int deepestDispatch() const { return deepest_dispatch_.load(); }
    void stop() { executor_.stop(); }

    std::chrono::milliseconds request_deadline{0};
    std::atomic<bool> draining{false};
    Gate gate;
    Gate handler_began;
    std::atomic<bool> saw_abandoned{false};
    std::atomic<BodyStream::Outcome> stream_outcome{BodyStream::Outcome::Written};
    /// Bytes of streams that were taken from their handlers.
    std::atomic<std::size_t> stream_taken{0};

private:
    void handleOnThread(Exchange& exchange) {
        if (exchange.target == "/gate") {
            handler_began.open();
            gate.wait();
            saw_abandoned.store(exchange.isAbandoned());
        }
        answer(exchange);
        exchange.complete();
    }

    using Outcome = BodyStream::Outcome;

    static constexpr std::size_t kPieceSize = 10'000;

    static void openStream(Exchange& exchange) {
        exchange.response.status = 200;
        exchange.response.content_type = "text/plain";
        exchange.startStream();
    }

    void streamOnThread(Exchange& exchange) {
        openStream(exchange);
        const std::shared_ptr<BodyStream> stream = exchange.stream;
        if (exchange.target == "/stream-gate") {
            stream->write("first,", std::chrono::steady_clock::now() + kPatience);
            handler_began.open();
            gate.wait();
        }
        const std::string_view wanted = exchange.target.substr(exchange.target.find('?') + 1);
        std::size_t left = exchange.target.starts_with("/stream?") ? numberIn(wanted) : 20'000;
        while (left > 0) {
            const std::size_t size = std::min(left, kPieceSize);
            const auto until = std::chrono::steady_clock::now() + kPatience;
            if (const Outcome outcome = stream->write(std::string(size, 's'), until);
                outcome != Outcome::Written) {
                stream_outcome.store(outcome);
                break;
            }
            stream_taken += size;
            left -= size;
        }
        exchange.target == "/stream-fail" ? stream->fail() : stream->end();
        exchange.complete();
    }

    struct ReactorStream {
        Exchange& exchange;
        std::shared_ptr<BodyStream> stream;
        std::size_t left;
    };

    void streamFromReactor(Exchange& exchange) {
        openStream(exchange);
        const std::size_t size = numberIn(exchange.target.substr(14));
        writeNext(std::make_shared<ReactorStream>(ReactorStream{exchange, exchange.stream, size}));
    }

    void writeNext(const std::shared_ptr<ReactorStream>& job) {
        const std::size_t size = std::min(job->left, kPieceSize);
        job->left -= size;
        stream_taken += size;
        job->stream->write(std::string(size, 'r'), [this, job](Outcome outcome) {
            stream_outcome.store(outcome);
            if (outcome == Outcome::Written && job->left > 0) {
                writeNext(job);
            } else {
                job->stream->end();
                job->exchange.complete();
            }
        });
    }

    static void answer(Exchange& exchange) {
        Response& response = exchange.response;
        response.status = 200;
        response.content_type = "text/plain";
        if (exchange.target.starts_with("/big?")) {
            response.body.assign(numberIn(exchange.target.substr(5)), 'b');
        } else if (exchange.target.starts_with("/status/")) {
            response.status = static_cast<int>(numberIn(exchange.target.substr(8)));
            response.body = "some body";
        } else {
            response.body.append(exchange.method_name).append(" ").append(exchange.target);
            response.body.append("\n").append(exchange.body);
        }
        if (exchange.target == "/close") {
            response.headers.emplace_back("Connection", "close");
        }
        if (exchange.target == "/evil") {
            response.headers.emplace_back("X-A", "1\r\nX-Injected: 1");
            response.headers.emplace_back("X-B\r\nX-Injected", "1");
            response.headers.emplace_back("Content-Length", "3");
            response.headers.emplace_back("Transfer-Encoding", "chunked");
        }
    }

    run::Executor executor_{"handler", 8};
    run::Lane lane_;
    std::atomic<std::size_t> begun_{0};
    std::atomic<int> deepest_dispatch_{0};
    std::mutex mutex_;  // Guards done_.
    std::condition_variable changed_;
    std::vector<Done> done_;
};

/// An answer as the client saw it.
struct Answer {
    int status = 0;
    std::string head;
    std::string body;

    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

class Client {
public:
    explicit Client(std::uint16_t port, int receive_buffer = 0) {
        socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (receive_buffer > 0) {
            ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                         sizeof receive_buffer);
        }
        const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // No assertion: clients are made on threads of tests too.
        if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("the client could not connect");
        }
    }

    /// False when the server closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finishSending() { ::shutdown(socket_.get(), SHUT_WR); }
    void leave() { socket_.reset(); }
    /// Leaves with a reset, as a crashed client does.
    void vanish() {
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        socket_.reset();
    }

    /// The next answer; status 0 when the connection ended before one was complete.
    Answer receive(bool is_head = false) {
        Answer answer;
        std::size_t end = std::string::npos;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) {
                return answer;
            }
        }
        answer.head = received_.substr(0, end + 4);
        received_.erase(0, end + 4);
        const int status = static_cast<int>(numberIn(answer.head.substr(9, 3)));
        if (answer.has("Transfer-Encoding: chunked\r\n") && !is_head) {
            answer.status = receiveChunks(answer.body) ? status : 0;
            return answer;
        }
        const std::size_t field = answer.head.find("Content-Length: ");
        const std::size_t size =
            field == std::string::npos || is_head ? 0 : numberIn(answer.head.substr(field + 16));
        while (received_.size() < size) {
            if (!more()) {
                return answer;
            }
        }
        answer.status = status;
        answer.body = received_.substr(0, size);
        received_.erase(0, size);
        return answer;
    }

    /// All that comes until the server closes.
    std::string receiveRest() {
        while (more()) {
        }
        return std::exchange(received_, {});
    }
    /// Waits until that many bytes of anything came.
    bool waitForBytes(std::size_t count) {
        while (received_.size() < count) {
            if (!more()) {
                return false;
            }
        }
        return true;
    }

    /// True when the server closes without another byte.
    bool isClosed() { return received_.empty() && !more(); }
    /// Once nothing came any more: the server ended the connection with a reset.
    bool wasReset() const { return was_reset_; }
    int fd() const { return socket_.get(); }

private:
    /// False when the connection ended before the last chunk.
    bool receiveChunks(std::string& body) {
        for (;;) {
            std::size_t end = 0;
            while ((end = received_.find("\r\n")) == std::string::npos) {
                if (!more()) {
                    return false;
                }
            }
            const std::size_t size = std::stoul(received_.substr(0, end), nullptr, 16);
            if (!waitForBytes(end + 2 + size + 2)) {
                return false;
            }
            body.append(received_, end + 2, size);
            received_.erase(0, end + 2 + size + 2);
            if (size == 0) {
                return true;
            }
        }
    }

    bool more() {
        std::string bytes(64 * 1024, '\0');
        const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            was_reset_ = got < 0 && errno == ECONNRESET;
            return false;
        }
        received_.append(bytes, 0, static_cast<std::size_t>(got));
        return true;
    }

    UniqueFd socket_;
    std::string received_;
    bool was_reset_ = false;
};

struct Fixture {
    explicit Fixture(const ServerSettings& chosen = {}, unsigned reactor_count = 1)
        : reactors(reactor_count) {
        ServerSettings settings = chosen;
        settings.port = 0;
        reactors.start();
        server = std::make_unique<Server>(reactors, pipeline, log, settings);
        server->start();
    }
    ~Fixture() {
        pipeline.gate.open();
        pipeline.stop();
        server.reset();
        reactors.stop();
    }

    Client connect(int receive_buffer = 0) { return Client(server->port(), receive_buffer); }
    /// One request on a connection of its own.
    Answer ask(std::string_view bytes) {
        Client client = connect();
        client.send(bytes);
        return client.receive();
    }

    log::MemorySink sink;
    log::Log log{log::Settings{}, sink};
    run::ReactorGroup reactors;
    TestPipeline pipeline;
    std::unique_ptr<Server> server;
};

}  // namespace mortise::http::test
