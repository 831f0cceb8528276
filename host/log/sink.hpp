// Sink: where finished lines go when it is neither standard output nor a file: tests and the admin
// page.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "limits.hpp"

namespace mortise::log {

class Sink {
public:
    virtual ~Sink() = default;
    /// One record without the line end. Called on the log thread only, in order; must not log.
    virtual void write(std::string_view line) noexcept = 0;
};

/// Keeps the last lines in memory.
class MemorySink final : public Sink {
public:
    explicit MemorySink(std::size_t line_count_max = limits::kLogMemoryLineCountMax)
        : line_count_max_(line_count_max) {}

    void write(std::string_view line) noexcept override;

    /// What has arrived. Call Log::flush() before to see everything written so far.
    std::vector<std::string> lines() const;
    /// Waits until a line contains `text`; false at the deadline.
    bool waitFor(std::string_view text, std::chrono::milliseconds deadline) const;

private:
    const std::size_t line_count_max_;
    mutable std::mutex mutex_;  // Guards lines_.
    mutable std::condition_variable arrived_;
    std::deque<std::string> lines_;
};

}  // namespace mortise::log
