// PeerServer: another server, as a client of the host meets it: a socket on loopback that answers as the test says, byte for byte.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mortise::test {

/// One connection of the peer, inside the answer of a request.
class PeerConnection {
public:
    explicit PeerConnection(int fd, const std::atomic<bool>& is_stopping)
        : fd_(fd), is_stopping_(is_stopping) {}

    /// Whole; false when the client is gone.
    bool write(std::string_view bytes) const;
    /// Waits until the client closes or the peer stops.
    void waitForEnd() const;
    void close() { is_closed_ = true; }
    bool isClosed() const noexcept { return is_closed_; }
    bool isStopping() const noexcept { return is_stopping_.load(); }

private:
    int fd_;
    const std::atomic<bool>& is_stopping_;
    bool is_closed_ = false;
};

class PeerServer {
public:
    /// Gets the head and body of a request as they came. Called on a thread of the connection.
    using Answer = std::function<void(PeerConnection&, const std::string& request)>;

    explicit PeerServer(Answer answer);
    ~PeerServer();
    PeerServer(const PeerServer&) = delete;
    PeerServer& operator=(const PeerServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    /// "http://127.0.0.1:PORT".
    std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::size_t connectionCount() const noexcept { return connection_count_.load(); }
    std::size_t requestCount() const noexcept { return request_count_.load(); }

    /// A whole answer with Content-Length; `headers` with their line ends.
    static std::string answerText(int status, std::string_view body, std::string_view headers = "");

private:
    void accept();
    void serve(int fd);

    Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_stopping_{false};
    std::atomic<std::size_t> connection_count_{0};
    std::atomic<std::size_t> request_count_{0};
    std::mutex mutex_;  // Guards the two below.
    std::vector<std::thread> threads_;
    std::vector<int> open_;
    std::thread acceptor_;
};

}  // namespace mortise::test
