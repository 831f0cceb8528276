// Exporter: the thread that posts spans to a collector, as OTLP/HTTP with JSON.
//
//   queue --take a batch--> JSON --POST--> 2xx                           sent
//                                     \--> 429, 502, 503, 504, no answer --pause--> again, a few times --> dropped
//                                     \--> any other status                                            --> dropped
//
// Problem:   a collector that is slow or away must cost the requests nothing and the host little.
// Choice:    one thread, one connection, bounded attempts; meanwhile the queue fills and drops by itself. Its owner is told when
//            sending begins to fail and when it works again, not for each batch.
// Guarantee: after stop() no span is sent, and every span was sent or is counted as dropped.
// Missing on purpose: TLS and credentials. A collector beside the host has them, and buffers on disk besides.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "trace/span_queue.hpp"

namespace mortise::trace {

struct Settings;

class Exporter {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// On the exporter's thread. The reason why sending fails; empty: it works again.
    using Report = std::function<void(const std::string& reason)>;

    /// Throws mortise::Error when the URL is none. `queue` outlives it.
    Exporter(SpanQueue& queue, const Settings& settings, Report report);
    /// As stop() without time left.
    ~Exporter();

    void start();
    /// Sends what is queued until the deadline, then returns; a post that is under way ends by its own deadline.
    void stop(Time deadline) noexcept;

    std::uint64_t exportedCount() const noexcept {
        return exported_.load(std::memory_order_relaxed);
    }

private:
    class Connection;
    enum class Outcome { Sent, Again, Refused };

    void loop();
    void send(std::span<const Span> batch);
    Outcome post(const std::string& body, std::string& reason);
    bool pauseBeforeNext(std::chrono::milliseconds pause);
    void tell(const std::string& reason);
    std::chrono::milliseconds patience() const;

    SpanQueue& queue_;
    const std::string resource_json_;
    const Report report_;
    const std::unique_ptr<Connection> connection_;  // Of the thread.
    bool is_failing_ = false;                       // Of the thread.
    std::atomic<std::uint64_t> exported_{0};        // Relaxed: a count, nothing is ordered by it.

    mutable std::mutex mutex_;  // Guards the two below.
    std::condition_variable stopped_;
    Time stop_deadline_ = Time::max();  // Until stop() says another.
    std::thread thread_;
};

}  // namespace mortise::trace
