// ManualClock: a clock that only moves when a test says so.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace mortise::testing {

class ManualClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const noexcept override {
        return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000)) +
               elapsed();
    }
    std::chrono::steady_clock::time_point steadyNow() const noexcept override {
        return std::chrono::steady_clock::time_point(std::chrono::hours(1)) + elapsed();
    }
    void advance(std::chrono::milliseconds time) noexcept { elapsed_ms_ += time.count(); }

private:
    std::chrono::milliseconds elapsed() const noexcept {
        return std::chrono::milliseconds(elapsed_ms_.load());
    }
    std::atomic<std::int64_t> elapsed_ms_{0};
};

}  // namespace mortise::testing
