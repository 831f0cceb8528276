// SpanQueue: spans on their way to the exporter. Bounded: whoever records never waits, and what finds no room is counted.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "trace/span.hpp"

namespace mortise::trace {

class SpanQueue {
public:
    explicit SpanQueue(std::size_t size_max) : size_max_(size_max) {}

    /// Any thread. The newest is dropped when there is no room: a trace whose first spans arrived is worth more.
    void push(Span&& span) noexcept;
    /// For spans that were taken and did not get to the collector, or could not be made.
    void countDropped(std::size_t count) noexcept {
        dropped_.fetch_add(count, std::memory_order_relaxed);
    }

    /// Waits until `count_max` spans are there, `pause` is over or the queue is closed, and takes at most `count_max`.
    std::vector<Span> take(std::size_t count_max, std::chrono::milliseconds pause);
    /// From now on nothing comes in, and take() does not wait.
    void close() noexcept;
    bool isClosed() const noexcept;

    std::uint64_t droppedCount() const noexcept { return dropped_.load(std::memory_order_relaxed); }

private:
    const std::size_t size_max_;
    mutable std::mutex mutex_;  // Guards the three below.
    std::condition_variable changed_;
    std::vector<Span> spans_;
    std::size_t wanted_ = 0;  // What somebody waits for; 0: nobody does.
    bool is_closed_ = false;
    std::atomic<std::uint64_t> dropped_{0};  // Relaxed: a count, nothing is ordered by it.
};

}  // namespace mortise::trace
