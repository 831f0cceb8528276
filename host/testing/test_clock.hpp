// TestClock: the time of plugins under test: the system's until a test sets it, and then it stands still.
#pragma once

#include <mutex>

#include "base/clock.hpp"

namespace mortise::testing {

class TestClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const noexcept override;
    /// Goes on, and jumps as far forward as set() does.
    std::chrono::steady_clock::time_point steadyNow() const noexcept override;

    void set(std::chrono::system_clock::time_point time) noexcept;

private:
    mutable std::mutex mutex_;  // Guards all below.
    bool is_set_ = false;
    std::chrono::system_clock::time_point time_;
    std::chrono::nanoseconds jumped_{0};
};

}  // namespace mortise::testing
